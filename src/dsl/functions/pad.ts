/** Padding: entries added around a tensor, along chosen axes. */

import * as E from 'fp-ts/lib/Either.js';
import type { Boundary } from '../op.js';
import { type Plus, type Shape, type Show, showShape, type Times, type Unless } from '../shape.js';
import { countable } from '../shape-rules.js';
import { apply, refuse, shapeOf, type Tensor, tensor } from '../tensor.js';

/** The entries around a tensor: those of a convolution's boundary, or `replicate`, the entry at the edge. */
export type PadBoundary = Exclude<Boundary, 'none'> | 'replicate';

/** The number of entries added along an axis: the same on both sides, or [before, after]. */
export type Padding = number | readonly [before: number, after: number];

type Grown<N extends number, M> = M extends number
  ? Plus<N, Times<2, M>>
  : M extends readonly [infer Before extends number, infer After extends number]
    ? Plus<Plus<N, Before>, After>
    : N;

/**
 * S with these margins along its first axes.
 *
 * @example
 * type Larger = Padded<readonly [64, 64, 2], readonly [1, readonly [0, 3]]>;   // readonly [66, 67, 2]
 */
export type Padded<S extends Shape, M extends readonly Padding[]> = number extends S['length'] | M['length']
  ? Shape
  : { readonly [K in keyof S]: K extends keyof M ? Grown<S[K], M[K]> : S[K] };

/** Whether there are more margins than axes. */
type TooMany<S extends Shape, M extends readonly Padding[]> = number extends S['length'] | M['length']
  ? string
  : [Exclude<keyof M, keyof S>] extends [never]
    ? string
    : 'refused';

/** One axis of a tensor, and the function of the language that asks for it. */
interface Along {
  readonly operation: string;
  readonly axis: number;
}

/** `size` entries from `begin` on. */
const cut = ({ operation, axis }: Along, begin: number, size: number, x: Tensor): Tensor => {
  const shape = shapeOf(x);
  if (size === shape[axis]) return x;
  return apply(
    operation,
    {
      op: 'slice',
      begin: shape.map((_, i) => (i === axis ? begin : 0)),
      size: shape.map((n, i) => (i === axis ? size : n)),
    },
    x,
  );
};

const sized = ({ axis }: Along, size: number, x: Tensor): Shape =>
  shapeOf(x).map((n, i) => (i === axis ? size : n));

/** The continuation of an axis of n entries before its first and after its last, by at most `farthest(n)` entries. */
interface Continuation {
  readonly before: (along: Along, size: number, x: Tensor) => Tensor;
  readonly after: (along: Along, size: number, x: Tensor) => Tensor;
  readonly farthest: (n: number) => number;
}

const lengthOf = ({ axis }: Along, x: Tensor): number => shapeOf(x)[axis];
const repeated = (along: Along, size: number, x: Tensor): Tensor =>
  size === 1 ? x : apply(along.operation, { op: 'broadcast', shape: sized(along, size, x) }, x);
const mirrored = (along: Along, x: Tensor): Tensor =>
  lengthOf(along, x) === 1 ? x : apply(along.operation, { op: 'reverse', axes: [along.axis] }, x);

/** By slices that touch an end, so that a program with them can be resized; a gather by number could not. */
const continuations: Readonly<Record<string, Continuation>> = {
  circular: {
    before: (along, size, x) => cut(along, lengthOf(along, x) - size, size, x),
    after: (along, size, x) => cut(along, 0, size, x),
    farthest: (n) => n,
  },
  reflect: {
    before: (along, size, x) => mirrored(along, cut(along, 1, size, cut(along, 0, size + 1, x))),
    after: (along, size, x) =>
      mirrored(along, cut(along, 0, size, cut(along, lengthOf(along, x) - 1 - size, size + 1, x))),
    farthest: (n) => n - 1,
  },
  replicate: {
    before: (along, size, x) => repeated(along, size, cut(along, 0, 1, x)),
    after: (along, size, x) => repeated(along, size, cut(along, lengthOf(along, x) - 1, 1, x)),
    farthest: () => Number.POSITIVE_INFINITY,
  },
};

const constant = (value: number): Continuation => {
  const filled = (along: Along, size: number, x: Tensor): Tensor =>
    apply(along.operation, { op: 'constant', shape: sized(along, size, x), value });
  return { before: filled, after: filled, farthest: () => Number.POSITIVE_INFINITY };
};

const continuationOf = (operation: string, boundary: PadBoundary): Continuation => {
  if (typeof boundary === 'object') return constant(boundary.fixed);
  if (boundary === 'zero') return constant(0);
  return Object.hasOwn(continuations, boundary)
    ? continuations[boundary]
    : refuse(operation, `'${boundary}' is no boundary: zero, circular, reflect, replicate or { fixed: x }`);
};

/** A tensor with entries added before and after one axis. */
const extended = (
  along: Along,
  [before, after]: readonly [number, number],
  boundary: PadBoundary,
  x: Tensor,
): Tensor => {
  const { operation, axis } = along;
  const continuation = continuationOf(operation, boundary);
  if (before === 0 && after === 0) return x;
  const n = lengthOf(along, x);
  if (Math.max(before, after) > continuation.farthest(n))
    return refuse(
      operation,
      `margins of ${before} and ${after} are too wide for the ${boundary} boundary of an axis of ${n}`,
    );
  return apply(
    operation,
    { op: 'concat', axis },
    ...(before === 0 ? [] : [continuation.before(along, before, x)]),
    x,
    ...(after === 0 ? [] : [continuation.after(along, after, x)]),
  );
};

/** A tensor with margins along its first axes, under the name of the function that asks for them. */
export const padded = <S extends Shape>(
  operation: string,
  margins: readonly Padding[],
  boundary: PadBoundary,
  x: Tensor,
): Tensor<S> => {
  const shape = shapeOf(x);
  if (!Array.isArray(margins))
    return refuse(operation, `its margins are a list such as [1, [2, 0]], got ${JSON.stringify(margins)}`);
  if (margins.length > shape.length)
    return refuse(operation, `${margins.length} margins are more than the axes of ${showShape(shape)}`);
  const uneven = margins.find((margin) => Array.isArray(margin) && margin.length !== 2);
  if (uneven !== undefined)
    return refuse(operation, `a margin is a number or [before, after], got ${JSON.stringify(uneven)}`);
  const pairs = margins.map((margin): readonly [number, number] =>
    typeof margin === 'number' ? [margin, margin] : margin,
  );
  const bad = pairs.flat().find((width) => !(Number.isSafeInteger(width) && width >= 0));
  if (bad !== undefined) return refuse(operation, `a margin is a whole number from 0, got ${bad}`);
  const uncounted = countable(Math.max(0, ...pairs.flat()));
  if (E.isLeft(uncounted)) return refuse(operation, uncounted.left);
  return tensor(pairs.reduce((so, pair, axis) => extended({ operation, axis }, pair, boundary, so), x).expr);
};

/**
 * Entries added around a tensor: margin i along axis i, as many on both sides or [before, after]. Axes without a margin
 * stay. The boundary says what is added: `zero` (the default), `circular` the opposite side, `reflect` the mirror image
 * without the edge, `replicate` the edge again and again, or a fixed number. Corners are padded along the first axis
 * first; any other order gives the same.
 *
 * A convolution with the boundary `replicate`, which it does not have of its own, is a convolution of the padded field
 * with the boundary `none`. The adjoint adds the cotangent of an added entry to that of the entry that it repeats.
 *
 * Refuses more margins than axes, margins that are not whole numbers from 0, and margins wider than the axis (circular)
 * or than the axis without its edge (reflect).
 *
 * @example
 * const framed = pipe(y, pad([1, 1]));   // Tensor<readonly [66, 66, 2]>
 * const filtered = pipe(y, pad([2, 2], 'replicate'), conv(8, { kernel: 5, boundary: 'none' }));
 * const delayed = pipe(sequence, pad([[3, 0]], { fixed: 1 }));   // Tensor<readonly [103, 64, 64, 2]>
 */
export const pad =
  <const M extends readonly Padding[]>(margins: M, boundary: PadBoundary = 'zero') =>
  <S extends Shape>(
    x: Tensor<S> &
      Unless<
        TooMany<S, M>,
        { readonly error: `pad: ${M['length']} margins are more than the axes of ${Show<S>}` }
      >,
  ): Tensor<Padded<S, M>> =>
    padded('pad', margins, boundary, x);
