import assert from 'node:assert/strict';
import { evenly, magnitudes, projected } from '../../src/analysis/index.js';
import { waveOf } from './lattice.js';

const waves = waveOf({ steps: 10, height: 2, width: 3, dt: 1 }, (x, _, t) =>
  Math.cos((2 * Math.PI * 3 * t) / 10 + x),
);

describe('features over time', () => {
  it('projected onto single steps are the states of those steps', () => {
    const identity = Float64Array.from({ length: 100 }, (_, i) => (i % 11 === 0 ? 1 : 0));
    for (const t of [0, 4, 9]) {
      const [field] = projected(waves, 0, identity, [t]);
      assert.deepEqual(
        [...field],
        Array.from({ length: 6 }, (_, site) => waves.values[6 * t + site]),
      );
    }
  });

  it('have their magnitude in the bin of their frequency, wherever they start', () => {
    const [at2, at3] = magnitudes(waves, 0, [2, 3]);
    for (let site = 0; site < 6; site++) {
      assert.ok(Math.abs(at3[site] - 5) < 1e-9);
      assert.ok(at2[site] < 1e-9);
    }
  });
});

describe('evenly', () => {
  it('has both ends, and never twice the same', () => {
    assert.deepEqual(evenly(100, 10), [0, 11, 22, 33, 44, 55, 66, 77, 88, 99]);
    assert.deepEqual(evenly(3, 10), [0, 1, 2]);
    assert.deepEqual(evenly(1, 10), [0]);
  });
});
