/** The width of words in a chart, estimated: Vega cannot measure text without a canvas. */

import { fitted } from '../../experiments/value-text.js';
import { wrapped } from '../tables/harmless.js';

/** The width class of a chart: for a page, or for a phone. */
export type Room = 'wide' | 'narrow';

/** The width of a chart in points. */
export const pointsOf: Readonly<Record<Room, number>> = { wide: 860, narrow: 350 };

/** An upper estimate of the mean width of a letter, relative to the font size. */
const letterWidth = 0.56;

/** The approximate width of a text in points. */
export const textWidth = (text: string, size = 12): number => letterWidth * size * Array.from(text).length;

/** A text within a width in points; the middle of a longer one is left out. */
export const withinPoints = (text: string, points: number, size = 12): string =>
  fitted(text, Math.max(4, Math.floor(points / (letterWidth * size))));

/** The positions of items one after the other on lines of this width. */
export const flow = (
  widths: readonly number[],
  room: number,
): { readonly places: readonly { readonly x: number; readonly line: number }[]; readonly lines: number } => {
  let x = 0;
  let line = 0;
  const places = widths.map((width) => {
    if (x > 0 && x + width > room) {
      x = 0;
      line++;
    }
    const place = { x, line };
    x += width;
    return place;
  });
  return { places, lines: line + 1 };
};

/** The parts of a word that is longer than a line, split at slashes and hyphens. */
const parted = (word: string, letters: number): string => {
  const parts: string[] = [];
  for (const part of word.split(/(?<=[/-])/)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + part.length <= letters) parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts.join(' ');
};

/**
 * Names on lines of at most this many letters. A setting and its value, `rate 0.001`, stay together if both are
 * short.
 */
export const phraseLines = (text: string, letters: number): readonly string[] => {
  const kept = text
    .replace(/(?<=^|\(|, )[^,()]{1,19}(?=,|\)|$)/g, (phrase) => phrase.replace(/ /g, '\u00a0'))
    .split(' ')
    .map((word) => (word.length > letters ? parted(word, letters) : word))
    .join(' ');
  return wrapped(kept, letters).map((line) => line.replace(/\u00a0/g, ' '));
};
