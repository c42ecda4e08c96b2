/** What noise is: one pure function, used by every interpreter, so that all of them see the same numbers. */

import { stream } from '../base/random.js';
import type { OpOf } from './op.js';

/**
 * `size` draws, row-major, for one sample at one step of a scan.
 *
 * They depend on the arguments alone: neither on how a batch is cut nor on what was drawn before. Uniform draws are
 * multiples of 2^-24, the finest that float32 holds everywhere below 1: a finer one could round up to 1, which lies
 * outside of [0, 1).
 *
 * @param name the noise's name in the program
 * @param sample the number of the sample in its data set or batch
 * @example
 * drawNoise(7, 'thermal', 'normal', 64 * 64 * 2, 0, 12)   // Float32Array(8192)
 */
export const drawNoise = (
  noiseSeed: number,
  name: string,
  distribution: OpOf<'noise'>['distribution'],
  size: number,
  sample: number,
  step: number,
): Float32Array => {
  const random = stream(noiseSeed, 'noise', name, sample, step);
  const next =
    distribution === 'normal' ? random.normal : () => Math.floor(random.uniform() * 2 ** 24) / 2 ** 24;
  return Float32Array.from({ length: size }, next);
};
