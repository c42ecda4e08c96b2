/** Layers on modes, and waves that move by them: against sums written out, and against solutions that are known. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fill,
  fourierOperator,
  kSpaceWave,
  longConvolution,
  ndarray,
  type Program,
  program,
  runReference,
  type Tensor,
  volume,
  zeros,
} from '../../../src/index.js';

type Numbers = readonly number[];

const near = (found: ArrayLike<number>, expected: Numbers, within = 1e-12): void => {
  assert.equal(found.length, expected.length);
  const size = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  for (const [i, v] of expected.entries())
    assert.ok(Math.abs(found[i] - v) <= within * size, `${i}: ${found[i]} for ${v}`);
};

const filled = (shape: Numbers, seed: number): Numbers =>
  Array.from({ length: volume(shape) }, (_, i) => Math.sin(seed + 2 * i * i));

const run = (
  p: Program,
  inputs: Readonly<Record<string, readonly [Numbers, Numbers]>>,
  parameters: Readonly<Record<string, readonly [Numbers, Numbers]>> = {},
) =>
  runReference(p, {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, [shape, values]]) => [name, ndarray(shape, values)]),
    ),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, [shape, values]]) => [name, ndarray([1, ...shape], values)]),
    ),
    batch: 1,
  }).outputs;

/** Every site of a grid. */
const places = (grid: Numbers): readonly Numbers[] =>
  grid.reduce<readonly Numbers[]>(
    (all, n) => all.flatMap((place) => Array.from({ length: n }, (_, i) => [...place, i])),
    [[]],
  );

/** The real part of 1/N sum of W X exp(i k t) over the kept modes, those that run either way along the last axis together. */
const byHand = (grid: Numbers, modes: number, c: number, d: number, x: Numbers, weight: Numbers): Numbers => {
  const [sites, last] = [places(grid), grid.length - 1];
  const kept = grid.map((_, axis) =>
    Array.from({ length: axis === last ? modes : 2 * modes - 1 }, (_, i) =>
      i < modes ? i : i - 2 * modes + 1,
    ),
  );
  const vectors = kept.reduce<readonly Numbers[]>(
    (all, along) => all.flatMap((k) => along.map((each) => [...k, each])),
    [[]],
  );
  const phase = (k: Numbers, at: Numbers): number =>
    k.reduce((sum, each, axis) => sum + (2 * Math.PI * each * at[axis]) / grid[axis], 0);
  return sites.flatMap((at) =>
    Array.from({ length: d }, (_, out) =>
      vectors.reduce((sum, k, number) => {
        let part = 0;
        for (const [site, from] of sites.entries())
          for (let channel = 0; channel < c; channel++) {
            const angle = phase(k, at) - phase(k, from);
            const [re, im] = [0, 1].map((side) => weight[((number * c + channel) * d + out) * 2 + side]);
            part += x[site * c + channel] * (re * Math.cos(angle) - im * Math.sin(angle));
          }
        return sum + ((k[last] === 0 ? 1 : 2) * part) / sites.length;
      }, 0),
    ),
  );
};

describe('a Fourier operator', () => {
  const cases: readonly (readonly [Numbers, number])[] = [
    [[8], 3],
    [[7], 4],
    [[1], 1],
    [[6, 5], 2],
    [[3, 4, 5], 2],
  ];
  for (const [grid, modes] of cases)
    it(`of modes below ${modes} on ${grid.join('x')} is the sum of its modes`, () => {
      const [c, d] = [2, 3];
      const p = program({ x: [...grid, c] }, ({ x }) => ({
        y: fourierOperator(d, { modes })<Numbers, number>({ expr: x.expr }),
      }));
      const count = modes * (2 * modes - 1) ** (grid.length - 1);
      const shape = [count, c, d, 2];
      const [x, weight] = [filled([...grid, c], 1), filled(shape, 5)];
      const { y } = run(p, { x: [[...grid, c], x] }, { 'fourier1/weight': [shape, weight] });
      near(y.data, byHand(grid, modes, c, d, x, weight));
    });

  it('refuses more modes than the grid has, and no grid', () => {
    assert.throws(
      () => fourierOperator(2, { modes: 3 })(zeros(8, 4, 1)),
      /fourierOperator: modes of fewer than 3 waves, 5 along an axis, do not fit \[8,4\]/,
    );
    assert.throws(() => fourierOperator(2, { modes: 0 })(zeros(8, 1)), /do not fit/);
    assert.throws(() => fourierOperator(2, { modes: 1 })(zeros(8)), /expected a field with sites/);
  });
});

describe('a long convolution', () => {
  it('is causal: the sum over what came before', () => {
    const numbers = fc.integer({ min: 1, max: 9 }).chain((n) => {
      const list = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2 * n, maxLength: 2 * n });
      return fc.tuple(list, list);
    });
    fc.assert(
      fc.property(numbers, ([x, kernel]) => {
        const shape = [x.length / 2, 2];
        const p = program({ x: shape, kernel: shape }, (given) => ({
          y: longConvolution<number, Numbers>({ expr: given.x.expr }, { expr: given.kernel.expr }),
        }));
        const { y } = run(p, { x: [shape, x], kernel: [shape, kernel] });
        near(
          y.data,
          x.map((_, i) => {
            const [t, channel] = [Math.floor(i / 2), i % 2];
            return Array.from(
              { length: t + 1 },
              (_, s) => kernel[2 * s + channel] * x[2 * (t - s) + channel],
            ).reduce((a, b) => a + b);
          }),
        );
      }),
      { numRuns: 40, seed: 2 },
    );
  });
});

describe('waves in k-space', () => {
  const moved = (grid: Numbers, start: Readonly<Record<'y' | 'z', Numbers>>, h: number, options = {}) => {
    const shape = [...grid, 1];
    const flow = kSpaceWave(options);
    const p = program({ y: shape, z: shape }, ({ y, z }) => {
      const state: { y: Tensor; z: Tensor } = { y, z };
      return flow.advance(state, fill(0), h);
    });
    const { y, z } = run(p, { y: [shape, start.y], z: [shape, start.z] });
    return { y: [...y.data], z: [...z.data] };
  };

  it('turn each mode by its own frequency, however long the step', () => {
    for (const [n, mode, h] of [
      [8, 1, 0.3],
      [8, 3, 25],
      [9, 4, -2],
    ]) {
      const k = (2 * Math.PI * mode) / n;
      const wave = Array.from({ length: n }, (_, t) => Math.cos(k * t));
      const { y, z } = moved([n], { y: wave, z: wave.map(() => 0) }, h, { speed: 2 });
      near(
        y,
        wave.map((v) => v * Math.cos(2 * k * h)),
        1e-11,
      );
      near(
        z,
        wave.map((v) => -2 * k * v * Math.sin(2 * k * h)),
        1e-11,
      );
    }
  });

  it('run as one wave for matching displacement and velocity, and drift without a restoring force', () => {
    // a wave to the right by whole sites: y(x - t)
    const n = 16;
    const pulse = (t: number): number =>
      [1, 2, 3].reduce((sum, m) => sum + Math.cos((2 * Math.PI * m * t) / n), 0);
    const slope = (t: number): number =>
      [1, 2, 3].reduce((sum, m) => sum + ((2 * Math.PI * m) / n) * Math.sin((2 * Math.PI * m * t) / n), 0);
    const sites = Array.from({ length: n }, (_, t) => t);
    near(
      moved([n], { y: sites.map(pulse), z: sites.map(slope) }, 5).y,
      sites.map((t) => pulse(t - 5)),
      1e-11,
    );
    near(moved([4], { y: [1, 1, 1, 1], z: [2, 2, 2, 2] }, 3).y, [7, 7, 7, 7]);
  });

  it('go back as they came, by any dispersion that is even', () => {
    const grid = [4, 5];
    const start = { y: filled(grid, 1), z: filled(grid, 2) };
    const options = { dispersion: ([p, q]: Numbers) => Math.sqrt(1 + p * p + 4 * q * q) };
    const there = moved(grid, start, 1.5, options);
    const again = moved(grid, there, -1.5, options);
    near(again.y, start.y, 1e-11);
    near(again.z, start.z, 1e-11);
  });

  it('refuse fields without sites, and frequencies that are no numbers', () => {
    const state = (y: Tensor): { y: Tensor; z: Tensor } => ({ y, z: y });
    assert.throws(() => kSpaceWave().advance(state(zeros(3)), fill(0), 1), /expected a field with sites/);
    assert.throws(
      () => kSpaceWave({ dispersion: ([k]) => Math.sqrt(k) }).advance(state(zeros(4, 1)), fill(0), 1),
      /a frequency must be a number, got NaN/,
    );
  });
});
