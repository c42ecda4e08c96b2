/** Arithmetic over any number of axes, one value at a time beside it; and gradients of programs that need it. */

import assert from 'node:assert/strict';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { initialParameters } from '../../../../src/compile/parameters.js';
import {
  add,
  layer,
  mul,
  parameterOf,
  program,
  type Tensor as Symbolic,
  sigmoid,
  tanh,
} from '../../../../src/dsl/index.js';
import { type Engine, opByOp, type TensorFlow } from '../../../../src/engine/index.js';
import { merged } from '../../../../src/engine/wasm/kernels/many-axes.js';
import {
  cotangentsOf,
  inputsFor,
  isSlope,
  referenceOptions,
  tapePull,
} from '../../../compile/fuse/oracles.js';
import { open } from '../../compare.js';

const operations: Readonly<
  Record<
    string,
    readonly [(tf: TensorFlow, a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number]
  >
> = {
  add: [(tf, a, b) => tf.add(a, b), (a, b) => a + b],
  sub: [(tf, a, b) => tf.sub(a, b), (a, b) => a - b],
  mul: [(tf, a, b) => tf.mul(a, b), (a, b) => a * b],
  max: [(tf, a, b) => tf.maximum(a, b), Math.max],
  min: [(tf, a, b) => tf.minimum(a, b), Math.min],
  greater: [(tf, a, b) => tf.greater(a, b), (a, b) => Number(a > b)],
  equal: [(tf, a, b) => tf.equal(a, b), (a, b) => Number(a === b)],
};

/** Two shapes that go together: axes of size 1 in one or both, or missing in front of one. */
const pairs = fc
  .array(fc.record({ n: fc.integer({ min: 1, max: 3 }), one: fc.constantFrom('none', 'a', 'b') }), {
    minLength: 5,
    maxLength: 8,
  })
  .chain((axes) =>
    fc.record({
      a: fc.constant(axes.map(({ n, one }) => (one === 'a' ? 1 : n))),
      b: fc.constant(axes.map(({ n, one }) => (one === 'b' ? 1 : n))),
      missing: fc.nat(axes.length),
    }),
  )
  .map(({ a, b, missing }) => ({ a, b: b.slice(missing) }));

const volume = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** The place in a tensor of this shape, of a place of a result that is as large or larger. */
const placeIn = (shape: readonly number[], result: readonly number[], place: number): number => {
  let [rest, stride, found] = [place, 1, 0];
  for (let axis = 1; axis <= result.length; axis++) {
    const n = result[result.length - axis];
    const own = shape[shape.length - axis] ?? 1;
    if (own > 1) found += (rest % n) * stride;
    stride *= own;
    rest = Math.floor(rest / n);
  }
  return found;
};

describe('arithmetic over many axes on wasm', () => {
  let engine: Engine;
  before(async () => {
    engine = await open('wasm');
  });

  it('is right, also where more than six times one tensor is repeated and then the other', () => {
    let alternating = 0;
    fc.assert(
      fc.property(pairs, fc.constantFrom(...Object.keys(operations)), ({ a, b }, name) => {
        const { tf } = engine;
        const [run, of] = operations[name];
        const values = (shape: readonly number[], factor: number): number[] =>
          Array.from({ length: volume(shape) }, (_, i) => ((factor * i) % 7) - 3);
        const [left, right] = [values(a, 3), values(b, 5)];
        const compute = () =>
          tf.tidy(() => {
            const result = run(tf, tf.tensor(left, [...a]), tf.tensor(right, [...b]));
            return { shape: result.shape, values: [...result.dataSync()] };
          });
        if (a.length > 6 && merged(a, b).a.length > 6) alternating += 1;
        const { numTensors, numBytes } = tf.memory();
        const found = compute();
        assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
        const shape = a.map((n, axis) => Math.max(n, b[axis - (a.length - b.length)] ?? 1));
        assert.deepEqual(found.shape, shape);
        assert.deepEqual(
          found.values,
          found.values.map((_, i) => of(left[placeIn(a, shape, i)], right[placeIn(b, shape, i)])),
        );
      }),
      {
        numRuns: 300,
        examples: Object.keys(operations).flatMap((name) => [
          [{ a: [2, 1, 3, 1, 2, 1, 2], b: [1, 2, 1, 2, 1, 3, 1] }, name],
          [{ a: [3, 1, 2, 1, 3, 1, 2, 1], b: [3, 2, 2, 2, 3, 2, 2, 2] }, name],
        ]),
      },
    );
    assert.ok(alternating > 0, 'none of them alternates so often');
  });

  it('gives programs with sequences of matrices on planes their gradients, op by op', () => {
    const shape = [2, 3, 2, 2, 2, 3] as const;
    const p = program({ x: shape, y: shape }, ({ x, y }) => {
      const w: Symbolic<typeof shape> = parameterOf(layer('six'), 'weight', shape, { init: { normal: 1 } });
      const both = mul(add(x, w), sigmoid(mul(y, w)));
      return { z: add(mul(both, both), tanh(mul(x, w))) };
    });
    const parameters = initialParameters(p.graph, 0);
    const inputs = inputsFor(p, 2, 1);
    const cotangents = cotangentsOf(p, ['z'], 2, 1);
    const found = tapePull(opByOp(engine), p, parameters, inputs, 2, cotangents);
    const options = referenceOptions(p, parameters, inputs, 2);
    isSlope(found, p, cotangents, options, { count: 20, seed: 1, tolerance: 1e-4 });
  });
});
