import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { PNG } from 'pngjs';
import { encodePng } from '../../src/report/png.js';
import { raster } from './arbitraries.js';

describe('report/png', () => {
  it('decodes to the raster that was encoded, opaque; the same raster gives the same bytes', () => {
    fc.assert(
      fc.property(raster(1), (r) => {
        const bytes = encodePng(r);
        const decoded = PNG.sync.read(Buffer.from(bytes));
        strictEqual(decoded.width, r.width);
        strictEqual(decoded.height, r.height);
        deepStrictEqual(new Uint8Array(decoded.data.filter((_, i) => i % 4 !== 3)), r.rgb);
        strictEqual(decoded.data.filter((v, i) => i % 4 === 3 && v !== 255).length, 0);
        deepStrictEqual(encodePng(r), bytes);
      }),
      { numRuns: 40 },
    );
  });
});
