/** Pointwise functions on four floats, held against those of JavaScript over all of single precision. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../../src/base/random.js';
import type { FieldMap } from '../../../../src/compile/fuse/ir/field.js';
import { functions } from '../../../../src/compile/fuse/kernels/functions.js';
import { pointwiseGroup } from '../../../../src/compile/fuse/kernels/pointwise.js';
import { Arena } from '../../../../src/compile/fuse/memory/arena.js';
import { erf } from '../../../../src/compile/reference/erf.js';

const names = Object.keys(functions).filter((name): name is FieldMap => Object.hasOwn(functions, name));

/** A function as JavaScript computes it, and how many units in the last place it may be away. */
interface Exact {
  readonly of: (x: number) => number;
  readonly units: number;
  /** What may come on top: where the result loses bits that its argument has. */
  readonly least?: number;
}

const leastNormal = 2 ** -126;
const largest = 3.4028234663852886e38;

/**
 * Error bounds. `units`, in units in the last place: 0.5 for the last rounding, and 1 for each earlier rounding and
 * polynomial whose error is not damped. `least`, absolute: the error below the least normal number, and of sin and cos the
 * error of the reduced angle.
 */
const exact: Readonly<Record<FieldMap, Exact>> = {
  tanh: { of: Math.tanh, units: 5, least: leastNormal },
  relu: { of: (x) => Math.max(x, 0), units: 0 },
  sigmoid: { of: (x) => 1 / (1 + Math.exp(-x)), units: 2.5, least: leastNormal },
  softplus: { of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), units: 3 },
  sin: { of: Math.sin, units: 2, least: 2 ** -32 },
  cos: { of: Math.cos, units: 2, least: 2 ** -32 },
  exp: { of: Math.exp, units: 2 },
  log: { of: Math.log, units: 2 },
  sqrt: { of: Math.sqrt, units: 0.5 },
  square: { of: (x) => x * x, units: 0.5 },
  abs: { of: Math.abs, units: 0 },
  reciprocal: { of: (x) => 1 / x, units: 0.5 },
  sign: { of: Math.sign, units: 0 },
  floor: { of: Math.floor, units: 0 },
  erf: { of: erf, units: 7 },
  stopGradient: { of: (x) => x, units: 0 },
};

/** Below this, waves know their angle; from there on floats lie many turns apart. */
const knownAngle = 2 ** 31;

/** The distance from a number of this size to the next in single precision. */
const unit = (x: number): number =>
  2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x) || leastNormal))) - 23);

describe('pointwise functions', () => {
  const machine = new Arena();
  const [from, to] = [machine.allocate(4 * 64), machine.allocate(4 * 64)];
  const compute = (fn: FieldMap, values: readonly number[]): readonly number[] => {
    machine.write(from, values);
    const run = machine.kernel(fn, () =>
      pointwiseGroup({ operands: ['full'], steps: [{ op: 'map', fn, of: 0 }], results: [1] }),
    );
    run(1, 1, Math.ceil(values.length / 4), from, to);
    return [...machine.floats.subarray(to / 4, to / 4 + values.length)];
  };
  /** Whether a result is as near to what it should be as it may. */
  const isNear = (fn: FieldMap, x: number, found: number): boolean => {
    const { of, units, least = 0 } = exact[fn];
    const expected = of(x);
    if ((fn === 'sin' || fn === 'cos') && Math.abs(x) >= knownAngle && Number.isFinite(x))
      return Math.abs(found) <= 1;
    if (Object.is(found, Math.fround(expected)) || (fn === 'sign' && x === 0 && found === 0)) return true;
    // where a result leaves what floats reach, the last unit decides
    if (!Number.isFinite(Math.fround(expected))) return found === Math.sign(expected) * largest;
    if (!Number.isFinite(found)) return Math.abs(expected) > largest * (1 - 2 ** -22) && found * expected > 0;
    return Math.abs(found - expected) <= units * unit(expected) + least;
  };
  const isRight = (fn: FieldMap, x: number, found: number): void => {
    if (!isNear(fn, x, found)) assert.fail(`${fn}(${x}) is ${found}, not ${exact[fn].of(x)}`);
  };

  const special = [
    ...[0, 1, Infinity, 2 ** -149, 3 * 2 ** -140, leastNormal, largest, 1e-8, 0.5, Math.SQRT2],
    ...[
      87.33,
      88.7,
      88.72,
      88.7228,
      88.73,
      90,
      103.9,
      103.97,
      104,
      9,
      8191.5,
      8192.5,
      2 ** 30,
      2 ** 31,
      2 ** 100,
    ],
  ].flatMap((x) => [Math.fround(x), Math.fround(-x)]);
  // as a fixed step through the bits of all floats, and near zero, where most of what a wave does lies
  const everywhere = fc.oneof(
    fc.float({ noNaN: true }),
    fc.float({ noNaN: true, min: -Math.fround(100), max: 100 }),
    fc.float({ noNaN: true, min: -Math.fround(2 ** 24), max: 2 ** 24 }),
    fc.constantFrom(...special),
  );

  for (const fn of names)
    it(`${fn} is right to ${exact[fn].units} units in the last place, whatever stands beside it`, () => {
      assert.ok(Number.isNaN(compute(fn, [NaN])[0]));
      for (const x of special) isRight(fn, x, compute(fn, [x])[0]);
      fc.assert(
        fc.property(fc.array(everywhere, { minLength: 4, maxLength: 4 }), (values) => {
          const found = compute(fn, values);
          for (const [i, x] of values.entries()) {
            isRight(fn, x, found[i]);
            assert.deepEqual(compute(fn, [x, 1, 1, 1])[0], found[i], 'its neighbours change it');
          }
        }),
        { numRuns: 2000 },
      );
    });

  it('of waves keep the bits of an angle beside one so large that it is reduced in another way', () => {
    const random = stream(1, 'angles');
    for (const fn of ['sin', 'cos'] as const)
      for (let i = 0; i < 5000; i++) {
        const x = Math.fround(8192 * (2 * random.uniform() - 1));
        assert.equal(compute(fn, [x, 1e6, -1e9, 1e30])[0], compute(fn, [x, 1, 1, 1])[0]);
      }
  });
});
