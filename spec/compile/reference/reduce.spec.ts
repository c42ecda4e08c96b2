import assert from 'node:assert/strict';
import fc from 'fast-check';
import { max, mean, min, normalise, softmax, spectrum, standardise, sum } from '../../../src/dsl/index.js';
import { computed, counting, hasValues } from './compute.js';

describe('reference: reductions', () => {
  const x = [3, -1, 2, 0, 5, -4];
  it('each function over each axis', () => {
    hasValues(computed([2, 3], x, sum(0)), [3], [3, 4, -2]);
    hasValues(computed([2, 3], x, sum(1)), [2], [4, 1]);
    hasValues(computed([2, 3], x, mean(1)), [2], [4 / 3, 1 / 3]);
    hasValues(computed([2, 3], x, max(0)), [3], [3, 5, 2]);
    hasValues(computed([2, 3], x, min(1)), [2], [-1, -4]);
  });

  it('several axes at once, in any order', () => {
    hasValues(computed([2, 3], x, sum(1, 0)), [], [5]);
    // [2, 2, 2] without axes 2 and 0 keeps the middle one.
    hasValues(computed([2, 2, 2], counting(8), sum(2, 0)), [2], [0 + 1 + 4 + 5, 2 + 3 + 6 + 7]);
    hasValues(computed([2, 2, 2], counting(8), max(0, 2)), [2], [5, 7]);
  });

  it('no axis at all changes nothing', () => {
    hasValues(computed([2, 3], x, mean()), [2, 3], x);
  });

  it('normalise gives unit vectors, softmax shares, standardise mean 0 and variance 1', () => {
    hasValues(computed([2, 2], [3, 4, 0, -2], normalise()), [2, 2], [0.6, 0.8, 0, -1]);
    hasValues(computed([2], [Math.log(3) + 800, 800], softmax()), [2], [0.75, 0.25]);
    hasValues(computed([2], [1, 3], standardise(0, 0)), [2], [-1, 1]);
  });
});

describe('reference: spectrum', () => {
  const wave = (steps: number, k: number, amplitude: number, phase: number): number[] =>
    counting(steps).map((t) => amplitude * Math.cos((2 * Math.PI * k * t) / steps + phase));

  it('of a sinusoid is amplitude T / 2 at its frequency, whatever the phase, and nothing elsewhere', () => {
    for (const phase of [0, 0.7, 2])
      hasValues(computed([8], wave(8, 3, 2, phase), spectrum), [5], [0, 0, 0, 8, 0]);
    hasValues(computed([5], wave(5, 2, 2, 1), spectrum), [3], [0, 0, 5]);
  });

  it('of a constant and of the fastest alternation is amplitude T', () => {
    hasValues(computed([4], [3, 3, 3, 3], spectrum), [3], [12, 0, 0]);
    hasValues(computed([4], [3, -3, 3, -3], spectrum), [3], [0, 0, 12]);
  });

  it('of one pulse is flat', () => {
    hasValues(computed([4], [0, 0, -2, 0], spectrum), [3], [2, 2, 2]);
  });

  it('runs over the first axis, at each site by itself', () => {
    hasValues(computed([2, 2], [1, 5, 2, 5], spectrum), [2, 2], [3, 10, 1, 0]);
  });

  it('keeps the energy (Parseval)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (x) => {
          const steps = x.length;
          const { data } = computed([steps], x, spectrum);
          const energy = data.reduce((total, magnitude, k) => {
            const once = k === 0 || 2 * k === steps;
            return total + (once ? 1 : 2) * magnitude ** 2;
          }, 0);
          const expected = x.reduce((total, value) => total + value ** 2, 0);
          assert.ok(Math.abs(energy / steps - expected) <= 1e-9 * (1 + expected));
        },
      ),
    );
  });
});
