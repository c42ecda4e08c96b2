/** The features that a readout over time computes from one channel, before any layer mixes them. */

import { complex, dft } from './transform.js';
import type { Waves } from './waves.js';

/** One feature of every site, [height, width] in rows. */
export type FeatureField = Float64Array;

const seriesAt = (
  { steps, height, width, channels, values }: Waves,
  site: number,
  channel: number,
): Float64Array => {
  const stride = height * width * channels;
  return Float64Array.from({ length: steps }, (_, t) => values[t * stride + site * channels + channel]);
};

/**
 * The learnt projection over time, sum_t y[t] p[t, k], for these k.
 *
 * @param projection [steps, features], row-major
 */
export const projected = (
  waves: Waves,
  channel: number,
  projection: ArrayLike<number>,
  bins: readonly number[],
): readonly FeatureField[] => {
  const { steps, height, width } = waves;
  const features = projection.length / steps;
  const fields = bins.map(() => new Float64Array(height * width));
  for (let site = 0; site < height * width; site++) {
    const series = seriesAt(waves, site, channel);
    bins.forEach((bin, i) => {
      for (let t = 0; t < steps; t++) fields[i][site] += series[t] * projection[t * features + bin];
    });
  }
  return fields;
};

/** The magnitudes of the Fourier transform over time, for these bins. */
export const magnitudes = (
  waves: Waves,
  channel: number,
  bins: readonly number[],
): readonly FeatureField[] => {
  const { steps, height, width } = waves;
  const fields = bins.map(() => new Float64Array(height * width));
  for (let site = 0; site < height * width; site++) {
    const line = { ...complex(steps), re: seriesAt(waves, site, channel) };
    const { re, im } = dft(line);
    bins.forEach((bin, i) => {
      fields[i][site] = Math.hypot(re[bin], im[bin]);
    });
  }
  return fields;
};

/** `count` whole numbers from 0 to `below` - 1, evenly spaced, both ends included; fewer if the range has fewer. */
export const evenly = (below: number, count: number): readonly number[] => [
  ...new Set(Array.from({ length: count }, (_, i) => Math.round((i * (below - 1)) / Math.max(1, count - 1)))),
];
