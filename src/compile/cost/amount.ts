/** Amounts that grow with the batch: of numbers, of operations, of bytes. */

import type { Facts } from '../../dsl/infer.js';
import { volume } from '../../dsl/shape.js';

/** fixed + batch * perSample. */
export interface Amount {
  readonly fixed: number;
  readonly perSample: number;
}

export const none: Amount = { fixed: 0, perSample: 0 };

export const add = (...amounts: readonly Amount[]): Amount => ({
  fixed: amounts.reduce((sum, { fixed }) => sum + fixed, 0),
  perSample: amounts.reduce((sum, { perSample }) => sum + perSample, 0),
});

export const times = (k: number, { fixed, perSample }: Amount): Amount => ({
  fixed: k * fixed,
  perSample: k * perSample,
});

/** A bound on both, for every batch. */
export const most = (a: Amount, b: Amount): Amount => ({
  fixed: Math.max(a.fixed, b.fixed),
  perSample: Math.max(a.perSample, b.perSample),
});

export const at = (batch: number, { fixed, perSample }: Amount): number => fixed + batch * perSample;

/** The count for every sample if the value differs between samples, else once. */
export const spread = ({ perSample }: Pick<Facts, 'perSample'>, count: number): Amount =>
  perSample ? { fixed: 0, perSample: count } : { fixed: count, perSample: 0 };

/** Numbers in a value. */
export const numbers = (facts: Facts): Amount => spread(facts, volume(facts.shape));

/** The bytes of this many float32 numbers. */
export const bytes = (count: Amount): Amount => times(4, count);
