/** Repeats a tensor along further axes: new ones, or all of another tensor. */

import { type Shape, type Show, showShape, type Unless } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/** S with an axis of N before its axis A; -1 means after the last. */
export type Expanded<S extends Shape, A extends number, N extends number> = A extends -1
  ? readonly [...S, N]
  : A extends 0
    ? readonly [N, ...S]
    : number extends A | S['length']
      ? Shape
      : InsertedAt<S, A, N, readonly []>;
type InsertedAt<
  S extends Shape,
  A extends number,
  N extends number,
  Seen extends Shape,
> = A extends Seen['length']
  ? readonly [...Seen, N, ...S]
  : S extends readonly [infer Head extends number, ...infer Rest extends Shape]
    ? InsertedAt<Rest, A, N, readonly [...Seen, Head]>
    : Shape;

/**
 * A new axis of this size, everything repeated along it: axis `axis` of the result, or its last where `axis` is -1.
 *
 * Refuses an axis that the result does not have.
 *
 * @example
 * const weights = zeros(12);                          // a number for each edge of a graph
 * const each = pipe(weights, expand(-1, 4));          // Tensor<readonly [12, 4]>
 * const held = pipe(y, expand(0, 100));               // Tensor<readonly [100, 64, 64, 2]>
 */
export const expand =
  <const A extends number, const N extends number>(axis: A, size: N) =>
  <S extends Shape>(x: Tensor<S>): Tensor<Expanded<S, A, N>> => {
    const shape: Shape = shapeOf(x);
    const place = axis === -1 ? shape.length : axis;
    if (!(Number.isSafeInteger(place) && place >= 0 && place <= shape.length))
      return refuse('expand', `axis ${axis} is not an axis of ${showShape(shape)} with one more`);
    const around = (n: number): Shape => [...shape.slice(0, place), n, ...shape.slice(place)];
    const thin = apply('expand', { op: 'reshape', shape: around(1) }, x);
    return apply('expand', { op: 'broadcast', shape: around(size) }, thin);
  };

/** 'refused' unless the axes of A are the last of S, each of the same size or of size 1. */
type Unlike<A extends Shape, S extends Shape> = number extends A['length'] | S['length']
  ? string
  : A extends readonly [...infer RestA extends Shape, infer LastA extends number]
    ? S extends readonly [...infer RestS extends Shape, infer LastS extends number]
      ? number extends LastA | LastS
        ? Unlike<RestA, RestS>
        : LastA extends 1 | LastS
          ? Unlike<RestA, RestS>
          : 'refused'
      : 'refused'
    : string;

/**
 * A tensor repeated to the shape of `like`: its axes are the last ones of `like`, of the same size or of 1. So a number of
 * each channel meets a field, and a mask [H, W, 1] all channels.
 *
 * Refuses shapes that do not go together.
 *
 * @example
 * const gain = parameter('gain', [2], { init: { constant: 1 } });
 * const louder = mul(y, broadcastLike(y)(gain));   // Tensor<readonly [64, 64, 2]>
 */
export const broadcastLike =
  <S extends Shape>(like: Tensor<S>) =>
  <A extends Shape>(
    x: Tensor<A> &
      Unless<Unlike<A, S>, { readonly error: `broadcastLike: ${Show<A>} is not the end of ${Show<S>}` }>,
  ): Tensor<S> => {
    const [from, to]: readonly Shape[] = [shapeOf(x), shapeOf(like)];
    const missing = to.length - from.length;
    if (missing < 0 || !from.every((n, axis) => n === 1 || n === to[axis + missing]))
      return refuse('broadcastLike', `${showShape(from)} is not the end of ${showShape(to)}`);
    const ones = to.slice(0, missing).map(() => 1);
    const aligned =
      missing === 0 ? x : apply('broadcastLike', { op: 'reshape', shape: [...ones, ...from] }, x);
    return apply('broadcastLike', { op: 'broadcast', shape: [...to] }, aligned);
  };
