/** Noise as one pure function that every interpreter uses, so that all draw the same numbers. */

import { startOf } from '../base/random.js';
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
  const start = startOf(noiseSeed, ['noise', name, sample, ...(step === undefined ? [] : [step])]);
  const drawn = new Float32Array(size);
  (distribution === 'normal' ? fillNormal : fillUniform)(drawn, start);
  return drawn;
};

/*
 * What `stream` of `base/random.ts` gives from this start, bit for bit, in one loop: closures that are called number by
 * number take ten times as long.
 */

const fillUniform = (drawn: Float32Array, start: Uint32Array): void => {
  let a = start[0] | 0;
  let b = start[1] | 0;
  let c = start[2] | 0;
  let counter = start[3] | 0;
  for (let i = 0; i < drawn.length; i++) {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    drawn[i] = (t >>> 8) / 2 ** 24;
  }
};

const fillNormal = (drawn: Float32Array, start: Uint32Array): void => {
  let a = start[0] | 0;
  let b = start[1] | 0;
  let c = start[2] | 0;
  let counter = start[3] | 0;
  for (let i = 0; i < drawn.length; i += 2) {
    const t = (((a + b) | 0) + counter) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    const u = (((a + b) | 0) + counter + 1) | 0;
    counter = (counter + 2) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + u) | 0;
    const radius = Math.sqrt(-2 * Math.log(1 - (t >>> 0) / 2 ** 32));
    const angle = 2 * Math.PI * ((u >>> 0) / 2 ** 32);
    drawn[i] = radius * Math.cos(angle);
    // a write past the end of an odd number of draws has no effect
    drawn[i + 1] = radius * Math.sin(angle);
  }
};
