/** Laws 6, 8 and 9 with their formulas written out: how far a step reaches, and which motions it does not notice. */

import assert from 'node:assert/strict';
import type { NdArray } from '../../../src/compile/reference/array.js';
import * as wrong from '../wrong.js';
import { filled, followed, largest, programOf } from './follow.js';

const side = 9;
const field = [side, side, 1];
const size = side * side;
// Small, so that tanh is steep enough everywhere to hand a change on.
const some = filled(field, (i) => 0.2 * Math.sin(1 + 2.3 * i));
const other = filled(field, (i) => 0.2 * Math.cos(3 * i));
const still = filled(field, () => 0);

const star = [0, 1, 0, 1, -4, 1, 0, 1, 0];
const full = [0.3, 1, 0.5, 0.7, -3, 0.2, 0.9, 0.4, 0.6];
const alike = [0.5, 1, 0.5, 1, -3, 1, 0.5, 1, 0.5];

interface Wave {
  readonly y: NdArray;
  readonly z: NdArray;
}
/** y and z after so many steps of an NWM with this kernel. */
const ending = (kernel: readonly number[], steps: number, { y, z }: Wave): readonly Float64Array[] => {
  const p = programOf('nwm-core', { height: side, width: side, dt: 0.3, steps });
  const weight = filled([3, 3, 1, 1], (i) => kernel[i]);
  const inputs = { y, z, omega: still, alpha: still };
  return ['y', 'z'].map((name) => followed(p, inputs, name, { 'coupling/weight': weight }).slice(-size));
};

describe('law 6: the light cone', () => {
  const centre = (side - 1) / 2;
  /** Sites at which a change in the middle is felt after n steps. */
  const felt = (kernel: readonly number[], steps: number): readonly number[] => {
    const bumped = filled(field, (i) => some.data[i] + (i === centre * side + centre ? 0.5 : 0));
    const [[a], [b]] = [some, bumped].map((y) => ending(kernel, steps, { y, z: other }));
    return [...a.keys()].filter((i) => a[i] !== b[i]);
  };
  const within = (steps: number, distance: (rows: number, columns: number) => number): readonly number[] =>
    [...Array(size).keys()].filter((i) => {
      const [rows, columns] = [Math.abs(Math.floor(i / side) - centre), Math.abs((i % side) - centre)];
      return distance(rows, columns) <= steps;
    });

  for (const steps of [1, 2, 3, 4]) {
    it(`a full kernel reaches every site within ${steps} in Chebyshev distance, and not one bit beyond`, () =>
      assert.deepEqual(felt(full, steps), within(steps, Math.max)));
    it(`the star reaches ${steps} in Manhattan distance, and not one bit beyond`, () =>
      assert.deepEqual(
        felt(star, steps),
        within(steps, (rows, columns) => rows + columns),
      ));
  }
});

describe('law 8: the symmetries of the square', () => {
  type Motion = (row: number, column: number) => readonly [number, number];
  const last = side - 1;
  const motions: Readonly<Record<string, Motion>> = {
    'a quarter turn': (row, column) => [column, last - row],
    'a half turn': (row, column) => [last - row, last - column],
    'a reflection': (row, column) => [row, last - column],
    'the transposition': (row, column) => [column, row],
  };
  const move = (data: Float64Array, motion: Motion): NdArray => {
    const out = new Float64Array(size);
    for (const [i, v] of data.entries()) {
      const [row, column] = motion(Math.floor(i / side), i % side);
      out[row * side + column] = v;
    }
    return filled(field, (i) => out[i]);
  };
  const commuting = (kernel: readonly number[]): readonly string[] =>
    Object.keys(motions).filter((name) => {
      const moved = (data: Float64Array): NdArray => move(data, motions[name]);
      const first = ending(kernel, 3, { y: moved(some.data), z: moved(other.data) });
      const then = ending(kernel, 3, { y: some, z: other }).map((data) => moved(data).data);
      return first.every((data, k) => largest(data.map((v, i) => v - then[k][i])) < 1e-12);
    });

  const kernels: readonly (readonly [string, readonly number[], readonly string[]])[] = [
    ['all', alike, Object.keys(motions)],
    ['none', full, []],
    ['the half turn', [1, 2, 3, 4, -9, 4, 3, 2, 1], ['a half turn']],
    ['the reflection', [1, 2, 1, 3, -9, 3, 4, 5, 4], ['a reflection']],
    ['the transposition', [1, 2, 3, 2, -9, 4, 3, 4, 5], ['the transposition']],
  ];
  for (const [what, kernel, expected] of kernels)
    it(`a kernel that keeps ${what} commutes with ${expected.length === 4 ? 'all' : expected.join() || 'none'}`, () =>
      assert.deepEqual(commuting(kernel), expected));
});

describe('law 9: superposition and oddness', () => {
  const linear = programOf('wave', { height: side, width: side, dt: 0.3, steps: 4, omega: 0.2, alpha: 0.1 });
  const [a, b] = [0.7, -1.3];
  const mixed = (x: Float64Array, y: Float64Array): NdArray => filled(field, (i) => a * x[i] + b * y[i]);
  const far = (of: (s: Wave) => readonly Float64Array[]): number => {
    const [s, t] = [of({ y: some, z: other }), of({ y: other, z: some })];
    const both = of({ y: mixed(some.data, other.data), z: mixed(other.data, some.data) });
    return Math.max(...both.map((data, k) => largest(data.map((v, i) => v - mixed(s[k], t[k]).data[i]))));
  };
  it('sums of waves are waves without tanh', () =>
    assert.ok(far((s) => ['y', 'z'].map((name) => followed(linear, { ...s }, name).slice(-size))) < 1e-12));
  it('not with it', () => assert.ok(far((s) => ending(star, 4, s)) > 1e-3));

  const negative = (x: NdArray): NdArray => filled(x.shape, (i) => -x.data[i]);
  it('a wave upside down goes the same way upside down, to the last bit', () => {
    const up = ending(full, 4, { y: some, z: other });
    const down = ending(full, 4, { y: negative(some), z: negative(other) });
    for (const [k, data] of up.entries()) assert.deepEqual([...down[k]], [...data.map((v) => -v)]);
  });
  it('not with a constant force', () => {
    const square = [8, 8, 1];
    const y = filled(square, (i) => Math.sin(i));
    const alpha = filled(square, () => 0);
    const end = (s: NdArray) => followed(wrong.biased, { y: s, z: negative(s), alpha }, 'y').slice(-64);
    const [up, down] = [end(y), end(negative(y))];
    assert.ok(largest(up.map((v, i) => v + down[i])) > 0.1);
  });
});
