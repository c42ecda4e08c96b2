/** Structure: joining, cutting, turning and repeating, with no arithmetic. */

import type { Add, Multiply } from 'ts-arithmetic';
import type { LastOf, Shape, Volume } from './shape.js';
import { apply, refuse, shapeOf, type Tensor } from './tensor.js';

/**
 * Joins along the last axis (channels): [...R, A], [...R, B] → [...R, A + B].
 *
 * @example
 * const gates = pipe(concat(input, hidden), conv(8, { boundary: 'circular' }));
 */
export const concat = <R extends Shape, A extends number, S extends readonly [...R, number]>(
  a: Tensor<readonly [...R, A]>,
  b: Tensor<S>,
): Tensor<readonly [...R, Add<A, LastOf<S>>]> =>
  apply('concat', { op: 'concat', axis: shapeOf(a).length - 1 }, a, b);

/** Joins any number of tensors along any axis; sizes along it are known when the program is built. */
export const concatAlong = (axis: number, ...parts: readonly Tensor[]): Tensor =>
  apply('concatAlong', { op: 'concat', axis }, ...parts);

/** A new first axis over tensors of one shape: N tensors S → [N, ...S]. */
export const stack = <const P extends readonly Tensor<S>[], S extends Shape>(
  ...parts: P & readonly Tensor<S>[]
): Tensor<readonly [P['length'], ...S]> =>
  apply(
    'stack',
    { op: 'concat', axis: 0 },
    ...parts.map((part) => apply('stack', { op: 'reshape', shape: [1, ...shapeOf(part)] }, part)),
  );

/** `size` entries from `begin` along the last axis: one gate out of four, one component of a vector. */
export const channels = <R extends Shape, const N extends number>(
  x: Tensor<readonly [...R, number]>,
  begin: number,
  size: N,
): Tensor<readonly [...R, N]> => {
  const shape = shapeOf(x);
  const rest = shape.slice(0, -1);
  return apply('channels', { op: 'slice', begin: [...rest.map(() => 0), begin], size: [...rest, size] }, x);
};

/** Entry `index` of the first axis: [T, ...S] → S. */
export const at = <S extends Shape>(x: Tensor<readonly [number, ...S]>, index: number): Tensor<S> => {
  const [steps, ...rest] = shapeOf(x);
  const from = index < 0 ? steps + index : index;
  const entry = apply('at', { op: 'slice', begin: [from, ...rest.map(() => 0)], size: [1, ...rest] }, x);
  return apply('at', { op: 'reshape', shape: rest }, entry);
};

/** A box of any size; sizes per axis. */
export const slice = <const S extends Shape>(x: Tensor, begin: Shape, size: S): Tensor<S> =>
  apply('slice', { op: 'slice', begin, size }, x);

/** The same elements, row-major, in another shape of the same volume. */
export const reshape =
  <const S extends Shape>(...shape: S) =>
  <A extends Shape>(x: Tensor<A> & SameVolume<A, S>): Tensor<S> =>
    apply('reshape', { op: 'reshape', shape }, x);

type SameVolume<A extends Shape, S extends Shape> = number extends Volume<A> | Volume<S>
  ? unknown
  : [Volume<A>] extends [Volume<S>]
    ? unknown
    : { readonly error: `reshape: ${Volume<A>} elements do not fill ${Volume<S>}` };

type Permuted<S extends Shape, P extends Shape> = {
  readonly [K in keyof P]: S[P[K] & keyof S] & number;
};

/** Axes in another order: axis i of the result is axis `axes[i]` of x. */
export const transpose =
  <const P extends Shape>(...axes: P) =>
  <S extends Shape>(x: Tensor<S>): Tensor<Permuted<S, P>> =>
    apply('transpose', { op: 'transpose', axes }, x);

/** Mirrored along these axes. */
export const reverse =
  (...axes: Shape) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> =>
    apply('reverse', { op: 'reverse', axes }, x);

/** Axes of size 1 repeated up to this shape. */
export const broadcast =
  <const S extends Shape>(...shape: S) =>
  (x: Tensor): Tensor<S> =>
    apply('broadcast', { op: 'broadcast', shape }, x);

/**
 * Everything shifted around the ring by `offset` along an axis: entry i of the result is entry i - offset of x.
 */
export const roll =
  (axis: number, offset: number) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> => {
    const shape = shapeOf(x);
    const n = shape[axis];
    if (n === undefined) return refuse('roll', `axis ${axis} is not an axis of [${shape.join(',')}]`);
    const cut = (((-offset % n) + n) % n) | 0;
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

/** Each site repeated `factor` times along both spatial axes: [H, W, C] → [H factor, W factor, C]. */
export const upsample =
  <const F extends number>(factor: F) =>
  <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [Multiply<H, F>, Multiply<W, F>, C]> => {
    const [h, w, c] = shapeOf(x);
    const rows = apply('upsample', { op: 'reshape', shape: [h, 1, w * c] }, x);
    const tall = apply('upsample', { op: 'broadcast', shape: [h, factor, w * c] }, rows);
    const columns = apply('upsample', { op: 'reshape', shape: [h * factor * w, 1, c] }, tall);
    const wide = apply('upsample', { op: 'broadcast', shape: [h * factor * w, factor, c] }, columns);
    return apply('upsample', { op: 'reshape', shape: [h * factor, w * factor, c] }, wide);
  };

/**
 * Time folded into channels: [K, H, W, C] → [H, W, K C], features ordered k C + channel as the readouts of the
 * reference expect.
 */
export const timeToChannels = <K extends number, H extends number, W extends number, C extends number>(
  sequence: Tensor<readonly [K, H, W, C]>,
): Tensor<readonly [H, W, Multiply<K, C>]> => {
  const [k, h, w, c] = shapeOf(sequence);
  if (shapeOf(sequence).length !== 4)
    return refuse('timeToChannels', `expected a sequence [K,H,W,C], got [${shapeOf(sequence).join(',')}]`);
  const last = apply('timeToChannels', { op: 'transpose', axes: [1, 2, 0, 3] }, sequence);
  return apply('timeToChannels', { op: 'reshape', shape: [h, w, k * c] }, last);
};
