/** What fusable programs are built from, with bounds on the values so that programs stay tame. */

import { scale, shapeOf, sin, type Tensor, tanh } from '../../../../src/dsl/index.js';
import { volume } from '../../../../src/dsl/shape.js';
import type { Entry, Workshop } from '../../../../src/laws/arbitraries/program/workshop.js';

export interface Shop extends Workshop {
  readonly grid: readonly number[];
  /** Lists of numbers [n] that do not depend on the place: inputs or parameters. */
  readonly lists: readonly Tensor[];
  readonly sequences: readonly Entry[];
}

/** What an instruction leaves. */
export interface Made {
  readonly fields: readonly Entry[];
  readonly sequences: readonly Entry[];
}

/** No value is larger. */
const limit = 6000;

export const mayBe = (...shape: readonly number[]): boolean => volume(shape) <= limit;

export const channelsOf = (x: Tensor): number => shapeOf(x).at(-1) ?? 1;

export const tame = (e: Entry, way: number): Entry => {
  if (e.bound <= 4) return e;
  if (way % 3 === 0) return { x: scale(2 / e.bound, e.x), bound: 2, raw: false };
  return { x: way % 3 === 1 ? tanh(e.x) : sin(e.x), bound: 1, raw: false };
};

/** The chosen one, mostly one of the last two, so that instructions build on each other. */
export const pickOf = <A>(items: readonly A[], n: number): A | undefined => {
  const late = [...items].reverse();
  const few = n < 66 ? late.slice(0, 2) : late;
  return few[n % few.length];
};
