/** Gradients of a loss that is an output of the program: against finite differences, and however the batch is cut. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { errorMessage } from '../../../../src/base/error.js';
import { type Arrays, initialParameters } from '../../../../src/compile/parameters.js';
import {
  ndarray,
  numericalGradient,
  parameterArrays,
  runReference,
} from '../../../../src/compile/reference/index.js';
import type { NdArrays, ReferenceOptions } from '../../../../src/compile/reference/run.js';
import { openPool, type Pool } from '../../../../src/compile/tfjs/session/pool.js';
import {
  conv,
  dense,
  mul,
  type Program,
  parametersOf,
  program,
  square,
  sub,
  sum,
  tanh,
} from '../../../../src/dsl/index.js';
import { opByOp, openEngine } from '../../../../src/engine/index.js';

const [count, size, width] = [4, 3, 3];

/** Masked squares on pixels that fuse, and the same without a grid. */
const programs: Readonly<Record<string, Program>> = {
  'on pixels': program({ x: [size, size, 1], t: [size, size, 1], m: [size, size, 1] }, ({ x, t, m }) => ({
    total: pipe(x, conv(2), tanh, conv(1), (y) => mul(square(sub(y, t)), m), sum(0, 1, 2)),
    count: pipe(m, sum(0, 1, 2)),
  })),
  'on lists': program({ x: [width], t: [width], m: [width] }, ({ x, t, m }) => ({
    total: pipe(x, dense(4), tanh, dense(width), (y) => mul(square(sub(y, t)), m), sum(0)),
    count: pipe(m, sum(0)),
  })),
};

const values = (each: number): Readonly<Record<string, Float32Array>> => ({
  x: Float32Array.from({ length: count * each }, (_, i) => Math.sin(i * 1.7)),
  t: Float32Array.from({ length: count * each }, (_, i) => Math.cos(i * 0.9)),
  // samples of very different counts, one of them of none
  m: Float32Array.from({ length: count * each }, (_, i) =>
    i >= each && i % (Math.floor(i / each) + 1) === 0 ? 1 : 0,
  ),
});

/** The program on the reference, in float64. */
const onReference = (p: Program, inputs: Arrays, each: number): ReferenceOptions => ({
  batch: count,
  parameters: parameterArrays(p, initialParameters(p.graph, 3)),
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([name, all]) => [
      name,
      ndarray(each === width ? [count, width] : [count, size, size, 1], all),
    ]),
  ),
});

const total = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** Sum over sum. */
const lossOf = (outputs: NdArrays): number => total(outputs.total.data) / total(outputs.count.data);

describe('a loss that is an output', () => {
  const pools: Pool[] = [];
  after(() => {
    for (const pool of pools) pool.close();
  });
  const open = async (p: Program, fused: boolean, workers = 1): Promise<Pool> => {
    const engine = await openEngine('wasm')();
    if (E.isLeft(engine)) assert.fail(errorMessage(engine.left));
    const chosen = fused ? engine.right : opByOp(engine.right);
    const pool = await openPool(chosen, p, initialParameters(p.graph, 3), workers)();
    if (E.isLeft(pool)) assert.fail(errorMessage(pool.left));
    pools.push(pool.right);
    return pool.right;
  };

  for (const [name, p] of Object.entries(programs))
    it(`has the gradient of its sum over the sum of its count, ${name}, fused and op by op, however it is cut`, async () => {
      const each = name === 'on lists' ? width : size * size;
      const inputs = values(each);
      const options = onReference(p, inputs, each);
      const expected = lossOf(runReference(p, options).outputs);
      const batch = { count, inputs, loss: { output: 'total', count: 'count' } };
      const [fused, plain, two] = [await open(p, true), await open(p, false), await open(p, true, 2)];
      const whole = await fused.gradients(batch, [4]);
      const cut = await fused.gradients(batch, [1, 3]);
      assert.deepEqual(await two.gradients(batch, [1, 3]), cut);
      const places = parametersOf(p.graph).map(({ name }) => ({ of: 'parameters' as const, name, index: 0 }));
      const slopes = numericalGradient(p, lossOf, options, places);
      for (const { loss, gradients } of [whole, cut, await plain.gradients(batch, [2, 2])]) {
        assert.ok(Math.abs(loss - expected) < 1e-6 * (1 + expected), `${loss} ${expected}`);
        for (const [i, { name: parameter }] of places.entries())
          assert.ok(
            Math.abs(gradients[parameter][0] - slopes[i]) < 1e-5,
            `${parameter}: ${gradients[parameter][0]} ${slopes[i]}`,
          );
      }
    });

  it('is the mean over the samples without a count, and 0 where nothing counts', async () => {
    const p = programs['on lists'];
    const pool = await open(p, true);
    const inputs = values(width);
    const mean = await pool.gradients({ count, inputs, loss: { output: 'total' } }, [4]);
    const { outputs } = await pool.infer({ count, inputs }, ['total']);
    assert.ok(Math.abs(mean.loss - outputs.total.reduce((a, b) => a + b, 0) / count) < 1e-6);
    const none = { ...inputs, m: new Float32Array(count * width) };
    const nothing = await pool.gradients(
      { count, inputs: none, loss: { output: 'total', count: 'count' } },
      [4],
    );
    assert.equal(nothing.loss, 0);
    for (const gradient of Object.values(nothing.gradients)) assert.ok(gradient.every((each) => each === 0));
  });
});
