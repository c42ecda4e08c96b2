import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  type Align,
  above,
  beside,
  blank,
  border,
  crop,
  overlay,
  pad,
  pixel,
  type Raster,
  scaleUp,
  tabulate,
} from '../../src/report/raster.js';
import { colour, raster } from './arbitraries.js';

const align = fc.constantFrom<Align>('start', 'centre', 'end');
const side = fc.nat(4);
const margins = fc.record({ left: side, right: side, top: side, bottom: side });

/** What `transpose` of a raster is; turns `beside` into `above`. */
const transpose = (r: Raster): Raster => tabulate(r.height, r.width, (x, y) => pixel(r, y, x));

describe('report/raster', () => {
  it('beside adds widths and takes the greatest height, and holds three bytes a pixel', () => {
    fc.assert(
      fc.property(fc.array(raster(), { maxLength: 4 }), colour, align, (rasters, fill, at) => {
        const joined = beside(fill, at)(...rasters);
        strictEqual(
          joined.width,
          rasters.reduce((sum, r) => sum + r.width, 0),
        );
        strictEqual(joined.height, Math.max(0, ...rasters.map((r) => r.height)));
        strictEqual(joined.rgb.length, 3 * joined.width * joined.height);
      }),
    );
  });

  it('above is beside, transposed', () => {
    fc.assert(
      fc.property(fc.array(raster(), { maxLength: 4 }), colour, align, (rasters, fill, at) => {
        deepStrictEqual(above(fill, at)(...rasters), transpose(beside(fill, at)(...rasters.map(transpose))));
      }),
    );
  });

  it('beside is associative, and a raster of no size is neutral', () => {
    fc.assert(
      fc.property(raster(), raster(), raster(), colour, (a, b, c, fill) => {
        const join = beside(fill);
        deepStrictEqual(join(join(a, b), c), join(a, join(b, c)));
        deepStrictEqual(join(a, blank(0, 0, fill)), join(a));
      }),
    );
  });

  it('beside keeps each raster where it was put and fills the rest', () => {
    fc.assert(
      fc.property(raster(1), raster(1), colour, (a, b, fill) => {
        const joined = beside(fill)(a, b);
        deepStrictEqual(crop(0, 0, a.width, a.height)(joined), a);
        deepStrictEqual(crop(a.width, 0, b.width, b.height)(joined), b);
        const rest = crop(0, a.height, a.width, joined.height - a.height)(joined);
        deepStrictEqual(rest, blank(rest.width, rest.height, fill));
      }),
    );
  });

  it('aligns at the end by padding at the start', () => {
    fc.assert(
      fc.property(raster(1), raster(1), colour, (a, b, fill) => {
        const lower = (r: Raster) => pad(fill, { top: Math.max(a.height, b.height) - r.height })(r);
        deepStrictEqual(beside(fill, 'end')(a, b), beside(fill)(lower(a), lower(b)));
      }),
    );
  });

  it('scaleUp repeats every pixel, and factors multiply', () => {
    fc.assert(
      fc.property(raster(1), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (r, a, b) => {
        const large = scaleUp(a)(r);
        deepStrictEqual(
          large,
          tabulate(r.width * a, r.height * a, (x, y) => pixel(r, Math.floor(x / a), Math.floor(y / a))),
        );
        deepStrictEqual(scaleUp(b)(large), scaleUp(a * b)(r));
      }),
    );
  });

  it('crop undoes pad; border pads all round', () => {
    fc.assert(
      fc.property(raster(), margins, colour, (r, m, fill) => {
        const padded = pad(fill, m)(r);
        strictEqual(padded.width, r.width + m.left + m.right);
        strictEqual(padded.height, r.height + m.top + m.bottom);
        deepStrictEqual(crop(m.left, m.top, r.width, r.height)(padded), r);
        deepStrictEqual(
          border(fill, m.left)(r),
          pad(fill, { left: m.left, right: m.left, top: m.left, bottom: m.left })(r),
        );
      }),
    );
  });

  it('overlay shows the top where it lies and the base elsewhere, cut at the edges', () => {
    const place = fc.integer({ min: -8, max: 8 });
    fc.assert(
      fc.property(raster(1), raster(1), place, place, (base, top, x0, y0) => {
        const expected = tabulate(base.width, base.height, (x, y) => {
          const [u, v] = [x - x0, y - y0];
          const covered = u >= 0 && v >= 0 && u < top.width && v < top.height;
          return covered ? pixel(top, u, v) : pixel(base, x, y);
        });
        deepStrictEqual(overlay(top, x0, y0)(base), expected);
      }),
    );
  });

  it('leaves its arguments alone', () => {
    fc.assert(
      fc.property(raster(1), raster(1), colour, (a, b, fill) => {
        const before = [a.rgb.slice(), b.rgb.slice()];
        beside(fill)(a, b);
        overlay(b, 0, 0)(a);
        deepStrictEqual([a.rgb, b.rgb], before);
      }),
    );
  });
});
