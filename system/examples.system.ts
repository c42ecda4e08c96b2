/** Exports of the examples, run by the command as a stranger runs them: both formats answer the same classes. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { typed } from '../spec/support/typed.js';
import { stream } from '../src/base/random.js';
import { decodeProgram, inputsOf } from '../src/dsl/index.js';
import { readNpy, writeNpy } from '../src/formats/npy/npy.js';

const examples = [
  'attention-kuramoto',
  'conduction-delays',
  'fourier-operator',
  'oscillator-graph',
  'volume',
];

describe('exports of the examples', function () {
  this.timeout(300_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-exports-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const drumhead = async (...words: readonly string[]): Promise<void> => {
    const { status, stderr } = await typed(words, process.cwd());
    assert.equal(status, 0, stderr);
  };

  for (const name of examples)
    it(`${name}: the GraphModel and the program answer the same classes`, async () => {
      const file = join('examples', `${name}.ts`);
      const out = (format: string): string => join(folder, `${name}-${format}`);
      for (const format of ['graph-model', 'program'])
        await drumhead('export', file, '--untrained', '--format', format, '--out', out(format));
      const read = decodeProgram(
        JSON.parse(readFileSync(join(out('program'), 'program.json'), 'utf8')).program,
      );
      const shape = [2, ...inputsOf(E.isRight(read) ? read.right.graph : assert.fail(name)).image];
      const random = stream(0, name);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, random.uniform);
      const input = join(folder, `${name}.npy`);
      assert.ok(E.isRight(await writeNpy(input, { dtype: 'float32', shape, data })()));
      const answers: unknown[] = [];
      for (const format of ['graph-model', 'program']) {
        const answer = join(folder, `${name}-${format}-answer`);
        await drumhead('run-program', out(format), '--input', input, '--out', answer, '--engine', 'wasm');
        const classes = await readNpy(join(answer, 'classes.npy'))();
        answers.push(E.isRight(classes) ? classes.right : assert.fail(name));
        // The untrained volume says one class of all pixels.
        if (E.isRight(classes) && name !== 'volume')
          assert.ok(new Set<unknown>(classes.right.data).size > 1, name);
      }
      assert.deepEqual(answers[0], answers[1]);
    });
});
