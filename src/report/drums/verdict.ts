/** The result in sentences, for the top of the page and for the terminal. */

import { maxAbs } from '../../base/max-abs.js';
import type { DrumResult } from '../../drums/index.js';
import { plural } from '../page/numbers.js';
import { relativeText } from './tables.js';

const squaresOf = (results: readonly DrumResult[]) =>
  results.flatMap(({ area }) => (area === null ? [] : [area]));

/** The largest difference between two drums' tones; tones that one of them lacks are left out. */
export const apart = (a: DrumResult, b: DrumResult): number =>
  maxAbs(
    a.tones.flatMap(({ heard }, k) => {
      const other = b.tones[k]?.heard ?? null;
      return heard === null || other === null ? [] : [other.frequency / heard.frequency - 1];
    }),
  );

const areaWords = (results: readonly DrumResult[]): readonly string[] => {
  const squares = squaresOf(results);
  if (squares.length === 0 || squares.length < results.length) return [];
  const lattice = maxAbs(squares.map(({ heard, lattice }) => heard / lattice - 1));
  const truth = squares.map(({ heard, theory }) => heard / theory - 1);
  return [
    `The fundamental tells the area of ${plural(squares.length, 'square')}: to ${relativeText(lattice)} of what the ` +
      `lattice's exact frequency says, and to ${relativeText(maxAbs(truth))} of the true area, which is what the ` +
      'grid and the time step make of it.',
  ];
};

const toneWords = (results: readonly DrumResult[]): readonly string[] => {
  const [first, ...others] = results;
  const count = first.tones.length;
  if (count < 2) return [];
  const heard = results.reduce(
    (sum, { tones }) => sum + tones.filter((tone) => tone.heard !== null).length,
    0,
  );
  const compared = others.map((other) => ({ name: other.drum.name, most: apart(first, other) }));
  const alike = compared.filter(({ most }) => most < 1e-5);
  const unlike = compared.filter(({ most }) => most >= 1e-5);
  const list = (drums: typeof compared): string =>
    drums.map(({ name, most }) => `${name} (${relativeText(most)})`).join(', ');
  return [
    `Of the ${count} lowest tones of ${plural(results.length, 'drum')}, ${heard} of ${count * results.length} are heard.`,
    ...alike.map(
      ({ name, most }) =>
        `The ${name} has the same tones as the ${first.drum.name}: they are at most ${relativeText(most)} apart.`,
    ),
    ...(unlike.length === 0
      ? []
      : [`Other tones than the ${first.drum.name}, apart by up to: ${list(unlike)}.`]),
  ];
};

/** The result in a few sentences. */
export const drumVerdict = (results: readonly DrumResult[]): string =>
  [...areaWords(results), ...toneWords(results)].join(' ') ||
  `${plural(results.length, 'drum')} struck and heard.`;
