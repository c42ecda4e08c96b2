/** Parameters on either side of the stability bound, held against the wave equation itself. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ndarray, runReference } from '../../../src/compile/reference/index.js';
import {
  stabilityNumber,
  type WaveParameters,
  waveParametersArbitrary,
} from '../../../src/laws/arbitraries/index.js';
import { wave } from '../../../src/models/systems/index.js';

const steps = 60;

/** The largest displacement after some steps from the mode that is the first to blow up. */
const largest = (parameters: WaveParameters, side: number): number => {
  const p = wave({ height: side, width: side, channels: 1, steps, ...parameters });
  const k = (2 * Math.PI * Math.floor(side / 2)) / side;
  const mode = Array.from(
    { length: side * side },
    (_, i) => Math.cos(k * Math.floor(i / side)) * Math.cos(k * (i % side)),
  );
  const shape = [1, side, side, 1];
  const { y } = runReference(p, {
    parameters: {},
    inputs: { y: ndarray(shape, mode), z: ndarray(shape, new Float64Array(side * side)) },
    batch: 1,
  }).outputs;
  return y.data.slice(-side * side).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
};

describe('arbitraries: parameters of waves', () => {
  const sides = fc.constantFrom(4, 5);
  const both = (stable: boolean): fc.Arbitrary<readonly [number, WaveParameters]> =>
    sides.chain((n) => fc.tuple(fc.constant(n), waveParametersArbitrary({ stable, grid: [n, n] })));

  it('inside the bound stay bounded, on even grids and odd ones', () =>
    fc.assert(
      fc.property(both(true), ([side, parameters]) => {
        assert.ok(stabilityNumber(parameters, [side, side]) < 4);
        // The growth of a step at most a 32nd below the bound: 1 / sqrt(1 - 31/32) < 6 at any time.
        assert.ok(largest(parameters, side) < 6);
      }),
      { numRuns: 30 },
    ));

  it('beyond it blow up', () =>
    fc.assert(
      fc.property(both(false), ([side, parameters]) => {
        assert.ok(stabilityNumber(parameters, [side, side]) > 4);
        assert.ok(largest(parameters, side) > 6);
      }),
      { numRuns: 30 },
    ));

  it('shrink to a plain wave', () => {
    const { counterexample } = fc.check(
      fc.property(waveParametersArbitrary({ stable: false }), (p) => stabilityNumber(p) < 4),
      { seed: 4 },
    );
    assert.deepEqual({ ...counterexample?.[0], dt: 0 }, { dt: 0, speed: 1, omega: 0, alpha: 0 });
  });
});
