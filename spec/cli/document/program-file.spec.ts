/** A file that holds a program and nothing else: what can be asked of it without a task. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { exportRun } from '../../../src/cli/commands/export.js';
import { runProgramFile } from '../../../src/cli/commands/run-program.js';
import { show } from '../../../src/cli/commands/show.js';
import { experimentFrom } from '../../../src/cli/source/source.js';
import { decodeNpy, encodeNpy } from '../../../src/formats/npy/npy.js';
import { rightOf } from '../../support/effects.js';

const source = `
import { program, scale, scan } from 'drumhead';
export default program({ y: [2, 2, 1] }, ({ y }) => ({
  y: scan({ steps: 3, init: { y }, step: (s) => ({ y: scale(0.5, s.y) }), observe: (s) => s.y }),
}));`;

describe('a file that holds a program alone', () => {
  let folder = '';
  let file = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-program-'));
    file = join(folder, 'halves.ts');
    writeFileSync(file, source);
  });
  after(() => rmSync(folder, { recursive: true }));

  const flags = { preset: 'full', engine: 'auto', time: true };

  it('is shown with its shapes, its cost and its plan', async () => {
    const said = await rightOf(show(file, flags));
    assert.match(said, /y \[2,2,1\] → y \[3,2,2,1\]/);
    assert.match(said, /flowchart/);
    assert.match(await rightOf(show(file, { ...flags, plan: true })), /fused segments/);
    assert.match(await rightOf(show(file, { ...flags, diagram: true })), /^flowchart/);
  });

  it('is exported in every format, and its JSON is shown like itself', async () => {
    const out = join(folder, 'out');
    const exported = { seed: '0', runs: 'runs', out };
    assert.match(await rightOf(exportRun(file, { ...exported, format: 'graph-model' })), /untrained, seed 0/);
    assert.ok(existsSync(join(out, 'model.json')));
    const bare = join(folder, 'bare.json');
    await rightOf(exportRun(file, { ...exported, format: 'program' }));
    writeFileSync(bare, JSON.stringify(JSON.parse(readFileSync(join(out, 'program.json'), 'utf8')).program));
    assert.equal(await rightOf(show(bare, flags)), await rightOf(show(file, flags)));
  });

  it('runs from a start of yours', async () => {
    const start = encodeNpy({ dtype: 'float32', shape: [2, 2, 1], data: Float32Array.of(8, 4, 2, -8) });
    assert.ok(E.isRight(start));
    writeFileSync(join(folder, 'start.npy'), start.right);
    const out = join(folder, 'answer');
    const input = [join(folder, 'start.npy')];
    await rightOf(runProgramFile(file, { input, out, engine: 'cpu', runs: 'runs' }));
    const read = decodeNpy(readFileSync(join(out, 'y.npy')), 'y.npy');
    assert.ok(E.isRight(read));
    assert.deepEqual([...read.right.data], [4, 2, 1, -4, 2, 1, 0.5, -2, 1, 0.5, 0.25, -1]);
  });

  it('is no experiment, and it is said what an experiment has', async () => {
    const end = await experimentFrom(file, 'full')();
    assert.ok(E.isLeft(end));
    assert.match(
      errorMessage(end.left),
      /halves\.ts: it holds a program alone; an experiment has a task too: \{ name, task, model: program \}$/,
    );
  });
});
