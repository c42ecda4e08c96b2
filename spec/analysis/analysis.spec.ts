import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import {
  branchesAt,
  dft,
  energyOf,
  isUnresolved,
  kOmega,
  laplacianCoupling,
  laplacianFrequency,
  propagation,
  summaryOf,
  wavesOf,
} from '../../src/analysis/index.js';
import { errorMessage } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { observe, resolved, stepOf, waveOf } from './lattice.js';

const near = (a: number, b: number, limit: number, what = ''): void =>
  assert.ok(Math.abs(a - b) <= limit, `${what} ${a} is not ${b}`);

describe('the Fourier transform', () => {
  it('is the sum that defines it, at every length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (n, seed) => {
        const random = stream(seed >>> 0, 'dft');
        const re = Float64Array.from({ length: n }, random.normal);
        const im = Float64Array.from({ length: n }, random.normal);
        const found = dft({ re, im });
        for (let k = 0; k < n; k++) {
          let [a, b] = [0, 0];
          for (let j = 0; j < n; j++) {
            const angle = (-2 * Math.PI * j * k) / n;
            a += re[j] * Math.cos(angle) - im[j] * Math.sin(angle);
            b += re[j] * Math.sin(angle) + im[j] * Math.cos(angle);
          }
          near(found.re[k], a, 1e-9, `re ${k} of ${n}`);
          near(found.im[k], b, 1e-9, `im ${k} of ${n}`);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const made = { steps: 96, height: 24, width: 30, dt: 0.2 };

describe('the propagation of a plane wave', () => {
  const modes = fc.record({
    m: fc.integer({ min: -6, max: 6 }),
    n: fc.integer({ min: -5, max: 5 }),
    omega: fc.double({ min: 1.2, max: 6, noNaN: true }),
  });

  it('has its speed, its direction and its phase, everywhere', () => {
    fc.assert(
      fc.property(modes, ({ m, n, omega }) => {
        fc.pre(m !== 0 || n !== 0);
        const [kx, ky] = [(2 * Math.PI * m) / made.width, (2 * Math.PI * n) / made.height];
        const waves = waveOf(made, (x, y, t) => 0.3 + Math.cos(kx * x + ky * y - omega * t));
        const found = resolved(propagation(waves, 0));
        const k = Math.hypot(kx, ky);
        near(found.frequency, omega / (2 * Math.PI), 0.004 * omega);
        for (const site of [0, 31, 399, 719]) {
          near(found.speed[site] / (omega / k), 1, 0.03, 'speed');
          near(Math.cos(found.direction[site] - Math.atan2(ky, kx)), 1, 1e-3, 'direction');
          assert.ok(found.travelling[site] > 0.98);
          const phase = kx * (site % made.width) + ky * Math.floor(site / made.width);
          assert.ok(Math.cos(found.phase[site] - phase) > 0.95, 'phase');
        }
        near(resolved(summaryOf(found).speed) / (omega / k), 1, 0.03);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a standing wave', () => {
  it('runs nowhere', () => {
    const k = (2 * Math.PI * 3) / made.width;
    const found = resolved(
      propagation(
        waveOf(made, (x, _, t) => Math.cos(k * x + 0.4) * Math.cos(2.2 * t)),
        0,
      ),
    );
    near(found.frequency, 2.2 / (2 * Math.PI), 0.01);
    assert.ok(resolved(summaryOf(found).travelling) < 0.02);
    assert.ok(isUnresolved(summaryOf(found).speed));
    const counted = found.speed.filter((speed) => Number.isFinite(speed)).length;
    assert.ok(counted < 0.35 * found.speed.length, `${counted} sites have a speed`);
  });
});

describe('the k-omega spectrum', () => {
  it('of a plane wave has its peak at its wave number and frequency', () => {
    const [kx, ky] = [(2 * Math.PI * 5) / made.width, 0];
    const { waveNumbers, frequencies, power } = kOmega(
      waveOf(made, (x, y, t) => Math.cos(kx * x + ky * y + 3 * t)),
    );
    const best = power.indexOf(power.reduce((a, b) => Math.max(a, b), 0));
    near(waveNumbers[Math.floor(best / frequencies.length)], kx, 1e-9);
    near(frequencies[best % frequencies.length], 3 / (2 * Math.PI), 0.02);
  });

  it('of a stepped Laplacian lattice lies on its dispersion relation', () => {
    const lattice = {
      ...made,
      steps: 128,
      width: 28,
      height: 28,
      channels: 1,
      coupling: laplacianCoupling(1).coupling,
      omega: () => 0,
      alpha: 0,
    };
    for (const mode of [3, 8, 14]) {
      const k = (2 * Math.PI * mode) / 28;
      const start = Float64Array.from({ length: 28 * 28 }, (_, i) => Math.cos(k * (i % 28)));
      const { frequencies, power } = kOmega(observe(lattice, start));
      const row = power.subarray(mode * frequencies.length, (mode + 1) * frequencies.length);
      const best = row.indexOf(row.reduce((a, b) => Math.max(a, b), 0));
      near(frequencies[best], laplacianFrequency({ x: k, y: 0 }, lattice.dt) ?? Number.NaN, 0.006);
    }
  });
});

describe('the k-omega spectrum of a lattice whose edges are not joined', () => {
  /** A wave that fits in two and a half times: round a torus it would break at the edge. */
  const k = (2 * Math.PI * 2.5) / made.width;
  const open = waveOf(made, (x, _, t) => Math.cos(k * x - 3 * t));
  /** Decibels from the peak down to the greatest power at more than `rings` from it. */
  const floorOf = ({ waveNumbers, frequencies, power }: ReturnType<typeof kOmega>, rings: number): number => {
    const best = power.reduce((a, b) => Math.max(a, b), 0);
    const far = power.filter(
      (_, i) => Math.abs(waveNumbers[Math.floor(i / frequencies.length)] - k) > rings * waveNumbers[1],
    );
    return 10 * Math.log10(best / far.reduce((a, b) => Math.max(a, b), 0));
  };

  it('does not see the step that only a torus would have', () => {
    const [joined, apart] = [kOmega(open), kOmega({ ...open, torus: false })];
    assert.deepEqual([joined.joined, apart.joined], [true, false]);
    // Four rings away: what leaks through the window, and through a hard edge.
    assert.ok(floorOf(apart, 4) > 30, `${floorOf(apart, 4)} dB`);
    assert.ok(floorOf(joined, 4) < 25, `${floorOf(joined, 4)} dB`);
  });

  it('has its peak at the wave, to the width of the window', () => {
    const { waveNumbers, frequencies, power } = kOmega({ ...open, torus: false });
    const best = power.indexOf(power.reduce((a, b) => Math.max(a, b), 0));
    near(waveNumbers[Math.floor(best / frequencies.length)], k, waveNumbers[1]);
    near(frequencies[best % frequencies.length], 3 / (2 * Math.PI), 0.02);
  });

  it('keeps what swings as a whole at k = 0', () => {
    const { frequencies, power } = kOmega({ ...waveOf(made, (_x, _y, t) => Math.cos(3 * t)), torus: false });
    const whole = power.slice(0, frequencies.length).reduce((a, b) => Math.max(a, b), 0);
    const rest = power.slice(frequencies.length).reduce((a, b) => Math.max(a, b), 0);
    assert.ok(rest < 1e-20 * whole);
  });

  it('of a row of sites is as well defined', () => {
    const { power } = kOmega({
      ...waveOf({ ...made, height: 1 }, (x, _y, t) => Math.cos(k * x - 3 * t)),
      torus: false,
    });
    assert.ok(power.every(Number.isFinite));
  });
});

const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });

describe('the dispersion relation of a linear lattice', () => {
  it('is that of the Laplacian where the coupling is', () => {
    fc.assert(
      fc.property(angle, angle, (x, y) => {
        const found = branchesAt(
          { dt: 0.3, channels: 1, ...laplacianCoupling(1), omega: [0], alpha: [0] },
          { x, y },
        );
        const wanted = laplacianFrequency({ x, y }, 0.3);
        assert.equal(found.length, 2);
        for (const { frequency, growth } of found) {
          // Near rest both eigenvalues are 1, where a square root loses half of the digits.
          near(frequency, wanted ?? Number.NaN, 1e-6);
          near(growth, 0, 1e-6);
        }
      }),
    );
  });

  it('damps at the rate of the steps, and swings at omega where nothing couples', () => {
    const [one] = branchesAt(
      { dt: 0.1, channels: 1, coupling: new Float64Array(9), kernel: 3, omega: [4], alpha: [0.5] },
      { x: 1, y: 2 },
    );
    near(one.growth, Math.log(1 - 0.05) / 0.2, 1e-9);
    // mu^2 - (2 - dt^2 omega - dt alpha) mu + 1 - dt alpha = 0.
    near(one.frequency, Math.acos(1.91 / (2 * Math.sqrt(0.95))) / (0.2 * Math.PI), 1e-9);
  });

  it('has the eigenvalues of the whole torus, for any coupling of several channels', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = stream(seed >>> 0, 'coupling');
        const side = 3;
        const channels = 2;
        const coupling = Float64Array.from({ length: 36 }, () => 0.5 * random.normal());
        const omega = [1 + random.uniform(), 2 + random.uniform()];
        const lattice = {
          steps: 1,
          height: side,
          width: side,
          channels,
          dt: 0.2,
          coupling,
          omega: (i: number) => omega[i % channels],
          alpha: 0.3,
        };
        const size = side * side * channels;
        const step = stepOf(lattice);
        const whole = Matrix.zeros(2 * size, 2 * size);
        for (let j = 0; j < 2 * size; j++) {
          const unit = (offset: number) =>
            Float64Array.from({ length: size }, (_, i) => (i + offset === j ? 1 : 0));
          const { y, z } = step({ y: unit(0), z: unit(size) });
          for (let i = 0; i < size; i++) {
            whole.set(i, j, y[i]);
            whole.set(size + i, j, z[i]);
          }
        }
        const { realEigenvalues: re, imaginaryEigenvalues: im } = new EigenvalueDecomposition(whole);
        const ordered = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);
        const vectors = Array.from({ length: side * side }, (_, i) => ({
          x: (2 * Math.PI * (i % side)) / side,
          y: (2 * Math.PI * Math.floor(i / side)) / side,
        }));
        const found = vectors.flatMap((k) =>
          branchesAt({ dt: 0.2, channels, coupling, kernel: 3, omega, alpha: [0.3, 0.3] }, k),
        );
        const frequencies = ordered(re.map((part, i) => Math.abs(Math.atan2(im[i], part)) / (0.4 * Math.PI)));
        const growths = ordered(re.map((part, i) => Math.log(Math.hypot(part, im[i])) / 0.2));
        ordered(found.map(({ frequency }) => frequency)).forEach((f, i) => {
          near(f, frequencies[i], 1e-6, 'frequency');
        });
        ordered(found.map(({ growth }) => growth)).forEach((g, i) => {
          near(g, growths[i], 1e-6, 'growth');
        });
      }),
      { numRuns: 15 },
    );
  });
});

describe('the energy', () => {
  const random = stream(5, 'energy');
  const omega = Float64Array.from({ length: 7 * 9 * 2 }, random.uniform);
  const lattice = {
    steps: 60,
    height: 7,
    width: 9,
    channels: 2,
    dt: 0.3,
    ...laplacianCoupling(2),
    omega: (i: number) => omega[i],
    alpha: 0,
  };
  const start = Float64Array.from({ length: 7 * 9 * 2 }, random.normal);
  const totals = (alpha: number): readonly number[] =>
    energyOf(observe({ ...lattice, alpha }, start), { ...laplacianCoupling(2), omega }).map(
      ({ kinetic, coupling, own }) => kinetic + coupling + own,
    );

  it('of an undamped linear lattice stays to rounding, while its parts change places', () => {
    const all = totals(0);
    assert.equal(all.length, 59);
    for (const total of all) near(total / all[0], 1, 1e-10);
  });

  it('of a lattice that rests elsewhere than at 0 is that of its springs all the same, about 0', () => {
    const sites = 7 * 9;
    const rest = { ...lattice, steps: 4, channels: 1, values: new Float64Array(4 * sites).fill(3) };
    for (const { kinetic, coupling, own } of energyOf(rest, {
      ...laplacianCoupling(1),
      omega: new Float64Array(sites).fill(0.5),
    })) {
      assert.equal(kinetic, 0);
      near(coupling, 0, 1e-12);
      near(own, (0.5 * 3 ** 2) / 2, 1e-12);
    }
  });

  it('of a damped one is lost', () => {
    const all = totals(0.4);
    assert.ok(all[58] < 0.01 * all[0]);
  });
});

describe('waves', () => {
  it('are refused when there are none, too few or beyond all numbers', () => {
    const good = waveOf({ steps: 8, height: 2, width: 2, dt: 1 }, () => 0);
    assert.ok(E.isRight(wavesOf(good)));
    const refusals: readonly (readonly [Partial<typeof good>, RegExp])[] = [
      [{ steps: 0 }, /at least one/],
      [{ channels: 2 }, /needs 64/],
      [{ dt: 0 }, /time step/],
      [{ values: new Float64Array(32).fill(Number.NaN) }, /nothing to analyse/],
    ];
    for (const [change, words] of refusals) {
      const refused = wavesOf({ ...good, ...change });
      assert.ok(E.isLeft(refused));
      assert.match(errorMessage(refused.left), words);
    }
  });
});
