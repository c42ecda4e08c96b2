/** Text as a raster: set by resvg in the shipped typeface, on one line, cut to its width. */

import { Resvg } from '@resvg/resvg-js';
import { mix, type Rgb } from './colours.js';
import { fontFamily, fontOptions } from './font.js';
import { blank, type Raster } from './raster.js';

/** The style of a text. */
export interface Lettering {
  /** Font size in pixels. */
  readonly size: number;
  readonly weight?: 400 | 600;
  readonly colour: Rgb;
  /** The colour of the background. */
  readonly on: Rgb;
}

/** The number of shades between ink and paper: few, since a GIF has only 256 colours; the eye does not notice. */
const shades = 7;

/** Longer captions are cut: nobody reads them, and a hostile name must not cost memory. */
const longest = 160;

/** Text for XML. XML forbids most control characters and lone surrogates even escaped, so they are replaced. */
export const xmlText = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');

/**
 * One line of text. Its height depends on the size only, so that lines of one size share a baseline when put beside
 * each other; its width is that of the ink.
 */
export const write = (text: string, { size, weight = 400, colour, on }: Lettering): Raster => {
  const height = Math.ceil(size * 1.4);
  const shown = Array.from(text).slice(0, longest).join('');
  if (shown.trim() === '') return blank(0, height, on);
  const room = Math.ceil(size * (Array.from(shown).length + 1) * 1.2);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${room}" height="${height}">` +
    `<text x="2" y="${Math.round(size * 1.05)}" font-family="${fontFamily}" font-size="${size}" ` +
    `font-weight="${weight}">${xmlText(shown)}</text></svg>`;
  const { pixels } = new Resvg(svg, { font: fontOptions() }).render();
  const inked = (x: number): boolean => {
    for (let y = 0; y < height; y++) if (pixels[4 * (y * room + x) + 3] > 0) return true;
    return false;
  };
  const columns = Array.from({ length: room }, (_, x) => x).filter(inked);
  // Zero-width characters only.
  if (columns.length === 0) return blank(0, height, on);
  const first = columns[0];
  const width = columns[columns.length - 1] + 1 - first;
  const out = blank(width, height, on);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const coverage = Math.round((pixels[4 * (y * room + x + first) + 3] / 255) * shades) / shades;
      if (coverage > 0) out.rgb.set(mix(on, colour, coverage), 3 * (y * width + x));
    }
  }
  return out;
};

/** The same, shortened with an ellipsis until it is no wider than `width`. */
export const writeWithin = (text: string, width: number, lettering: Lettering): Raster => {
  const whole = write(text, lettering);
  if (whole.width <= width) return whole;
  const letters = Array.from(text).slice(0, longest);
  const keep = Math.min(letters.length - 1, Math.floor((letters.length * width) / whole.width));
  if (keep < 1) return blank(0, whole.height, lettering.on);
  const shorter = `${letters.slice(0, keep).join('').trimEnd()}…`;
  return write(shorter, lettering).width <= width
    ? write(shorter, lettering)
    : writeWithin(`${letters.slice(0, keep - 1).join('')}…`, width, lettering);
};

/** The most lines of one text. */
const mostLines = 8;

/**
 * Text on as many lines as needed at a width, broken at spaces (not at those that do not break, U+00A0). A word that is
 * wider than a line alone, and the last line that there may be, are shortened.
 */
export const writeLines = (text: string, width: number, lettering: Lettering): readonly Raster[] => {
  const fits = (line: string): boolean => line.length <= longest && write(line, lettering).width <= width;
  const lines: string[] = [];
  for (const word of text.split(' ').slice(0, mostLines * longest)) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    // The last line takes the rest of the text and is shortened.
    if (last !== undefined && (lines.length === mostLines || fits(longer))) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines.map((line) => writeWithin(line, width, lettering));
};
