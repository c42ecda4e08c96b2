/** The values that instructions use and extend, with bounds on their size, so that programs stay well conditioned. */

import { stream } from '../../../base/random.js';
import { type Clock, scale, shapeOf, sin, type Tensor, tanh } from '../../../dsl/index.js';
import type { OpName } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';

export interface Entry {
  readonly x: Tensor;
  /** A bound on |x|, approximate for random weights. */
  readonly bound: number;
  /**
   * Whether its elements are unchanged inputs: odd multiples of 2^-12, all different. Only these are compared with
   * thresholds, since a comparison of a rounded number may have either result.
   */
  readonly raw: boolean;
}

export interface Workshop {
  readonly pool: readonly Entry[];
  readonly seed: number;
  /** Only operations that are differentiable everywhere. */
  readonly smooth: boolean;
  readonly excluded: ReadonlySet<OpName>;
  /** The clock, in the step of a scan; else null. */
  readonly clock: Clock | undefined;
  /** Parameters made so far, by name, for sharing. */
  readonly shared: Map<string, Tensor>;
}

export type Builder = (shop: Workshop, pick: readonly number[]) => readonly Entry[];

/** The result of an instruction without suitable operands. */
export const nothing: readonly Entry[] = [];

export const entry = (x: Tensor, bound: number): Entry => ({ x, bound, raw: false });

/** One of these; undefined if there is none. */
export const choose = <A>(items: readonly A[], n: number): A | undefined => items[n % items.length];

export const rank = (x: Tensor): number => shapeOf(x).length;

/**
 * The largest number of elements of a value in a generated program, and of its axes: five are a sequence of fields of
 * vectors.
 */
export const limit = 300;
const mostAxes = 5;
export const fits = (shape: readonly number[]): boolean => volume(shape) <= limit && shape.length <= mostAxes;

/**
 * An entry that satisfies the condition: two times in three one of the last two, so that instructions build on each
 * other.
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

/** Whether it is a line, a field or a volume, for convolutions and pooling. */
export const isField = (x: Tensor): boolean => rank(x) >= 2 && rank(x) <= 4;

/** x scaled so that |x| is below `bound`; its derivative shrinks too. */
export const within = (bound: number, { x, bound: now, raw }: Entry): Entry =>
  now <= bound ? { x, bound: now, raw } : entry(scale(bound / now, x), bound);

/** Reduces a value that has grown too large, in one of several ways. */
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
