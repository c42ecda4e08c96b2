/** A run on arrays of files: its identity is that of their values, and what does not go together is refused before it begins. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import { dense, mul, program, reshape, sub, tanh } from '../../../src/dsl/index.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { encodeNpy } from '../../../src/formats/npy/npy.js';
import { encodeSafetensors } from '../../../src/formats/safetensors.js';
import type { RunEvent } from '../../../src/runner/environment.js';
import { prepare } from '../../../src/runner/run/prepare.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { refusal, rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { zipOf } from '../../support/zip-of.js';
import { environmentIn } from '../tiny-run.js';

const count = 24;
const x = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: count }, (_, i) => x[2 * i] - x[2 * i + 1]);
const label = Float64Array.from({ length: count }, (_, i) => i % 4);
const npyOf = (data: Float32Array, ...shape: readonly number[]): Uint8Array =>
  right(encodeNpy({ dtype: 'float32', shape, data }));

const guess = program({ x: [2] }, (inputs) => ({ guess: pipe(inputs.x, dense(1), reshape()) }));
const classes = program({ x: [2] }, (inputs) => ({ logits: pipe(inputs.x, dense(4), tanh, dense(3)) }));
/** A loss in the program that is no number, and no target. */
const wrong = program({ x: [2], z: [] }, (inputs) => {
  const off = sub(inputs.x, inputs.x);
  return { off: mul(off, off), scored: off };
});

describe('a run on arrays of files', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-own-arrays-'));
    await writeFile(at('set.npz'), zipOf({ 'x.npy': npyOf(x, count, 2), 'y.npy': npyOf(y, count) }));
    await writeFile(
      at('set.safetensors'),
      encodeSafetensors({ x: { shape: [count, 2], data: x }, y: { shape: [count], data: y } }),
    );
    await writeFile(
      at('classes.npz'),
      zipOf({
        'x.npy': npyOf(x, count, 2),
        'label.npy': right(encodeNpy({ dtype: 'int64', shape: [count], data: label })),
        'id.npy': npyOf(y, count),
      }),
    );
    const holes = x.slice();
    holes[3] = Number.POSITIVE_INFINITY;
    await writeFile(
      at('bad.npz'),
      zipOf({ 'x.npy': npyOf(holes, count, 2), 'y.npy': npyOf(y.subarray(1), count - 1) }),
    );
  });
  after(() => rm(folder, { recursive: true }));

  const of = (file: string, more: object = {}, task: object = {}) =>
    right(
      decodeExperiment({
        name: 'mine/guess',
        task: { name: 'arrays', folder: at(file), ...task },
        model: guess,
        loss: { name: 'mean-squared' },
        training: { batch: 4, epochs: 2 },
        ...more,
      }),
    );
  const refusedOf = (...given: Parameters<typeof of>) =>
    refusal(prepare(of(...given), 0, environmentIn(at('runs'))));

  it('is the same run whatever the format is, and is continued as any', async () => {
    const environment = environmentIn(at('runs'));
    const first = await rightOf(runExperiment(of('set.npz'), 0)(environment));
    assert.ok((first.result.test.loss ?? Number.NaN) < 2);
    assert.equal(first.result.test.samples, 4);
    const again = await rightOf(runExperiment(of('set.safetensors'), 0)(environment));
    assert.ok(again.before);
    assert.equal(again.folder, first.folder);
    const other = await rightOf(prepare(of('set.npz', {}, { seed: 1 }), 0, environment));
    assert.notEqual(other.folder, first.folder);
  });

  it('says so where every parameter is frozen', async () => {
    const said: string[] = [];
    const frozen = { batch: 4, epochs: 1, groups: [{ match: '*', frozen: true }] };
    const tell = (event: RunEvent): void => {
      if (event.kind === 'note') said.push(event.message);
    };
    await rightOf(prepare(of('set.npz', { training: frozen }), 0, { ...environmentIn(at('runs')), tell }));
    assert.ok(said.includes('every parameter is frozen, so that nothing is trained'), said.join());
  });

  it('is refused before it begins, with what the files and the program have wrong at once', async () => {
    const said = await refusedOf('bad.npz', {
      model: wrong,
      loss: { output: 'off', targets: ['yy'] },
      scores: { mine: { output: 'scored', better: 'less' } },
    });
    for (const problem of [
      'train: its arrays are of other lengths: x 24, y 23',
      'train.x: value 1 of sample 1 is Infinity',
      "model.inputs.z: there is no array 'z'",
      'loss.output: the output off is [2], and has to be a number for each sample []',
      "loss.targets.0: there is no input 'yy'",
      'scores.mine.output: the output scored is [2]',
    ])
      assert.ok(said.includes(problem), `${problem}\n${said}`);
    assert.match(said, /: 6 problems/);
  });

  it('is refused where there are too few samples, together with all else', async () => {
    const few = { training: { batch: 400, epochs: 9, patience: 1 } };
    const [batch, wait] = [
      /training\.batch: 400 is more than the \d+ training samples/,
      /training\.patience waits for a better validation loss, but there are no validation samples; raise task\.validationShare/,
    ];
    for (const one of [batch, wait])
      assert.match(await refusedOf('set.npz', few, { validationShare: 0 }), one);
    const said = await refusedOf('bad.npz', few, { validationShare: 0 });
    for (const one of [batch, wait, /train\.x: value 1 of sample 1 is Infinity/]) assert.match(said, one);
  });

  it('is refused where a class is none, an array is read by nothing, and a score has no direction', async () => {
    const said = await refusedOf('classes.npz', { model: classes, loss: { name: 'cross-entropy' } });
    assert.match(
      said,
      /needs one array of classes.*label, id|label: it holds the class 3, and the output logits has 3, 0 to 2/,
    );
    const chosen = { arrays: { x: 'x', label: 'label' } };
    const beyond = await refusedOf(
      'classes.npz',
      { model: classes, loss: { name: 'cross-entropy' } },
      chosen,
    );
    assert.match(beyond, /label: it holds the class 3, and the output logits has 3, 0 to 2/);
    const named = await refusedOf(
      'classes.npz',
      { model: classes, loss: { name: 'cross-entropy' } },
      { ...chosen, classes: { label: ['a', 'b', 'c'] } },
    );
    assert.match(named, /: train\.label: it holds the class 3, and task\.classes\.label names 3, 0 to 2$/);
    const unread = await refusedOf('classes.npz', {
      model: guess,
      loss: { name: 'mean-squared', against: 'id' },
    });
    assert.match(unread, /no input of the program takes label.*arrays: \{ x: x, id: id \}/);
    const scoreless = decodeExperiment({ ...of('set.npz'), scores: { mine: { output: 'guess' } } });
    assert.ok(scoreless._tag === 'Left' && scoreless.left._tag === 'DecodeError');
    assert.match(
      scoreless.left.problems.join(),
      /scores\.mine\.better: it is missing; give one of 'more', 'less'/,
    );
  });
});
