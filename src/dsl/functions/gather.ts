/** Entries of an axis by number: read in any order and any number of times, or added up. */

import { type OnAxes, type Shape, showShape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { listOf } from '../untyped.js';

/** A shape with another size along one axis. */
export type Along<S extends Shape, A extends number, N extends number> = number extends S['length']
  ? Shape
  : { readonly [K in keyof S]: K extends `${A}` ? N : S[K] };

/** The numbers of entries, which are a list: files run without type checks. */
const listed = (operation: string, indices: Shape): Shape => [...listOf(operation, 'its entries', indices)];

/**
 * The entries of these numbers along an axis: entry i of the result is entry `indices[i]` of x. Numbers may repeat. The
 * numbers are part of the program: probes, permutations, the edges of a graph.
 *
 * Refuses numbers that are no entries of the axis.
 *
 * @example
 * const probes = pipe(line, gather(0, [3, 64, 127]));   // Tensor<readonly [3, 4]>
 * const swapped = pipe(y, gather(2, [1, 0]));           // Tensor<readonly [64, 64, 2]>
 */
export const gather =
  <const A extends number, const I extends Shape>(axis: A, indices: I) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<Along<S, A, I['length']>> =>
    apply('gather', { op: 'gather', axis, indices: listed('gather', indices) }, x);

/**
 * Entries of an axis in another order: entry i is entry order[i] of x. `gather`, but each entry once, so that the shape stays
 * whether the compiler knows the length of the list or not. `permute(axis, order)` after `scatter(axis, order, n)` is
 * the identity.
 *
 * Refuses an order that does not name each entry once.
 *
 * @example
 * const shuffled = permute(0, [2, 0, 1])(ones(3, 4));   // Tensor<readonly [3, 4]>
 */
export const permute =
  <const A extends number>(axis: A, order: Shape) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<S> => {
    const indices = listed('permute', order);
    const moved = apply('permute', { op: 'gather', axis, indices }, x);
    const size = shapeOf<Shape>(x)[axis];
    return indices.length === size && new Set(indices).size === size
      ? { expr: moved.expr }
      : refuse(
          'permute',
          `${showShape(indices)} does not name each of the ${size} entries of axis ${axis} once`,
        );
  };

/**
 * The entries along an axis added up by number: entry j of the result, of `size`, is the sum of all entries i of x with
 * `indices[i]` = j, and 0 where there is none. It is the adjoint of `gather`: with the edges of a graph as numbers, what
 * flows along the edges arrives at its sites.
 *
 * Refuses numbers that are not one for each entry of the axis, and numbers from `size` on.
 *
 * @example
 * const pooled = pipe(y, scatter(2, [0, 0], 1));   // Tensor<readonly [64, 64, 1]>
 */
export const scatter =
  <const A extends number, const N extends number>(axis: A, indices: Shape, size: N) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<Along<S, A, N>> =>
    apply('scatter', { op: 'scatter', axis, indices: listed('scatter', indices), size }, x);
