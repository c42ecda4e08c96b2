/** Laws of wave dynamics that the reference must keep in float64, computed on paper or by loops of their own. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../src/base/random.js';
import { type NdArray, ndarray, runReference } from '../../../src/compile/reference/index.js';
import {
  add,
  type Clock,
  concat,
  conv,
  convolveWith,
  data,
  negate,
  oscillator,
  program,
  roll,
  scale,
  scan,
  scanWithFinal,
  sub,
  type Tensor,
  tanh,
  type Wave,
  zeros,
} from '../../../src/dsl/index.js';
import { computed, counting, hasValues, isNear } from './compute.js';

const height = 5;
const width = 6;
const sites = height * width;
type Field = Tensor<readonly [5, 6, 1]>;
type Lattice = Wave<readonly [5, 6, 1]>;

const star = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
const laplacian = (y: Field): Field => convolveWith(y, star, 'circular');

const random = (...name: readonly string[]) => {
  const { normal, uniform } = stream(1, ...name);
  return {
    normal: (n: number) => Array.from({ length: n }, normal),
    uniform: (n: number) => Array.from({ length: n }, uniform),
  };
};

/** K y = omega y - (sum of the four neighbours - 4 y), by loops. */
const stiffness = (y: ArrayLike<number>, omega: ArrayLike<number>): number[] =>
  counting(sites).map((site) => {
    const [i, j] = [Math.floor(site / width), site % width];
    const at = (di: number, dj: number): number =>
      y[((i + di + height) % height) * width + ((j + dj + width) % width)];
    return omega[site] * y[site] - (at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1) - 4 * y[site]);
  });

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((total, value, i) => total + value * b[i], 0);

/** H~ = z'z/2 + y'Ky/2 - (h/2) z'Ky. */
const modifiedEnergy = (
  y: readonly number[],
  z: readonly number[],
  omega: readonly number[],
  h: number,
): number => {
  const force = stiffness(y, omega);
  return dot(z, z) / 2 + dot(y, force) / 2 - (h / 2) * dot(z, force);
};

/** Displacement and velocity of each step, the initial state first. */
const trajectory = (
  y0: readonly number[],
  z0: readonly number[],
  step: (omega: Field, damping: Field) => (state: Lattice, clock: Clock) => Lattice,
  omega: readonly number[],
  damping: readonly number[],
): readonly { readonly y: number[]; readonly z: number[] }[] => {
  const field = [5, 6, 1] as const;
  const p = program({ y: field, z: field, omega: field, damping: field }, (x) => ({
    both: scan({
      steps: 40,
      init: { y: x.y, z: x.z },
      step: step(x.omega, x.damping),
      observe: ({ y, z }) => concat(y, z),
    }),
  }));
  const input = (values: readonly number[]): NdArray => ndarray([1, ...field], values);
  const { both } = runReference(p, {
    parameters: {},
    inputs: { y: input(y0), z: input(z0), omega: input(omega), damping: input(damping) },
    batch: 1,
  }).outputs;
  const part = (t: number, channel: number): number[] =>
    counting(sites).map((site) => both.data[(t * sites + site) * 2 + channel]);
  return [{ y: [...y0], z: [...z0] }, ...counting(40).map((t) => ({ y: part(t, 0), z: part(t, 1) }))];
};

describe('reference: laws of waves', () => {
  const h = 0.5;
  const omega = random('omega').uniform(sites);
  const still = counting(sites).map(() => 0);
  const y0 = random('y').normal(sites);
  const z0 = random('z').normal(sites);

  it('conserves the modified energy where nothing damps or drives (law 1)', () => {
    const states = trajectory(
      y0,
      z0,
      (frequency) => oscillator({ dt: h, coupling: laplacian, frequency }),
      omega,
      still,
    );
    const energies = states.map(({ y, z }) => modifiedEnergy(y, z, omega, h));
    const plain = states.map(({ y, z }) => dot(z, z) / 2 + dot(y, stiffness(y, omega)) / 2);
    for (const energy of energies)
      assert.ok(Math.abs(energy / energies[0] - 1) < 1e-12, `${energy}, ${energies[0]}`);
    // Not because nothing moves: the plain energy swings.
    assert.ok(Math.max(...plain) / Math.min(...plain) > 1.1);
  });

  it("balances work: H~ changes by (h/2) g.(z + z') under any damping (law 2)", () => {
    const damping = random('damping').uniform(sites);
    const states = trajectory(
      y0,
      z0,
      (frequency, alpha) => oscillator({ dt: h, coupling: laplacian, frequency, damping: alpha }),
      omega,
      damping,
    );
    states.slice(1).forEach((after, t) => {
      const before = states[t];
      const change =
        modifiedEnergy(after.y, after.z, omega, h) - modifiedEnergy(before.y, before.z, omega, h);
      const g = before.z.map((z, site) => -damping[site] * z);
      const work =
        (h / 2) *
        dot(
          g,
          before.z.map((z, site) => z + after.z[site]),
        );
      assert.ok(Math.abs(change - work) < 1e-12 * sites, `step ${t}: ${change}, ${work}`);
    });
  });

  it('disperses plane waves as the lattice says (law 4)', () => {
    const restoring = 0.3;
    for (const [mi, mj] of [
      [1, 0],
      [0, 2],
      [2, 1],
    ]) {
      const [ki, kj] = [(2 * Math.PI * mi) / height, (2 * Math.PI * mj) / width];
      const theta =
        2 * Math.asin(h * Math.sqrt(Math.sin(ki / 2) ** 2 + Math.sin(kj / 2) ** 2 + restoring / 4));
      const wave = counting(sites).map((s) => Math.cos(ki * Math.floor(s / width) + kj * (s % width)));
      // z is the velocity that led to y: (y[0] - y[-1]) / h for y[n] = cos(n theta) wave.
      const velocity = wave.map((value) => ((1 - Math.cos(theta)) / h) * value);
      const states = trajectory(
        wave,
        velocity,
        (frequency) => oscillator({ dt: h, coupling: laplacian, frequency }),
        counting(sites).map(() => restoring),
        still,
      );
      states.forEach(({ y }, n) => {
        isNear(
          y,
          wave.map((value) => Math.cos(n * theta) * value),
          1e-11,
        );
      });
    }
  });

  it('runs backwards: n steps, S, n steps, S is the identity for any force of y (law 5)', () => {
    const steps = 12;
    const step = oscillator<readonly [5, 6, 1]>({ dt: h, coupling: (y) => tanh(laplacian(y)) });
    // S(y, z) = (y - h z, -z).
    const turned = ({ y, z }: Lattice) => ({ y: sub(y, scale(h, z)), z: negate(z) });
    const run = (init: Lattice) => scanWithFinal({ steps, init, step, observe: ({ y }) => y }).final;
    const p = program({ y: [5, 6, 1], z: [5, 6, 1] }, (init) => turned(run(turned(run(init)))));
    const inputs = { y: ndarray([1, 5, 6, 1], y0), z: ndarray([1, 5, 6, 1], z0) };
    const { outputs } = runReference(p, { parameters: {}, inputs, batch: 1 });
    isNear(outputs.y.data, y0, 1e-12);
    isNear(outputs.z.data, z0, 1e-12);
  });

  const waves = (y: Field): Tensor<readonly [4, 5, 6, 1]> =>
    scan({
      steps: 4,
      init: { y, z: zeros(5, 6, 1) },
      step: oscillator<readonly [5, 6, 1]>({ dt: h, coupling: (v) => tanh(laplacian(v)) }),
      observe: (state) => state.y,
    });

  it('commutes with shifts on the torus, to the last bit (law 7)', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -6, max: 6 }), (di, dj) => {
        const before = computed([5, 6, 1], y0, (y) => waves(roll(1, dj)(roll(0, di)(y))));
        const after = computed([5, 6, 1], y0, (y) => roll(2, dj)(roll(1, di)(waves(y))));
        assert.deepEqual(before, after);
      }),
      { numRuns: 10 },
    );
  });

  it('carries a change one site a step, and leaves all else alone to the last bit (law 6)', () => {
    const pluck = 2 * width + 2;
    const base = computed([5, 6, 1], y0, waves);
    const plucked = computed([5, 6, 1], y0.with(pluck, y0[pluck] + 1), waves);
    const changed = (t: number): number[] =>
      counting(sites).filter((s) => base.data[t * sites + s] !== plucked.data[t * sites + s]);
    const within = (reach: number): number[] =>
      counting(sites).filter((s) => {
        const ring = (a: number, b: number, n: number): number =>
          Math.min(Math.abs(a - b), n - Math.abs(a - b));
        return ring(Math.floor(s / width), 2, height) + ring(s % width, 2, width) <= reach;
      });
    assert.deepEqual(changed(0), within(1));
    assert.deepEqual(changed(1), within(2));
  });
});

describe('reference: convolution on a ring, written with rolls', () => {
  const numbers = (n: number): fc.Arbitrary<number[]> =>
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n });

  it("is the sum over taps of the shifted field times that tap's matrix", () => {
    fc.assert(
      fc.property(numbers(4 * 5 * 2), numbers(3 * 3 * 2 * 2), (x, w) => {
        const direct = computed([4, 5, 2], x, conv(2, { boundary: 'circular', bias: false }), {
          'conv1/weight': w,
        });
        const taps = counting(9).map((tap) => ({
          shift: [1 - Math.floor(tap / 3), 1 - (tap % 3)],
          matrix: w.slice(tap * 4, tap * 4 + 4),
        }));
        const rolled = computed([4, 5, 2], x, (field) =>
          taps
            .map(({ shift, matrix }) =>
              convolveWith(roll(1, shift[1])(roll(0, shift[0])(field)), data(matrix, 1, 1, 2, 2)),
            )
            .reduce((a, b) => add(a, b)),
        );
        hasValues(direct, [4, 5, 2], rolled.data);
      }),
      { numRuns: 20 },
    );
  });
});
