/** The comparisons of parity: their kinds, their limits and their measures of difference. */

import { maxAbs } from '../../base/max-abs.js';

/** The kinds of arrays and numbers that are compared. */
export const checkKinds = [
  'parameter count',
  'encoder outputs',
  'waves',
  'logits',
  'loss',
  'gradients',
  'predicted maps',
  'scores',
  'running statistics',
  'trained parameters',
  'float64 outputs',
  'float64 gradients',
  'op by op outputs',
  'op by op gradients',
  'fused outputs',
  'fused gradients',
] as const;
export type CheckKind = (typeof checkKinds)[number];

/** One comparison. */
export interface Check {
  readonly kind: CheckKind;
  /** The name of what was compared. */
  readonly at: string;
  readonly error: number;
  readonly limit: number;
}

/** A NaN passes no limit. */
export const passes = ({ error, limit }: Pick<Check, 'error' | 'limit'>): boolean => error <= limit;

/**
 * Limits of the fixtures' README; errors are max|a-b|/max|b| but for `trained parameters` and `scores`, which
 * are absolute, and `predicted maps` and `parameter count`, which count. Running statistics have no limit
 * there; they get that of a loss, since they are means over as many numbers. Cases of the zoo bring limits of
 * their own.
 */
const limits: Readonly<Partial<Record<CheckKind, number>>> = {
  'parameter count': 0,
  'encoder outputs': 1e-5,
  waves: 1e-5,
  logits: 2e-5,
  loss: 1e-5,
  gradients: 2e-4,
  'predicted maps': 0,
  scores: 1e-6,
  'running statistics': 1e-5,
  'trained parameters': 2e-5,
};

/** Models whose own float32 noise in the gradients is near 4e-5. */
const noisy: readonly string[] = ['unet', 'conv_gru'];

/** The largest difference allowed, by kind and model. */
export const limitOf = (kind: CheckKind, model: string): number =>
  kind === 'gradients' && noisy.includes(model) ? 5e-4 : (limits[kind] ?? 0);

/** max|a-b|; infinite if the lengths differ or a difference is NaN. */
export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    if (difference > worst) worst = difference;
  }
  return worst;
};

/** max|a-b| / max|b|, the error of the fixtures' README; max|a| if b is zero everywhere. */
export const relativeError = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const difference = maxDifference(a, b);
  const largest = maxAbs(b);
  // An infinite difference stays infinite, also where b itself is.
  return Number.isFinite(difference) ? difference / (largest === 0 ? 1 : largest) : difference;
};

/** The difference of two scores that may both be absent. */
export const scoreError = (a: number | null, b: number | null): number =>
  a === null || b === null ? (a === b ? 0 : Number.POSITIVE_INFINITY) : maxDifference([a], [b]);

/** The relative difference of two losses that may both be absent. */
export const lossError = (a: number | null, b: number | null): number =>
  a === null || b === null ? scoreError(a, b) : relativeError([a], [b]);
