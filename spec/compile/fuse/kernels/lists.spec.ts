/** Layers and reductions of lists: to the bit what plain loops in double precision give, and not a number more. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type { Defined } from '../../../../src/compile/fuse/list/kernel.js';
import {
  listDenseKernel,
  listDenseWeightKernel,
  listReduceKernel,
} from '../../../../src/compile/fuse/registry/lists.js';
import { instantiateOn, newMemory } from '../../../../src/engine/host.js';
import { assemble } from '../../../../src/engine/wasm/simd/module.js';

const sizes = fc.record({
  outer: fc.integer({ min: 1, max: 6 }),
  count: fc.integer({ min: 1, max: 9 }),
  inner: fc.integer({ min: 1, max: 6 }),
  to: fc.integer({ min: 1, max: 11 }),
  transposed: fc.boolean(),
  most: fc.boolean(),
});
const values = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.float({ min: -100, max: 100, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Math.fround(3e38)) },
  ),
  { minLength: 97, maxLength: 97 },
);

/** Runs a kernel in both forms on memory that holds the same, and compares all of it. */
const agree = <D>(kind: Defined<D>, of: D, places: readonly number[], numbers: readonly number[]): void => {
  const made = kind.made(
    kind.call(
      of,
      places.map(() => 0),
    ).kernel.of,
  );
  const kernel = E.isRight(made) ? made.right : assert.fail(made.left);
  const source = kernel.wasm ?? assert.fail('it has no WebAssembly');
  const memory = newMemory(1);
  const [floats, doubles] = [new Float32Array(memory.buffer), new Float64Array(memory.buffer)];
  for (let i = 0; i < floats.length; i++) floats[i] = numbers[i % numbers.length];
  // sums begin as numbers
  for (let i = 0; i < 512; i++) doubles[4096 + i] = i / 3;
  const copy = memory.buffer.slice(0);
  const addresses = places.map((at) => 4 * at);
  instantiateOn(memory, assemble(source()))(...addresses);
  kernel.loops()(
    { floats: new Float32Array(copy), doubles: new Float64Array(copy), integers: new Int32Array(copy) },
    ...addresses,
  );
  const [found, expected] = [new Int32Array(memory.buffer), new Int32Array(copy)];
  const isNaNAt = (at: number): boolean =>
    (Number.isNaN(floats[at]) && Number.isNaN(new Float32Array(copy)[at])) ||
    (Number.isNaN(doubles[at >> 1]) && Number.isNaN(new Float64Array(copy)[at >> 1]));
  for (let at = 0; at < found.length; at++)
    if (found[at] !== expected[at] && !isNaNAt(at))
      assert.fail(`${floats[at]} instead of ${new Float32Array(copy)[at]} at ${at}: ${JSON.stringify(of)}`);
};

describe('layers and reductions of lists', () => {
  it('give the bits of plain loops', () => {
    fc.assert(
      fc.property(sizes, values, ({ outer, count, inner, to, transposed, most }, numbers) => {
        const along = { outer, count, inner };
        agree(listDenseKernel, { ...along, to, transposed }, [0, 1000, 3000], numbers);
        agree(listDenseWeightKernel, { ...along, to }, [0, 1000, 8192], numbers);
        agree(listReduceKernel, { ...along, fn: most ? 'max' : 'sum' }, [0, 3000], numbers);
      }),
      { numRuns: 150 },
    );
  });
});
