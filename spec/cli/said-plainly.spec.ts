/** Small things that were dropped, mistaken or said in a way that helps nobody: each works, or says what to do. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { learningOn } from '../../src/cli/commands/learn.js';
import { numbersText } from '../../src/cli/commands/run-program.js';
import { isCode } from '../../src/cli/document/code.js';
import { isDocument, isModule, readDocument } from '../../src/cli/document/document.js';
import { readJsonText } from '../../src/cli/document/json.js';
import { namedFrom } from '../../src/cli/source/source.js';
import { loadDataset } from '../../src/data/load.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { memberName } from '../../src/experiments/label.js';
import { mayWrite } from '../../src/files/write-folder.js';
import { placeOf } from '../../src/report/figures/index.js';
import { readInput } from '../../src/runner/import/input.js';
import { drawPairs } from '../support/draw-pairs.js';
import { refusal, rightOf } from '../support/effects.js';

const experiment = {
  name: 'tiny/plain',
  task: { name: 'tetrominoes', size: 16, cell: 2, train: 8, validation: 2, test: 2 },
  model: { name: 'nwm', mid: 2, steps: 4, hidden: [4] },
};

describe('said plainly', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-plain-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  it('numbers of float32 have no more digits than these have', () => {
    const values = [0.1, 1 / 3, 3, 16_777_215, 1e-38, Number.NaN].map(Math.fround);
    assert.equal(numbersText(['taken', values]), '  taken: 0.1, 0.33333334, 3, 16777215, 1e-38, NaN');
  });

  const written = (name: string, value: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };

  it('files may have their endings in large letters, and code stays code', async () => {
    const path = written('A.JSON', experiment);
    assert.deepEqual(await rightOf(readDocument(path)), experiment);
    writeFileSync(join(folder, 'B.YAML'), 'name: x\n');
    assert.deepEqual(await rightOf(readDocument(join(folder, 'B.YAML'))), { name: 'x' });
    writeFileSync(
      join(folder, 'C.TS'),
      "import { join } from 'node:path';\nconst name: string = join('a');\nexport default { name };\n",
    );
    assert.deepEqual(await rightOf(readDocument(join(folder, 'C.TS'))), { name: 'a' });
    for (const name of ['x.TS', 'x.Mjs', 'x.CTS'])
      assert.ok(isDocument(name) && isModule(name) && isCode(name));
  });

  it('a missing comma is called so', () => {
    const said = (text: string): string => {
      const read = readJsonText(text, 'x');
      return E.isLeft(read) ? errorMessage(read.left) : assert.fail(text);
    };
    assert.match(said('{"a": 1 "b": 2}'), /column 9: this is not JSON; is a comma missing before it\?/);
    assert.match(said('[1 2]'), /is a comma missing/);
    assert.match(said('[true false]'), /is a comma missing/);
    assert.match(said('[{} {}]'), /is a comma missing/);
    assert.match(said('{"a" 1}'), /is a comma or a colon missing/);
  });

  it('members that are the same are named', async () => {
    const file = written('twice.json', {
      name: 's',
      experiment,
      vary: { 'training.rate': [0.01, 0.02, 1e-2] },
    });
    assert.match(await refusal(namedFrom(file, 'full')), /members 1 and 3 are the same.*rate 0\.01/);
  });

  it('--set gives an experiment a label', async () => {
    const named = await rightOf(namedFrom(written('a.json', experiment), 'full', { set: ['label=Mine'] }));
    assert.ok(named.kind === 'experiment');
    assert.equal(named.experiment.label, 'Mine');
  });

  it('a seed of the task is not called like that of the run, and own data are called by their folder', async () => {
    const swept = await rightOf(
      namedFrom(written('seeds.json', { name: 's', experiment, vary: { 'task.seed': [1, 2] } }), 'full'),
    );
    assert.ok(swept.kind === 'sweep');
    assert.deepEqual(swept.sweep.members.map(memberName(swept.sweep)), [
      'tiny/plain (task.seed 1)',
      'tiny/plain (task.seed 2)',
    ]);
    const own = decodeExperiment({
      ...experiment,
      name: 'lab/a',
      task: { name: 'png', folder: 'my/cells/' },
    });
    assert.ok(E.isRight(own));
    assert.equal(placeOf(own.right).task, 'cells');
  });

  it('a picture that is a program’s input says what of it is not read, as data do', async () => {
    const png = new PNG({ width: 2, height: 2 });
    png.data.fill(128);
    const path = join(folder, 'alpha.png');
    writeFileSync(path, PNG.sync.write(png, { colorType: 6 }));
    const { notes, values } = await rightOf(readInput(path, [2, 2, 3]));
    assert.deepEqual(notes, [`left out: transparency of ${path}`]);
    assert.ok(values.every((value) => value === Math.fround(128 / 255)));
  });

  it('says of a folder above why nothing is written there', async () => {
    assert.match(await refusal(mayWrite('..')), /the folder you are in lies in it/);
    assert.match(await refusal(mayWrite('.')), /that is the folder you are in/);
  });

  it('learn takes settings of the data, such as what the values of masks mean', async () => {
    const data = join(folder, 'masks');
    mkdirSync(data);
    drawPairs(data, 8, 16);
    const flags = { seeds: '0', epochs: '1', steps: '4', batch: '4', rate: '0.01', schedule: 'cosine' };
    const made = await rightOf(
      learningOn(data, { ...flags, set: ['labels={0: ground, 1: disk, 2: square}'] }),
    );
    const { classes } = await rightOf(loadDataset(made.task));
    assert.deepEqual(classes, ['ground', 'disk', 'square']);
    assert.match(await refusal(learningOn(data, { ...flags, set: ['lables=3'] })), /did you mean 'labels'/);
  });
});
