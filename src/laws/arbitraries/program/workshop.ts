/** What instructions build from and add to: values with a bound on their size, so that programs stay tame. */

import { stream } from '../../../base/random.js';
import { type Clock, scale, shapeOf, sin, type Tensor, tanh } from '../../../dsl/index.js';
import type { OpName } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';

export interface Entry {
  readonly x: Tensor;
  /** |x| stays below this, roughly where weights are random. */
  readonly bound: number;
  /**
   * Whether its elements are inputs as they came: odd multiples of 2^-12, all different. Only these are compared
   * with thresholds, since a decision about a rounded number may fall either way.
   */
  readonly raw: boolean;
}

export interface Workshop {
  readonly pool: readonly Entry[];
  readonly seed: number;
  /** Only operations that are differentiable everywhere. */
  readonly smooth: boolean;
  readonly excluded: ReadonlySet<OpName>;
  /** In the step of a scan. */
  readonly clock: Clock | undefined;
  /** Parameters made so far, by name: asked for again, they are shared. */
  readonly shared: Map<string, Tensor>;
}

export type Builder = (shop: Workshop, pick: readonly number[]) => readonly Entry[];

/** Nothing suitable is there. */
export const nothing: readonly Entry[] = [];

export const entry = (x: Tensor, bound: number): Entry => ({ x, bound, raw: false });

/** One of these, if there is any. */
export const choose = <A>(items: readonly A[], n: number): A | undefined => items[n % items.length];

export const rank = (x: Tensor): number => shapeOf(x).length;

/** No value of a generated program is larger, or has more axes: five are a sequence of fields of vectors. */
export const limit = 300;
const mostAxes = 5;
export const fits = (shape: readonly number[]): boolean => volume(shape) <= limit && shape.length <= mostAxes;

/**
 * The chosen entry among those of which this holds: two times in three one of the last two, so that instructions
 * build on each other.
 */
export const from = (
  { pool }: Workshop,
  n: number,
  holds: (x: Tensor) => boolean = () => true,
): Entry | undefined => {
  const suitable = pool.filter(({ x }) => holds(x)).reverse();
  return choose(n < 66 ? suitable.slice(0, 2) : suitable, n);
};

export const atLeastRank =
  (n: number) =>
  (x: Tensor): boolean =>
    rank(x) >= n;

/** Whether it is a line or a field, for convolutions and pooling. */
export const isField = (x: Tensor): boolean => rank(x) === 2 || rank(x) === 3;

/** x with |x| below `bound`, multiplied by a constant where needed: its slope shrinks with it. */
export const within = (bound: number, { x, bound: now, raw }: Entry): Entry =>
  now <= bound ? { x, bound: now, raw } : entry(scale(bound / now, x), bound);

/** Brings what has grown too large back, one way or another. */
export const tamed = ({ excluded }: Workshop, e: Entry, way: number): Entry => {
  if (e.bound <= 4) return e;
  if (excluded.has('map') || way % 3 === 0) return within(2, e);
  return entry(way % 3 === 1 ? tanh(e.x) : sin(e.x), 1);
};

/** Random constants between -1 and 1, multiples of 1/64. */
export const numbers = ({ seed }: Workshop, size: number, ...name: readonly number[]): readonly number[] => {
  const random = stream(seed, 'constant', ...name);
  return Array.from({ length: size }, () => (random.integer(129) - 64) / 64);
};
