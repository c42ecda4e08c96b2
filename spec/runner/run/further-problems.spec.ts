/** Settings that cannot be read do not hide what else is wrong: program, loss and data are looked at too. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identity, pipe } from 'fp-ts/lib/function.js';
import { readHeld } from '../../../src/cli/document/reading.js';
import { dense, encodeProgram, type Program, program, reshape, square, sub } from '../../../src/dsl/index.js';
import { encodeNpy } from '../../../src/formats/npy/npy.js';
import { furtherProblems } from '../../../src/runner/run/further-problems.js';
import { right, sentence } from '../../support/either.js';

// Open sizes: their types cost more than they show here.
const [two, four, eight]: readonly number[] = [2, 4, 8];
const model = program({ x: [two], y: [] }, ({ x, y }) => {
  const wide = dense(1)(x);
  return { wide, mse: square(sub(pipe(wide, reshape()), y)) };
});
const asData = (written: Program): unknown => JSON.parse(encodeProgram(written));
const base = {
  name: 'mine/wrong',
  task: { name: 'arrays', folder: 'set' },
  model: asData(model),
  loss: { output: 'wide' },
};
describe('settings that cannot be read', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-further-'));
    await mkdir(join(folder, 'set'));
    for (const [name, width] of [
      ['x', 2],
      ['y', 1],
    ] as const) {
      const data = Float32Array.from({ length: 20 * width }, (_, i) => i / 8);
      if (name === 'x') data[5] = Number.NaN;
      const array = { dtype: 'float32', shape: width === 1 ? [20] : [20, width], data } as const;
      await writeFile(join(folder, 'set', `${name}.npy`), right(encodeNpy(array)));
    }
  });
  after(() => rm(folder, { recursive: true }));

  it('are said together with what is wrong in the files, the loss and the other scores', async () => {
    const path = join(folder, 'wrong.json');
    const scores = { mse: { output: 'mse' }, none: { output: 'nothing', better: 'less' } };
    await writeFile(path, JSON.stringify({ ...base, scores, training: { rate: -1, best: 'mse' } }));
    const said = sentence(await readHeld(path)());
    for (const one of [
      /6 problems/,
      /training\.batch: 64 is more than the 14 training samples/,
      /scores\.mse\.better: it is missing; give one of 'more', 'less'/,
      /training\.rate: -1 is not/,
      /train\.x: value 1 of sample 2 is NaN/,
      /loss\.output: the output wide/,
      /scores\.none\.output: there is no output 'nothing'/,
    ])
      assert.match(said, one);
    // The default of a setting that cannot be read is nobody's fault.
    await writeFile(path, JSON.stringify({ ...base, scores, training: { batch: 'all' } }));
    assert.doesNotMatch(sentence(await readHeld(path)()), /batch: 64/);
  });

  it('of a task that is generated, without a sample', async () => {
    const adding = { name: 'adding', length: 4 };
    const sequence = program({ sequence: [four, two] }, ({ sequence: x }) => ({ wide: dense(1)(x) }));
    const wrong = { ...base, task: adding, model: sequence, scores: { a: { output: 'b' } } };
    const problems = await furtherProblems(wrong, identity);
    assert.ok(problems.some((one) => /^loss\.output: the output wide is \[4,1\]/.test(one)));
    assert.ok(problems.some((one) => /^scores\.a\.output: there is no output 'b'/.test(one)));
    // What is right is not accused, and what cannot be judged is left.
    assert.deepEqual(await furtherProblems({ ...wrong, loss: 3 }, identity), []);
    assert.deepEqual(await furtherProblems({ ...wrong, task: { name: 'copy', delay: -1 } }, identity), []);
    assert.deepEqual(await furtherProblems(3, identity), []);
    const fine = { ...wrong, loss: 'mean-squared', seeds: 'x', scores: ['loss', 'x'] };
    const right = program({ sequence: [four, two] }, ({ sequence: x }) => ({
      prediction: pipe(x, reshape(eight), dense(1), reshape()),
    }));
    assert.deepEqual(await furtherProblems({ ...fine, model: right }, identity), []);
  });
});
