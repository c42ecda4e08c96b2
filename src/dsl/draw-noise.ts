/** Noise as one pure function that every interpreter uses, so that all draw the same numbers. */

import { stream } from '../base/random.js';
import type { OpOf } from './op.js';

/**
 * `size` draws, row-major, for one sample, at one step of a scan or outside of scans.
 *
 * They depend on the arguments alone: neither on the micro-batches nor on earlier draws. Uniform draws are multiples of
 * 2^-24, the finest spacing that float32 has everywhere below 1. With a finer one, a draw could round up to 1, which is
 * outside of [0, 1).
 *
 * @param name the noise's name in the program
 * @param sample the number of the sample in its data set or batch
 * @param step the number of the step; undefined outside of scans
 * @example
 * drawNoise(7, 'thermal', 'normal', 64 * 64 * 2, 0, 12)   // Float32Array(8192)
 */
export const drawNoise = (
  noiseSeed: number,
  name: string,
  distribution: OpOf<'noise'>['distribution'],
  size: number,
  sample: number,
  step?: number,
): Float32Array => {
  const random = stream(noiseSeed, 'noise', name, sample, ...(step === undefined ? [] : [step]));
  const next =
    distribution === 'normal' ? random.normal : () => Math.floor(random.uniform() * 2 ** 24) / 2 ** 24;
  return Float32Array.from({ length: size }, next);
};
