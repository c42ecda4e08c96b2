/** Generated values that the specs of this room share. */

import * as fc from 'fast-check';
import type { Rgb } from '../../src/report/colours.js';
import type { Raster } from '../../src/report/raster.js';
import type { WaveSample } from '../../src/report/sample.js';

export const colour: fc.Arbitrary<Rgb> = fc.tuple(
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: 0, max: 255 }),
);

/** Small rasters, sides from `least`; contents from a seed, so that shrinking works on sizes. */
export const raster = (least = 0): fc.Arbitrary<Raster> =>
  fc
    .record({
      width: fc.integer({ min: least, max: 6 }),
      height: fc.integer({ min: least, max: 6 }),
      seed: fc.nat(250),
    })
    .map(({ width, height, seed }) => ({
      width,
      height,
      rgb: Uint8Array.from({ length: 3 * width * height }, (_, i) => (seed + 37 * i) % 256),
    }));

/** Text of every kind, with markup, control characters, lone surrogates and turned reading direction among it. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary-ascii' }),
  fc.constantFrom(
    '"><script>alert(1)</script>',
    "' onerror='alert(1)",
    '</style><script>alert(1)</script>',
    '</title><img src=x onerror=alert(1)>',
    '<!-- ',
    ']]>',
    '&amp;lt;',
    '\u0000\u0008\u001b[31m',
    '\ud800',
    '\u202eabc',
    '\u200b',
    'W'.repeat(5000),
    '$&$1$`',
    '漢字 🥁',
  ),
);

/** A sample whose values are easily told: a wave that moves right, one piece of class 1, one wrong pixel. */
export const movingSample = (size: number, steps: number, waveChannels: number): WaveSample => {
  const cells = size * size;
  const target = Uint8Array.from({ length: cells }, (_, i) => (i % size < 2 && i < 2 * size ? 1 : 0));
  return {
    height: size,
    width: size,
    channels: 1,
    image: Float32Array.from(target, (label) => 200 * label),
    target,
    prediction: target.map((label, i) => (i === cells - 1 ? 1 : label)),
    waves: Float32Array.from({ length: steps * cells * waveChannels }, (_, i) => {
      const x = Math.floor(i / waveChannels) % size;
      const t = Math.floor(i / (waveChannels * cells));
      return Math.sin((2 * Math.PI * (x - t)) / size);
    }),
    steps,
    waveChannels,
  };
};
