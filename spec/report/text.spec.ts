import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { hex, type Rgb } from '../../src/report/colours.js';
import { pixel, type Raster } from '../../src/report/raster.js';
import { write, writeLines, writeWithin } from '../../src/report/text.js';
import { hostileText } from './arbitraries.js';

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];
const style = { size: 13, colour: black, on: white };

const colours = (r: Raster): Set<string> => {
  const found = new Set<string>();
  for (let y = 0; y < r.height; y++) for (let x = 0; x < r.width; x++) found.add(hex(pixel(r, x, y)));
  return found;
};

describe('report/text', () => {
  it('draws ink with the shipped typeface, in few shades between ink and paper', () => {
    const word = write('wave', style);
    const seen = colours(word);
    ok(seen.has('#000000') && seen.has('#ffffff'));
    ok(seen.size <= 8, `${seen.size} shades`);
    ok(word.width > 20 && word.width < 40, `${word.width} pixels wide`);
  });

  it('knows the letters that captions need: each one differs from the box for an unknown letter', () => {
    const unknown = write('\u{10fffd}', style);
    for (const letter of '0123456789+−×±…ωαλβ²') {
      const drawn = write(letter, style);
      ok(drawn.width > 0, letter);
      ok(Buffer.compare(drawn.rgb, unknown.rgb) !== 0, `${letter} is drawn as a box`);
    }
  });

  it('gives lines of one size one height, and longer words more width', () => {
    strictEqual(write('x', style).height, write('Ågjpq', style).height);
    ok(write('waves waves', style).width > 1.8 * write('waves', style).width);
    ok(write('waves', { ...style, weight: 600 }).width > write('waves', style).width);
    deepStrictEqual(write('', style).width, 0);
    deepStrictEqual(write(' \u200b', style).width, 0);
  });

  it('shortens to the width that there is, and leaves what fits', () => {
    const whole = write('tetrominoes', style);
    deepStrictEqual(writeWithin('tetrominoes', whole.width, style), whole);
    fc.assert(
      fc.property(fc.nat(120), (width) => {
        const cut = writeWithin('tetrominoes/nwm-linear', width, style);
        ok(cut.width <= width);
        strictEqual(cut.height, whole.height);
      }),
      { numRuns: 20 },
    );
  });

  it('breaks lines at spaces that may break, and loses nothing', () => {
    const expected = ['omega\u00a00.25, alpha\u00a00.5,', 'speed\u00a01'];
    const wide = write(expected[0], style).width;
    deepStrictEqual(
      writeLines(expected.join(' '), wide, style),
      expected.map((line) => write(line, style)),
    );
    // One pixel less, and alpha goes to the next line with its number.
    strictEqual(writeLines(expected.join(' '), wide - 1, style).length, 2);
    deepStrictEqual(writeLines(expected.join(' '), wide - 1, style)[0], write('omega\u00a00.25,', style));
  });

  it('keeps all lines within their width, and does not run on for ever', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 30, max: 200 }), (text, width) => {
        const lines = writeLines(text, width, style);
        ok(lines.length <= 8 && lines.every((line) => line.width <= width));
      }),
      { numRuns: 30 },
    );
    const endless = writeLines('wave '.repeat(400), 60, style);
    strictEqual(endless.length, 8);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        ok(writeWithin(text, 100, style).width <= 100);
      }),
      { numRuns: 40 },
    );
  });
});
