import assert from 'node:assert/strict';
import { siteAt } from '../../src/drums/lattice.js';
import { latticeOf } from '../../src/drums/shape.js';
import { type Peak, peaksOf, spectrumOf } from '../../src/drums/spectrum.js';
import {
  continuumFundamental,
  latticeFrequency,
  rectangleEigenvalue,
  squareArea,
  squareAreaError,
} from '../../src/drums/tones.js';
import { right } from '../support/either.js';
import { steppedSound } from './stepping.js';

const medium = { speed: 1, dt: 0.5 };
const sides = Array.from({ length: 25 }, (_, i) => i + 6);

const exactArea = (side: number, { speed, dt }: typeof medium): number =>
  squareArea(latticeFrequency(rectangleEigenvalue(1, 1, side, side), { speed, dt }), speed);

/** The first peak of a square struck and heard in the middle, by plain loops; once a side. */
const peaks = new Map<number, Peak>();
const firstPeak = (side: number): Peak => {
  const known = peaks.get(side) ?? listen(side);
  peaks.set(side, known);
  return known;
};
const listen = (side: number): Peak => {
  const lattice = right(latticeOf({ kind: 'square', side }));
  const { row, column } = siteAt(lattice, [0.5, 0.5]);
  const middle = row * lattice.columns + column;
  const sound = steppedSound(lattice, middle, middle, { ...medium, steps: 4096 });
  return peaksOf(right(spectrumOf(sound, medium.dt)))[0];
};

describe('tones and areas', () => {
  it('comes to the published areas with the raw peak', () => {
    // Written with one decimal; at L = 10 the peak is bin 145, 99.746.
    const published = [
      [6, 36.4],
      [8, 64.7],
      [10, 99.8],
      [12, 143.2],
      [16, 258.9],
      [20, 404.5],
      [24, 582.5],
      [30, 910.2],
    ];
    for (const [side, area] of published)
      assert.ok(Math.abs(squareArea(firstPeak(side).raw, 1) - area) < 0.06, `L = ${side}`);
  });

  it('comes within .2 % of the lattice, and a thousand times nearer, between the bins, for L = 6 .. 30', () => {
    for (const side of sides) {
      const heard = squareArea(firstPeak(side).frequency, 1);
      assert.ok(Math.abs(heard / exactArea(side, medium) - 1) < 2e-6, `L = ${side}: ${heard}`);
    }
  });

  it('comes within the stated discretisation error of the continuum', () => {
    for (const side of sides) {
      const heard = squareArea(firstPeak(side).frequency, 1);
      const stated = squareAreaError(side, medium);
      assert.ok(Math.abs(heard / side ** 2 - 1 - stated) < 0.4 / side ** 4, `L = ${side}`);
    }
  });

  it('has an error of the grid and the step that vanishes as stated, at any speed and step', () => {
    for (const dt of [0.05, 0.2, 0.5, 0.7])
      for (const side of [10, 20, 40, 80]) {
        const left =
          exactArea(side, { speed: 1, dt }) / side ** 2 - 1 - squareAreaError(side, { speed: 1, dt });
        assert.ok(Math.abs(left) < 1 / side ** 4, `L = ${side}, dt = ${dt}: ${left * side ** 4}`);
      }
    // Twice the speed at half the step is the same walk over the cells.
    assert.equal(squareAreaError(12, { speed: 2, dt: 0.25 }), squareAreaError(12, medium));
    assert.ok(Math.abs(squareAreaError(12, { speed: 1, dt: Math.SQRT1_2 })) < 1e-12);
  });

  it('knows the fundamentals of squares, rectangles and disks', () => {
    assert.ok(
      Math.abs((continuumFundamental({ kind: 'square', side: 10 }, 2) ?? 0) - Math.SQRT2 / 10) < 1e-15,
    );
    assert.ok(
      Math.abs((continuumFundamental({ kind: 'rectangle', width: 3, height: 4 }, 1) ?? 0) - 5 / 24) < 1e-15,
    );
    const disk = continuumFundamental({ kind: 'disk', radius: 1 }, 1) ?? 0;
    assert.ok(Math.abs(disk - 0.38274) < 1e-5);
    assert.equal(continuumFundamental({ kind: 'mask', rows: ['#'] }, 1), null);
  });
});
