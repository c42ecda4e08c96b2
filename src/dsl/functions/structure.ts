/** Structure: joining, cutting, transposing and repeating, without arithmetic. */

import type { GtOrEq } from 'ts-arithmetic';
import {
  type LastOf,
  type Permuted,
  type Plus,
  type Shape,
  type Show,
  sameShape,
  type Times,
  type Unimpeded,
  type Unless,
  type Volume,
} from '../shape.js';
import { apply, refuse, shapeOf, type Tensor, tensor } from '../tensor.js';
import { listOf } from '../untyped.js';

/**
 * Joins along the last axis (channels): [...R, A], [...R, B] → [...R, A + B].
 *
 * @example
 * const gates = pipe(concat(y, image), conv(8, { boundary: 'circular' }));   // Tensor<readonly [64, 64, 8]>
 */
export const concat = <R extends Shape, A extends number, S extends readonly [...R, number]>(
  a: Tensor<readonly [...R, A]>,
  b: Tensor<S>,
): Tensor<readonly [...R, Plus<A, LastOf<S>>]> =>
  shapeOf(a).length === 0
    ? refuse('concat', 'a scalar has no channels; use stack')
    : apply('concat', { op: 'concat', axis: shapeOf(a).length - 1 }, a, b);

/** The sum of the sizes along an axis. */
type Total<P extends readonly Tensor[], A extends number> = P extends readonly [
  Tensor<infer S>,
  ...infer Rest extends readonly Tensor[],
]
  ? Plus<S[A & keyof S] & number, Total<Rest, A>>
  : P extends readonly []
    ? 0
    : number;

type ConcatAlong<P extends readonly Tensor[], A extends number> =
  P[0] extends Tensor<infer S>
    ? number extends A | S['length']
      ? Shape
      : { readonly [K in keyof S]: K extends `${A}` ? Total<P, A> : S[K] }
    : Shape;

/**
 * Joins any number of tensors along any axis; the other sizes are compared when the program is built.
 *
 * @example
 * const tall = concatAlong(0, y, z, y);   // Tensor<readonly [192, 64, 2]>
 */
export const concatAlong = <const A extends number, const P extends readonly Tensor[]>(
  axis: A,
  ...parts: P
): Tensor<ConcatAlong<P, A>> => apply('concatAlong', { op: 'concat', axis }, ...parts);

/**
 * A new first axis over tensors of one shape: N tensors S → [N, ...S].
 *
 * @example
 * const pair = stack(y, z);   // Tensor<readonly [2, 64, 64, 2]>
 */
export const stack = <const P extends readonly Tensor<S>[], S extends Shape>(
  ...parts: P & readonly Tensor<S>[]
): Tensor<readonly [P['length'], ...S]> =>
  apply(
    'stack',
    { op: 'concat', axis: 0 },
    ...parts.map((part) => apply('stack', { op: 'reshape', shape: [1, ...shapeOf(part)] }, part)),
  );

/**
 * Entry `index` of the first axis, counted from the end if it is negative: [T, ...S] → S.
 *
 * @example
 * const last = at(sequence, -1);   // Tensor<readonly [64, 64, 2]>
 */
export const at = <S extends Shape>(
  x: Tensor<readonly [number, ...S]>,
  index: number,
): Tensor<readonly [...S]> => {
  const [steps, ...rest] = shapeOf(x);
  const from = index < 0 ? steps + index : index;
  if (steps === undefined || !(Number.isSafeInteger(from) && from >= 0 && from < steps))
    return refuse('at', `there is no entry ${index} in [${shapeOf(x).join(',')}]`);
  const entry = apply('at', { op: 'slice', begin: [from, ...rest.map(() => 0)], size: [1, ...rest] }, x);
  return apply('at', { op: 'reshape', shape: rest }, entry);
};

/** 'refused' if a box is not inside X. */
type Outside<X extends Shape, B extends Shape, S extends Shape> = number extends
  | X['length']
  | B['length']
  | S['length']
  ? string
  : [X['length'], X['length']] extends [B['length'], S['length']]
    ? [
        { readonly [K in keyof X]: Beyond<X[K], B[K & keyof B] & number, S[K & keyof S] & number> }[number],
      ] extends [never]
      ? string
      : 'refused'
    : 'refused';
type Beyond<N extends number, B extends number, S extends number> = number extends N | B | S
  ? never
  : GtOrEq<N, Plus<B, S>> extends 1
    ? never
    : N;

/**
 * A box of any size: where it begins and its sizes, per axis.
 *
 * @example
 * const corner = slice(y, [0, 0, 0], [8, 8, 2]);   // Tensor<readonly [8, 8, 2]>
 */
export const slice = <X extends Shape, const B extends Shape, const S extends Shape>(
  x: Tensor<X> &
    Unless<
      Outside<X, B, S>,
      { readonly error: `slice: a box of ${Show<S>} from ${Show<B>} does not lie inside ${Show<X>}` }
    >,
  begin: B,
  size: S,
): Tensor<S> =>
  apply(
    'slice',
    {
      op: 'slice',
      begin: [...listOf<Shape>('slice', 'where a box begins and its sizes', begin)],
      size: [...listOf<Shape>('slice', 'where a box begins and its sizes', size)],
    },
    x,
  );

/**
 * The same elements, row-major, in another shape of the same volume.
 *
 * It also restates a size that the compiler does not know: that is checked when the program is built, and nothing is
 * computed.
 *
 * @example
 * const flat = pipe(y, reshape(64 * 64, 2));   // Tensor<readonly [number, 2]>
 * const vectors = pipe(y, reshape(64, 64, 1, 2));   // Tensor<readonly [64, 64, 1, 2]>
 */
export const reshape =
  <const S extends Shape>(...shape: S) =>
  <A extends Shape>(
    x: Tensor<A> &
      Unless<
        OtherVolume<A, S>,
        { readonly error: `reshape: ${Volume<A>} elements do not fill ${Volume<S>}` }
      >,
  ): Tensor<S> =>
    sameShape(shapeOf(x), shape) ? tensor(x.expr) : apply('reshape', { op: 'reshape', shape }, x);

/** 'refused' if the volumes differ. */
type OtherVolume<A extends Shape, S extends Shape> = number extends Volume<A> | Volume<S>
  ? string
  : [Volume<A>] extends [Volume<S>]
    ? string
    : 'refused';

/**
 * Axes in another order: axis i of the result is axis `axes[i]` of x.
 *
 * @example
 * const timeLast = pipe(sequence, transpose(1, 2, 3, 0));   // Tensor<readonly [64, 64, 2, 100]>
 */
export const transpose =
  <const P extends Shape>(...axes: P) =>
  <S extends Shape>(x: Tensor<S> & Unimpeded<Permuted<S, P>>): Tensor<Permuted<S, P>> =>
    apply('transpose', { op: 'transpose', axes }, x);

/**
 * Mirrored along these axes.
 *
 * @example
 * const backwards = pipe(sequence, reverse(0));   // Tensor<readonly [100, 64, 64, 2]>
 */
export const reverse =
  (...axes: Shape) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> =>
    apply('reverse', { op: 'reverse', axes }, x);

/** 'refused' if an axis of A is neither 1 nor that of S. */
type Unrepeated<A extends Shape, S extends Shape> = number extends A['length'] | S['length']
  ? string
  : A['length'] extends S['length']
    ? [{ readonly [K in keyof A]: Other<A[K], S[K & keyof S] & number> }[number]] extends [never]
      ? string
      : 'refused'
    : 'refused';
type Other<N extends number, M extends number> = number extends N | M ? never : N extends 1 | M ? never : N;

/**
 * Axes of size 1 repeated up to this shape, which has as many axes. Whether the shapes fit is checked when the program
 * is built.
 *
 * @example
 * const gain = parameter('gain', [1, 1, 2], { init: { constant: 1 } });
 * const louder = mul(y, pipe(gain, broadcast(64, 64, 2)));   // Tensor<readonly [64, 64, 2]>
 */
export const broadcast =
  <const S extends Shape>(...shape: S) =>
  <A extends Shape>(
    x: Tensor<A> &
      Unless<Unrepeated<A, S>, { readonly error: `broadcast: ${Show<A>} does not repeat to ${Show<S>}` }>,
  ): Tensor<S> =>
    apply('broadcast', { op: 'broadcast', shape }, x);

/**
 * The values shifted cyclically by `offset` along an axis: entry i of the result is entry i - offset of x.
 *
 * Fused kernels shift a field along its sites by at most 4 as a convolution with one tap that is 1: the same bits for finite
 * values, but a NaN or an infinity makes NaN of up to 8 entries beside its own place. `opByOp` moves it alone.
 *
 * @example
 * const right = pipe(y, roll(1, 1));
 * const slope = scale(0.5, sub(pipe(y, roll(1, -1)), right));   // Tensor<readonly [64, 64, 2]>
 */
export const roll =
  (axis: number, offset: number) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> => {
    const shape = shapeOf(x);
    const n = shape[axis];
    if (n === undefined)
      return refuse('roll', `${axis} is not an axis of [${shape.join(',')}], counted from 0`);
    if (!Number.isSafeInteger(offset))
      return refuse('roll', `the offset must be a whole number, got ${offset}`);
    const cut = ((-offset % n) + n) % n;
    if (cut === 0) return x;
    const part = (begin: number, length: number): Tensor =>
      apply(
        'roll',
        {
          op: 'slice',
          begin: shape.map((_, i) => (i === axis ? begin : 0)),
          size: shape.map((m, i) => (i === axis ? length : m)),
        },
        x,
      );
    return apply('roll', { op: 'concat', axis }, part(cut, n - cut), part(0, cut));
  };

/**
 * Each site repeated `factor` times along both spatial axes: [H, W, C] → [H factor, W factor, C].
 *
 * @example
 * const large = pipe(y, upsample(2));   // Tensor<readonly [128, 128, 2]>
 */
export const upsample =
  <const F extends number>(factor: F) =>
  <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [Times<H, F>, Times<W, F>, C]> => {
    const shape = shapeOf(x);
    const [h, w, c] = shape;
    if (shape.length !== 3) return refuse('upsample', `expected a field [H,W,C], got [${shape.join(',')}]`);
    if (!Number.isSafeInteger(factor) || factor < 1)
      return refuse('upsample', `the factor must be a whole number of at least 1, got ${factor}`);
    const rows = apply('upsample', { op: 'reshape', shape: [h, 1, w * c] }, x);
    const tall = apply('upsample', { op: 'broadcast', shape: [h, factor, w * c] }, rows);
    const columns = apply('upsample', { op: 'reshape', shape: [h * factor * w, 1, c] }, tall);
    const wide = apply('upsample', { op: 'broadcast', shape: [h * factor * w, factor, c] }, columns);
    return apply('upsample', { op: 'reshape', shape: [h * factor, w * factor, c] }, wide);
  };

/**
 * Time folded into channels: [K, ...S, C] → [...S, K C], features ordered k C + channel as the readouts of the
 * reference expect.
 *
 * @example
 * const spectra = pipe(sequence, spectrum, timeToChannels);   // Tensor<readonly [64, 64, 102]>
 */
export const timeToChannels = <K extends number, S extends Shape, C extends number>(
  sequence: Tensor<readonly [K, ...S, C]>,
): Tensor<readonly [...S, Times<K, C>]> => {
  const shape: Shape = shapeOf(sequence);
  const channels = shape.length - 1;
  if (channels < 1)
    return refuse('timeToChannels', `expected a sequence [K,...,C], got [${shape.join(',')}]`);
  const sites = shape.slice(1, channels);
  const axes = [...sites.map((_, i) => i + 1), 0, channels];
  const last = apply('timeToChannels', { op: 'transpose', axes }, sequence);
  return apply('timeToChannels', { op: 'reshape', shape: [...sites, shape[0] * shape[channels]] }, last);
};
