/**
 * Axes whose sizes may change together.
 *
 * Every axis of every value gets a number. First the relations between axes are collected (equal, a function of others,
 * equal products); then they are solved from the given sizes (`solve-sizes.ts`). An axis that nothing decides keeps its size.
 */

import type * as E from 'fp-ts/lib/Either.js';
import type { Axis, Decided, Derived, Products } from './relations.js';
import { solveSizes } from './solve-sizes.js';

/** The relations between axes. */
export interface Axes {
  /** A new axis with this present size. */
  readonly axis: (size: number) => Axis;
  /** Both axes have the same size. */
  readonly same: (a: Axis, b: Axis) => void;
  /** Whether both axes are known to have the same size. */
  readonly areSame: (a: Axis, b: Axis) => boolean;
  /** An axis gets this size. */
  readonly decide: (axis: Axis, size: number, by: string) => void;
  /** An axis keeps its present size; `otherwise` is what to do where it cannot. */
  readonly keep: (axis: Axis, by: string, otherwise?: string) => void;
  /** The size of an axis is a function of others. */
  readonly derive: (
    out: Axis,
    from: readonly Axis[],
    by: string,
    size: (...from: readonly number[]) => E.Either<string, number>,
  ) => void;
  /** The same, used only if nothing else decides the size of `out`. */
  readonly suggest: (
    out: Axis,
    from: readonly Axis[],
    by: string,
    size: (...from: readonly number[]) => E.Either<string, number>,
  ) => void;
  /** The products of both lists are equal: a reshape. */
  readonly products: (left: readonly Axis[], right: readonly Axis[], by: string) => void;
  /** The size of each axis, or one sentence about two relations that contradict each other. */
  readonly solve: () => E.Either<string, (axis: Axis) => number>;
}

/** No axes yet. */
export const axes = (): Axes => {
  const sizes: number[] = [];
  const parents: number[] = [];
  const decisions: { readonly axis: Axis; readonly decided: Decided }[] = [];
  const derivations: Derived[] = [];
  const suggestions: Derived[] = [];
  const reshapes: Products[] = [];

  const root = (axis: Axis): Axis => {
    let at = axis;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  };

  const decide = (axis: Axis, size: number, by: string, otherwise?: string): void =>
    void decisions.push({ axis, decided: { size, by, otherwise } });
  return {
    axis: (size) => {
      parents.push(sizes.length);
      return sizes.push(size) - 1;
    },
    same: (a, b) => {
      parents[root(b)] = root(a);
    },
    areSame: (a, b) => root(a) === root(b),
    decide,
    keep: (axis, by, otherwise) => decide(axis, sizes[axis], by, otherwise),
    derive: (out, from, by, size) => void derivations.push({ out, from, size, by }),
    suggest: (out, from, by, size) => void suggestions.push({ out, from, size, by }),
    products: (left, right, by) => void reshapes.push({ left, right, by }),
    solve: () => solveSizes({ sizes, root, decisions, derivations, suggestions, reshapes }),
  };
};
