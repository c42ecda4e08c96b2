/** Layouts: transpositions by a formula of axis letters, and pieces of arrays. */

import { type NdArray, ndarray } from '../../../compile/reference/index.js';
import { volume } from '../../../dsl/index.js';

/**
 * An array in another layout, or a piece of it. Throws a LayoutFault if the array has no such axes or
 * entries.
 */
export type Layout = (x: NdArray) => NdArray;

/** An array that does not have the shape that its case should give it. */
export class LayoutFault extends Error {}

/** An array of another shape, filled from the given positions of this one. */
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
    const dropped = before.filter((letter, axis) => !after.includes(letter) && x.shape[axis] !== 1);
    if (before.length !== x.shape.length || dropped.length > 0)
      throw new LayoutFault(`its shape is [${x.shape.join(',')}], which is not (${before.join(',')})`);
    const shape = after.map((letter) => (before.includes(letter) ? x.shape[before.indexOf(letter)] : 1));
    return picked(x, shape, (at) =>
      before.map((letter) => (after.includes(letter) ? at[after.indexOf(letter)] : 0)),
    );
  };
};

/** The same numbers in another shape. */
export const shaped =
  (...shape: readonly number[]): Layout =>
  (x) => {
    if (volume(shape) !== x.data.length)
      throw new LayoutFault(`its shape is [${x.shape.join(',')}], it should hold ${volume(shape)} numbers`);
    return ndarray(shape, x.data);
  };

/** `size` entries from `begin` along an axis. */
export const cut =
  (axis: number, begin: number, size: number): Layout =>
  (x) => {
    if (!(begin + size <= x.shape[axis]))
      throw new LayoutFault(
        `its shape is [${x.shape.join(',')}], axis ${axis} should have ${begin + size} entries`,
      );
    return picked(
      x,
      x.shape.map((n, i) => (i === axis ? size : n)),
      (at) => at.map((index, i) => (i === axis ? index + begin : index)),
    );
  };

/** Layouts applied one after the other. */
export const chained =
  (...layouts: readonly Layout[]): Layout =>
  (x) =>
    layouts.reduce((so, layout) => layout(so), x);

/** A layout applied to each sample. */
export const forEach =
  (samples: number): Layout =>
  ({ shape, data }) =>
    ndarray([samples, ...shape], Array.from({ length: samples }, () => [...data]).flat());

/** The array as it is. */
export const same: Layout = (x) => x;

/** All numbers as a list. */
export const flat: Layout = (x) => ndarray([x.data.length], x.data);
