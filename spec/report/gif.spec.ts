import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { encodeGif, withFewColours } from '../../src/report/gif.js';
import { pixel, type Raster, tabulate } from '../../src/report/raster.js';
import { raster } from './arbitraries.js';
import { decodeGif } from './decode-gif.js';

const distinct = (rasters: readonly Raster[]): number =>
  new Set(
    rasters.flatMap((r) =>
      Array.from({ length: r.width * r.height }, (_, i) =>
        pixel(r, i % r.width, Math.floor(i / r.width)).join(),
      ),
    ),
  ).size;

const frames = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) =>
    fc.array(
      fc
        .nat(250)
        .map((seed) => tabulate(width, height, (x, y) => [(seed * (x + 1)) % 5, (seed + y) % 5, seed % 3])),
      { minLength: 1, maxLength: 6 },
    ),
  );

describe('report/gif', () => {
  it('decodes to the frames that were encoded, in number, size, order and every pixel', () => {
    fc.assert(
      fc.property(frames, (given) => {
        fc.pre(distinct(given) <= 255);
        const bytes = encodeGif({ frames: given.length, frame: (i) => given[i], delay: (i) => 50 + 10 * i });
        const decoded = decodeGif(bytes);
        strictEqual(decoded.width, given[0].width);
        strictEqual(decoded.height, given[0].height);
        deepStrictEqual(decoded.frames, given);
        deepStrictEqual(
          decoded.delays,
          given.map((_, i) => 5 + i),
        );
        strictEqual(decoded.loops, 0);
      }),
      { numRuns: 60 },
    );
  });

  it('spends next to nothing on what does not change', () => {
    const busy = tabulate(64, 64, (x, y) => [(x * 7 + y * 13) % 200, 0, 0]);
    const still = (count: number): number =>
      encodeGif({ frames: count, frame: () => busy, delay: () => 50 }).length;
    ok((still(21) - still(1)) / 20 < 0.1 * still(1));
  });

  it('shows the nearest colour once 255 are taken', () => {
    const many = tabulate(300, 1, (x) => [x % 256, x >= 256 ? 1 : 0, 0]);
    const [decoded] = decodeGif(encodeGif({ frames: 1, frame: () => many, delay: () => 50 })).frames;
    for (let i = 0; i < many.rgb.length; i++) ok(Math.abs(decoded.rgb[i] - many.rgb[i]) <= 1);
  });

  it('reduces the colours of many pictures together, and leaves few colours alone', () => {
    const rainbow = (shift: number) => tabulate(40, 40, (x, y) => [6 * x, 6 * y, shift]);
    const reduced = withFewColours(64, [rainbow(0), rainbow(90)]);
    ok(distinct(reduced) <= 64);
    strictEqual(reduced.length, 2);
    const mean =
      reduced[0].rgb.reduce((sum, v, i) => sum + Math.abs(v - rainbow(0).rgb[i]), 0) / reduced[0].rgb.length;
    ok(mean < 16, `mean error ${mean}`);
    fc.assert(
      fc.property(raster(1), (r) => {
        const [same] = withFewColours(36, [r]);
        deepStrictEqual(same, r);
      }),
    );
  });
});
