/** Layouts: axes turned by a formula of their letters, and pieces of arrays. */

import assert from 'node:assert/strict';
import { type NdArray, ndarray } from '../../../src/index.js';

/** An array in another layout, or a piece of it. */
export type Layout = (x: NdArray) => NdArray;

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** What lies at each position of a shape, of what lies at another position of the array. */
const picked = (
  x: NdArray,
  shape: readonly number[],
  from: (at: readonly number[]) => readonly number[],
): NdArray =>
  ndarray(
    shape,
    Array.from({ length: volume(shape) }, (_, flat) => {
      const at = shape.reduceRight<{ rest: number; at: readonly number[] }>(
        ({ rest, at: so }, n) => ({ rest: Math.floor(rest / n), at: [rest % n, ...so] }),
        { rest: flat, at: [] },
      ).at;
      return x.data[from(at).reduce((place, index, axis) => place * x.shape[axis] + index, 0)];
    }),
  );

/** `oihw->hwio`: axis by axis. A letter that only one side has is an axis of 1. */
export const turned = (formula: string): Layout => {
  const [before, after] = formula.split('->').map((part) => [...part]);
  return (x) => {
    assert.equal(before.length, x.shape.length, `${formula} for [${x.shape.join(',')}]`);
    const shape = after.map((letter) => (before.includes(letter) ? x.shape[before.indexOf(letter)] : 1));
    return picked(x, shape, (at) =>
      before.map((letter) => (after.includes(letter) ? at[after.indexOf(letter)] : 0)),
    );
  };
};

/** The same numbers in another shape. */
export const shaped =
  (...shape: readonly number[]): Layout =>
  (x) =>
    ndarray(shape, x.data);

/** `size` entries from `begin` along an axis. */
export const cut =
  (axis: number, begin: number, size: number): Layout =>
  (x) =>
    picked(
      x,
      x.shape.map((n, i) => (i === axis ? size : n)),
      (at) => at.map((index, i) => (i === axis ? index + begin : index)),
    );

/** One after the other. */
export const chained =
  (...layouts: readonly Layout[]): Layout =>
  (x) =>
    layouts.reduce((so, layout) => layout(so), x);

/** The same for each of so many samples. */
export const forEach =
  (samples: number): Layout =>
  ({ shape, data }) =>
    ndarray([samples, ...shape], Array.from({ length: samples }, () => [...data]).flat());

export const same: Layout = (x) => x;

/** The largest distance over the largest magnitude of what is expected; infinite where something is not a number. */
export const errorOf = (
  found: NdArray,
  expected: NdArray,
  distance = (a: number, b: number) => Math.abs(a - b),
): number => {
  assert.deepEqual(found.shape, expected.shape);
  let [worst, size] = [0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const apart = distance(found.data[i], expected.data[i]);
    worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
    size = Math.max(size, Math.abs(expected.data[i]));
  }
  return size === 0 ? worst : worst / size;
};

/** The distance of two angles, around the circle. */
export const around = (a: number, b: number): number =>
  Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));
