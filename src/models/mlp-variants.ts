/** The named variants of the MLP at each pixel. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { nearest } from '../base/error.js';
import { limits } from '../base/limits.js';

/**
 * Hidden layers by the names in the reference. There each belongs to the linear readout; here the MLP and the readout
 * are chosen separately. The reference writes '(64)' for `linear_smaller`, read here as one layer of 64.
 */
export const mlpVariants = {
  linear: [256, 256, 256],
  linear_smaller: [64],
  linear_smaller2: [],
  linear_smaller3: [32, 32, 32],
  linear_smaller4: [32, 32, 32, 32, 32],
} as const;

export type MlpVariant = keyof typeof mlpVariants;
export const mlpVariantNames: readonly string[] = Object.keys(mlpVariants);

export const isMlpVariant = (name: unknown): name is MlpVariant =>
  typeof name === 'string' && Object.hasOwn(mlpVariants, name);

const isWidth = (u: unknown): u is number =>
  typeof u === 'number' && Number.isSafeInteger(u) && u >= 1 && u <= 65_536;

const isWidths = (u: unknown): u is readonly number[] =>
  Array.isArray(u) && u.length <= limits.layers && u.every(isWidth);

const wanted = `a list of at most ${limits.layers} whole numbers from 1 to 65536, one a hidden layer, or one of ${mlpVariantNames.join(', ')}`;

const problem = (u: unknown): string => {
  const hint = typeof u === 'string' ? nearest(u, mlpVariantNames) : undefined;
  const found = Array.isArray(u) && u.length > limits.layers ? `a list of ${u.length}` : JSON.stringify(u);
  return `${found ?? String(u)} is not ${wanted}${hint === undefined ? '' : `; did you mean '${hint}'?`}`;
};

/** Widths of hidden layers, or the name of a variant, which is replaced by its widths. */
export const hiddenLayers: t.Type<readonly number[], readonly number[], unknown> = new t.Type<
  readonly number[],
  readonly number[],
  unknown
>(
  'hidden layers',
  isWidths,
  (u, context) =>
    pipe(
      isMlpVariant(u) ? mlpVariants[u] : u,
      E.fromPredicate(isWidths, () => u),
      E.orElse(() => t.failure<readonly number[]>(u, context, problem(u))),
    ),
  t.identity,
);
