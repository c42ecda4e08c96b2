/** Training in a script: what it learns, that it goes on to the same bits, and what it refuses. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { decodeError, errorMessage } from '../../../src/base/error.js';
import { openSessions } from '../../../src/compile/tfjs/session/share.js';
import { dense, mul, type Program, parameter, program } from '../../../src/dsl/index.js';
import { arraysFor, type FitData } from '../../../src/runner/fit/arrays.js';
import { fit as epochsOf, type FitEpoch, FitFault, type FitOptions } from '../../../src/runner/fit/fit.js';

const line = program({ x: [1] }, ({ x }) => ({ prediction: dense(1)(x) }));
const points = Array.from({ length: 16 }, (_, i) => i / 8 - 1);
const data: FitData = {
  train: { x: points, y: points.map((x) => 3 * x - 0.5) },
  validation: { x: [0.5, -0.25], y: [1, -1.25] },
};
const options: FitOptions = {
  loss: 'mean-squared',
  training: { epochs: 40, batch: 4, rate: 0.1, schedule: 'cosine' },
  engine: 'wasm',
};

const all = async (p: Program, arrays: FitData, more: FitOptions): Promise<readonly FitEpoch[]> => {
  const epochs: FitEpoch[] = [];
  for await (const epoch of epochsOf(p, arrays, more)) epochs.push(epoch);
  return epochs;
};

const refusal = async (p: Program, arrays: FitData, more: object): Promise<string> => {
  try {
    await all(p, arrays, { ...options, ...more });
  } catch (cause) {
    assert.ok(cause instanceof FitFault);
    return cause.message;
  }
  return assert.fail('it was not refused');
};

describe('fit', () => {
  it('finds a line, epoch by epoch, and goes on from any of them to the same bits', async () => {
    const epochs = await all(line, data, options);
    assert.deepEqual(
      epochs.map(({ epoch }) => epoch),
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const { weights, validation } = epochs[39];
    assert.ok(
      Math.abs(weights['dense1/weight'][0] - 3) < 0.02 && Math.abs(weights['dense1/bias'][0] + 0.5) < 0.02,
    );
    assert.deepEqual(Object.keys(validation ?? {}), ['loss', 'absoluteError', 'squaredError', 'samples']);
    const continued = await all(line, data, { ...options, from: epochs[19].state });
    assert.deepEqual(
      continued.map((one) => one.weights),
      epochs.slice(20).map((one) => one.weights),
    );
    const near = await all(line, data, { ...options, weights, training: { ...options.training, rate: 0 } });
    assert.deepEqual(near[0].weights, weights);
  });

  it('ends where its loop is left, or its signal says so, and leaves no session open', async () => {
    const before = openSessions();
    let seen = 0;
    for await (const { epoch } of epochsOf(line, data, options)) {
      seen = epoch;
      if (epoch === 3) break;
    }
    assert.equal(seen, 3);
    const stop = new AbortController();
    for await (const { epoch } of epochsOf(line, data, { ...options, signal: stop.signal })) {
      seen = epoch;
      if (epoch === 2) stop.abort();
    }
    assert.equal(seen, 2);
    assert.equal(openSessions(), before);
  });

  it('classifies by name, and says which number is no class', async () => {
    const sides = program({ x: [1] }, ({ x }) => ({ logits: pipe(x, dense(2)) }));
    const side: readonly number[] = points.map((x) => (x < 0 ? 0 : 1));
    const arrays = { train: { x: points, side }, validation: { x: points, side } };
    const epochs = await all(sides, arrays, { ...options, loss: 'cross-entropy' });
    assert.deepEqual(epochs[39].validation && Object.keys(epochs[39].validation), [
      'loss',
      'accuracy',
      'samples',
    ]);
    assert.equal(epochs[39].validation?.accuracy, 1);
    const wrong = { train: { x: points, side: side.with(3, 2) } };
    assert.match(
      await refusal(sides, wrong, { loss: 'cross-entropy' }),
      /train\.side: value 3 is 2, and the classes are 0 to 1/,
    );
  });

  it('refuses everything that is wrong at once, before it trains', async () => {
    const said = await refusal(
      line,
      { train: { x: points.with(2, Number.NaN), y: points.slice(1) }, validation: { x: [1], z: [2] } },
      {
        training: { batch: 64, rate: 'fast' },
        weights: { w: Float32Array.of(1) },
        scores: { e: { output: 'x' } },
      },
    );
    for (const problem of [
      /train\.x: value 0 of sample 2 is NaN, not a finite number/,
      /train\.y: 15 values are not 16 samples of 1/,
      /validation\.y: it is not there/,
      /validation\.z: the training has no such array/,
      /training\.rate: "fast" is not a number from 0 to 1/,
      /weights\.w: the program has no such parameter/,
      /scores\.e\.better: it is missing; give one of 'more', 'less'/,
    ])
      assert.match(said, problem);
    assert.match(await refusal(line, { train: { x: [], y: [] } }, {}), /train: it is empty/);
    // A score of nothing would be no score, in silence; who does not catch the error reads one sentence.
    const empty = { ...data, validation: { x: [], y: [] } };
    assert.match(await refusal(line, empty, {}), /validation: it is empty/);
    const fault = new FitFault(decodeError('fit', 'said'));
    assert.equal(fault.stack, 'FitFault: fit: said');
    assert.ok(!Object.keys(fault).includes('error') && fault.error._tag === 'DecodeError');
    // What types refuse, JavaScript may say.
    const pairs = program({ x: [2] }, ({ x }) => ({ x }));
    assert.match(
      await refusal(pairs, { train: { x: [1, 2, 3] } }, {}),
      /train\.x: 3 values are no whole number of samples of 2/,
    );
    const none = arraysFor(line, { validation: data.train });
    assert.ok(E.isLeft(none) && /train: it is missing; give the arrays/.test(errorMessage(none.left)));
    assert.match(
      await refusal(line, data, { loss: { outptu: 'y' }, score: {} }),
      /loss\.outptu: .*did you mean 'output'.*score: there is no such field; did you mean 'scores'/s,
    );
    assert.match(
      await refusal(line, data, { training: { batch: 17 } }),
      /17 samples a step are more than the 16/,
    );
    const free = program({ x: [1] }, ({ x }) => ({
      y: mul(x, parameter('k', [1], { init: { constant: 1 } })),
    }));
    assert.match(await refusal(free, data, { loss: { output: 'y' } }), /loss\.output: the output y is \[1\]/);
  });

  it('says at once what depends on the loss and what depends on the settings', async () => {
    const said = await refusal(
      line,
      { train: { x: points, y: points.with(3, Number.NaN) } },
      {
        loss: { output: 'prediction' },
        scores: { error: { output: 'nothing', better: 'less' } },
        training: { rate: 'fast', best: 'error' },
        workers: 0,
      },
    );
    for (const problem of [
      /train\.y: value 0 of sample 3 is NaN/,
      /training\.rate: "fast"/,
      /workers: 0/,
      /loss\.output: the output prediction is \[1\]/,
      /scores\.error\.output: .*nothing/,
    ])
      assert.match(said, problem);
    // With a loss that can be read, so do the score to watch and the classes.
    const sides = program({ x: [1] }, ({ x }) => ({ logits: dense(2)(x) }));
    const both = await refusal(
      sides,
      { train: { x: points, side: points.map(() => 2) } },
      { loss: 'cross-entropy', training: { best: 'iuo' }, seed: -1 },
    );
    for (const problem of [/classes are 0 to 1/, /training\.best: there is no score 'iuo'/, /seed: -1/])
      assert.match(both, problem);
  });

  it('refuses what only JavaScript can hand over, option by option, before an engine opens', async () => {
    const given = (text: string): FitData => JSON.parse(text);
    const noProgram: Program = JSON.parse('{}');
    assert.match(await refusal(noProgram, data, {}), /the program is none; give what program\(…\) returned/);
    for (const [text, said] of [
      ['null', /it is missing; give the arrays of the training/],
      ['{"train":null}', /train: it is no object of arrays/],
      ['{"train":{"x":null,"y":[1]}}', /train\.x: it is no array of numbers/],
      ['{"train":{"x":"12","y":[1,2]}}', /train\.x: it is no array of numbers/],
      ['{"train":{"x":["1","2"],"y":[1,2]}}', /train\.x: value 0 of sample 0 is "1", not a finite number/],
      ['{"train":{"x":[1e300,2],"y":[1,2]}}', /value 0 of sample 0 is 1e\+300, which float32 does not hold/],
      ['{"train":{"x":[1],"y":[1]},"validation":null}', /validation: it is no object of arrays/],
      ['{"train":{"x":[1],"__proto__":[1]}}', /'__proto__' is not a name/],
    ] as const)
      assert.match(await refusal(line, given(text), { training: { batch: 1 } }), said);
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`n${i}`, [1]]));
    assert.match(
      await refusal(line, { train: { x: [1], ...many } }, {}),
      /train: it has 2,001 arrays, and 1,024 is the limit/,
    );
    const names = ['dense1/weight', 'dense1/bias'];
    const weights = (values: unknown) => ({
      weights: Object.fromEntries(names.map((name) => [name, values])),
    });
    for (const [more, said] of [
      [{ seed: Number.NaN }, /seed: NaN is not a whole number from 0 to 4294967295/],
      [{ seed: 'x' }, /seed: "x" is not a whole number/],
      [{ workers: 1e9 }, /workers: 1000000000 is not a whole number from 1 to 128/],
      [{ workers: Number.NaN }, /workers: NaN is not a whole number/],
      [{ engine: 'constructor' }, /engine: "constructor" is not one of 'native'/],
      [{ signal: 'stop' }, /signal: it is no AbortSignal/],
      [{ weights: null }, /weights: null is not an object/],
      [weights([]), /weights\.dense1\/weight: it has 0 values, and the parameter has 1/],
      [weights('x'), /weights\.dense1\/bias: it is no array of numbers/],
      [weights([Number.NaN]), /weights\.dense1\/weight: value 0 is NaN, not a finite number/],
      [{ from: 'x' }, /from: "x" is not an object/],
      [{ from: {} }, /from\.epoch: it is missing.*from\.parameters: undefined is not an object/s],
    ] as const)
      assert.match(await refusal(line, data, more), said);
  });

  it('takes no state of another program or another place, nor one that JSON has flattened', async () => {
    const short = { ...options, training: { ...options.training, epochs: 2 } };
    const { state } = (await all(line, data, short))[0];
    const from = (changed: object) => ({ from: { ...state, ...changed } });
    for (const [more, said] of [
      [from({ step: 1e9 }), /from\.step: it is 1000000000, and an epoch has 4/],
      [from({ epoch: 7 }), /from\.history: it is of 1 epochs, and from\.epoch is 7/],
      [from({ parameters: {} }), /from\.parameters\.dense1\/weight: it is no array of numbers/],
      [
        from({ optimiser: { ...state.optimiser, mean: { 'dense1/bias': [1, 2] } } }),
        /from\.optimiser\.mean\.dense1\/bias: it has 2 values, and the parameter has 1/,
      ],
      [from({ best: {} }), /from\.best\.epoch: it is missing/],
      [from({ history: [1] }), /from\.history\.0/],
      [{ from: JSON.parse(JSON.stringify(state)) }, /from\.parameters\.dense1\/weight: it is no array/],
    ] as const)
      assert.match(await refusal(line, data, more), said);
    assert.equal((await all(line, data, { ...short, from: state })).length, 1);
  });

  it('takes arrays of names that every object has', async () => {
    for (const name of ['constructor', 'toString', 'valueOf']) {
      const { train } = data;
      const epochs = await all(
        line,
        { train: { x: train.x, [name]: train.y } },
        { ...options, training: { epochs: 2, batch: 4 } },
      );
      assert.ok(Number.isFinite(epochs[1].loss), name);
    }
  });
});
