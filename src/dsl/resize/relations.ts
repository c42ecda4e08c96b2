/** What is known about the sizes of axes before they are solved. */

import type * as E from 'fp-ts/lib/Either.js';

/** An axis of a value, as a number. */
export type Axis = number;

/** A size and its origin, as the start of a sentence, such as `the input 'image'`. */
export interface Decided {
  readonly size: number;
  readonly by: string;
  /** The source of the size, if an operation only passes it on. */
  readonly from?: string | undefined;
  /** A second source of the size, which does not change. */
  readonly beside?: string | undefined;
  /** What to do where it is contradicted. */
  readonly otherwise?: string | undefined;
}

/** An axis whose size is a function of others. */
export interface Derived {
  readonly out: Axis;
  readonly from: readonly Axis[];
  /** The size of `out`, or a sentence why it is unknown. */
  readonly size: (...from: readonly number[]) => E.Either<string, number>;
  readonly by: string;
}

/** Two lists of axes with equal products: a reshape. */
export interface Products {
  readonly left: readonly Axis[];
  readonly right: readonly Axis[];
  readonly by: string;
}

/** The relations between numbered axes. */
export interface Relations {
  /** The present size of each axis. */
  readonly sizes: readonly number[];
  /** One axis of all those that have the same size. */
  readonly root: (axis: Axis) => Axis;
  readonly decisions: readonly { readonly axis: Axis; readonly decided: Decided }[];
  readonly derivations: readonly Derived[];
  /** Used only where nothing else decides a size. */
  readonly suggestions: readonly Derived[];
  readonly reshapes: readonly Products[];
}
