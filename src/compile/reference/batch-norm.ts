/** Batch normalisation of the reference interpreter. */

import type { OpOf } from '../../dsl/op.js';
import type { NdArray } from './array.js';

/** (x - mean) / sqrt(variance + epsilon) * scale + shift, per channel, the last axis. */
export const normalise = (
  { epsilon }: OpOf<'batchNorm'>,
  x: NdArray,
  scale: NdArray,
  shift: NdArray,
  mean: NdArray,
  variance: NdArray,
): NdArray => {
  const channels = mean.data.length;
  return {
    shape: x.shape,
    data: x.data.map((value, i) => {
      const c = i % channels;
      return ((value - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon)) * scale.data[c] + shift.data[c];
    }),
  };
};

/** Statistics of each channel over all samples and sites. */
export interface Moments {
  readonly mean: NdArray;
  /** Divided by the count. */
  readonly variance: NdArray;
  /** Divided by the count less one; 0 where only one value was seen. */
  readonly unbiased: NdArray;
}

/** Mean and variances of each channel. */
export const moments = (samples: readonly NdArray[], channels: number): Moments => {
  const perChannel = Array.from({ length: channels }, (_, c) =>
    samples.flatMap(({ data }) => Array.from(data.filter((_, i) => i % channels === c))),
  );
  const array = (f: (values: readonly number[]) => number): NdArray => ({
    shape: [channels],
    data: Float64Array.from(perChannel, f),
  });
  return {
    mean: array(meanOf),
    variance: array((values) => squares(values) / values.length),
    unbiased: array((values) => squares(values) / Math.max(1, values.length - 1)),
  };
};

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The sum of squared distances from the mean. */
const squares = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

/** (1 - momentum) running + momentum batch. */
export const moved = ({ momentum }: OpOf<'batchNorm'>, running: NdArray, batch: NdArray): NdArray => ({
  shape: running.shape,
  data: running.data.map((value, c) => (1 - momentum) * value + momentum * batch.data[c]),
});
