/** The error function: the reference by known values, and every engine within 4e-7 of it, near 0 and far from it. */

import assert from 'node:assert/strict';
import { graphModel } from '../../src/compile/graph-model/index.js';
import { erf as reference } from '../../src/compile/reference/erf.js';
import { type Engine, erf, opByOp, openEngine, openSession, program } from '../../src/index.js';
import { right } from '../support/either.js';
import { plainTensorFlow } from './graph-model/plain.js';

/** Every binary order of magnitude from 1e-30 on, and the whole middle. */
const points = Float32Array.from(
  [
    ...Array.from({ length: 100 }, (_, i) => 10 ** (-30 + 0.3 * i)),
    ...Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 800),
    Number.POSITIVE_INFINITY,
  ].flatMap((x) => [x, -x]),
);
const p = program({ x: [points.length] }, ({ x }) => ({ y: erf(x) }));

const near = (found: ArrayLike<number>): void => {
  let worst = 0;
  for (const [i, x] of points.entries()) {
    const exact = reference(x);
    const off = Math.abs(found[i] - exact) / Math.abs(exact);
    assert.ok(Math.abs(found[i]) <= 1 && off <= 4e-7, `erf(${x}) is ${found[i]} and not ${exact}`);
    worst = Math.max(worst, off);
  }
};

describe('the error function', () => {
  it('of the reference has the known values', () => {
    const known: readonly (readonly [number, number])[] = [
      [0, 0],
      [1e-20, 1.128379167095513e-20],
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [3, 0.9999779095030014],
      [5, 0.9999999999984626],
      [30, 1],
    ];
    for (const [x, y] of known)
      for (const sign of [1, -1])
        assert.ok(Math.abs(reference(sign * x) - sign * y) <= 1e-15 * y, `erf(${sign * x})`);
    assert.ok(Number.isNaN(reference(Number.NaN)));
  });

  for (const name of ['cpu', 'wasm'] as const)
    it(`on ${name}`, async () => {
      const engine: Engine = opByOp(right(await openEngine(name)()));
      const session = right(openSession(engine, p, {}));
      near((await session.infer({ count: 1, inputs: { x: points } }, ['y'])).outputs.y);
      session.close();
    });

  it('in an exported graph, on the stock backends', async () => {
    const plain = await plainTensorFlow();
    const model = right(graphModel(p, {}));
    const x = { shape: [1, points.length], data: points };
    for (const backend of ['cpu', 'wasm'] as const)
      near((await plain.run({ backend, model, inputs: { x } })).values.y.data);
  });
});
