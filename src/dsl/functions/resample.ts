/** Resampling: a field on a finer or coarser grid over the same extent. */

import * as E from 'fp-ts/lib/Either.js';
import { type Shape, showShape } from '../shape.js';
import { countable } from '../shape-rules.js';
import { apply, refuse, shapeOf, type Tensor, tensor } from '../tensor.js';
import { listOf } from '../untyped.js';

/**
 * The interpolation between sites: the value of the nearest site, or linear between the two neighbours, axis by axis.
 */
export type Resampling = 'nearest' | 'linear';

/** A position along an axis: between two entries, at this share of the way from the lower to the upper one. */
interface Place {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

/**
 * The position of site i of m on an axis of n: (i + 1/2) n / m - 1/2, as a quotient of whole numbers, so that nothing
 * is rounded before the floor.
 */
const between = (i: number, n: number, m: number): Place => {
  const doubled = (2 * i + 1) * n - m;
  const lower = Math.floor(doubled / (2 * m));
  if (lower < 0) return { lower: 0, upper: 0, share: 0 };
  if (lower >= n - 1) return { lower: n - 1, upper: n - 1, share: 0 };
  return { lower, upper: lower + 1, share: (doubled - lower * 2 * m) / (2 * m) };
};

const nearestTo = (i: number, n: number, m: number): Place => {
  const site = Math.floor(((2 * i + 1) * n) / (2 * m));
  return { lower: site, upper: site, share: 0 };
};

const placers: Readonly<Record<string, typeof between>> = { nearest: nearestTo, linear: between };

/** Entries and shares of a resampling of an axis of n to one of m. */
export interface Resampled {
  readonly nearest: Shape;
  readonly lower: Shape;
  readonly upper: Shape;
}

/** The entries that are read, and the shares of the upper ones on the line between both. */
export const placesOf = (n: number, m: number): Resampled & { readonly shares: Shape } => {
  const all = Array.from({ length: m }, (_, i) => between(i, n, m));
  return {
    nearest: all.map((_, i) => nearestTo(i, n, m).lower),
    lower: all.map(({ lower }) => lower),
    upper: all.map(({ upper }) => upper),
    shares: all.map(({ share }) => share),
  };
};

/** One axis, resampled to m sites. */
const along = (axis: number, m: number, place: typeof between, x: Tensor): Tensor => {
  const shape = shapeOf(x);
  const n = shape[axis];
  if (n === m) return x;
  const places = Array.from({ length: m }, (_, i) => place(i, n, m));
  const entries = (which: 'lower' | 'upper'): Tensor =>
    apply('resample', { op: 'gather', axis, indices: places.map((each) => each[which]) }, x);
  const lower = entries('lower');
  if (places.every(({ share }) => share === 0)) return lower;
  const shares = apply('resample', {
    op: 'constant',
    shape: shape.map((_, i) => (i === axis ? m : 1)),
    value: places.map(({ share }) => share),
  });
  const everywhere = apply('resample', { op: 'broadcast', shape: shapeOf(lower) }, shares);
  const rise = apply('resample', { op: 'zip', fn: 'sub' }, entries('upper'), lower);
  const part = apply('resample', { op: 'zip', fn: 'mul' }, everywhere, rise);
  return apply('resample', { op: 'zip', fn: 'add' }, lower, part);
};

/** A field at other sizes, with a type that does not depend on the field's. */
export const resampled = <S extends Shape>(x: Tensor, sizes: Shape, how: Resampling): Tensor<S> => {
  const shape = shapeOf(x);
  listOf('resample', 'the new sizes', sizes);
  if (shape.length !== sizes.length + 1)
    return refuse('resample', `${sizes.length} sizes do not go with a field of ${showShape(shape)}`);
  const bad = sizes.find((size) => !(Number.isSafeInteger(size) && size >= 1));
  if (bad !== undefined) return refuse('resample', `a size is a whole number of at least 1, got ${bad}`);
  const uncounted = countable(Math.max(...sizes));
  if (E.isLeft(uncounted)) return refuse('resample', uncounted.left);
  const place = Object.hasOwn(placers, how)
    ? placers[how]
    : refuse('resample', `'${how}' is no way to resample: nearest or linear`);
  return tensor(sizes.reduce((so, size, axis) => along(axis, size, place, so), x).expr);
};

/** The type of a list of sizes, with as many entries as N. */
type AsMany<N extends Shape> = { readonly [K in keyof N]: number };

/**
 * A field at other sizes: a line [L, C] → [N, C], a grid [H, W, C] → [N, M, C], a volume likewise. Each site is the
 * middle of its cell: site i of m is at (i + 1/2) n / m - 1/2 among n sites, and the value is constant beyond the first
 * and the last site. `nearest` takes the site of the cell (PyTorch's `nearest-exact`); `linear` interpolates between
 * two neighbours along each axis, bilinearly on a grid (PyTorch's `align_corners=False`). A constant field stays
 * constant to the bit. A coarser grid skips sites without averaging: pool first. Refuses sizes below 1, and a number of
 * sizes that is not the field's number of spatial axes.
 *
 * @example
 * const fine = pipe(y, resample([96, 128]));                // Tensor<readonly [96, 128, 2]>
 * const coarse = pipe(line, resample([48], 'nearest'));     // Tensor<readonly [48, 4]>
 */
export const resample =
  <const N extends Shape>(sizes: N, how: Resampling = 'linear') =>
  <C extends number>(x: Tensor<readonly [...AsMany<N>, C]>): Tensor<readonly [...N, C]> =>
    resampled(x, sizes, how);
