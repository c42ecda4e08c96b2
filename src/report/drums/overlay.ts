/** One panel: the spectrum of a drum laid over that of the first, their tones marked. */

import { hex, light, mix } from '../colours.js';
import { type HeardDrum, type Mark, markOf, panelHeight, type TonesPicture, widthOf } from './comparison.js';

/** The range that is shown, in decibels below the loudest bin. */
const depth = 60;

const decibels = (magnitude: number, loudest: number): number =>
  Math.max(-depth, 20 * Math.log10(magnitude / loudest));

interface Curve {
  readonly loudest: number;
  readonly points: readonly { readonly ratio: number; readonly level: number }[];
}

/** The bins from `low` to `high` times `unit`; where the spectrum stays on the floor, only the ends of that part. */
const curveOf = ({ spectrum }: HeardDrum, unit: number, [low, high]: readonly [number, number]): Curve => {
  const { magnitudes, resolution } = spectrum;
  const from = Math.max(0, Math.floor((low * unit) / resolution));
  const to = Math.min(magnitudes.length - 1, Math.ceil((high * unit) / resolution));
  const shown = magnitudes.subarray(from, to + 1);
  const loudest = shown.reduce((a, b) => Math.max(a, b), 0);
  const points = Array.from(shown, (magnitude, i) => ({
    ratio: Number((((from + i) * resolution) / unit).toFixed(5)),
    level: Number(decibels(magnitude, loudest).toFixed(1)),
  }));
  const flat = (i: number): boolean =>
    i > 0 && i < points.length - 1 && [i - 1, i, i + 1].every((k) => points[k].level === -depth);
  return { loudest, points: points.filter((_, i) => !flat(i)) };
};

/** The peaks of the measured tones. */
const topsOf = ({ tones, spectrum }: HeardDrum, unit: number, loudest: number) =>
  tones.flatMap(({ heard }) =>
    heard === null
      ? []
      : [{ ratio: heard.frequency / unit, level: decibels(spectrum.magnitudes[heard.bin], loudest) }],
  );

const unitOf = ({ tones }: HeardDrum): number => tones[0].lattice;

/** The range of frequencies: from below the lowest tone of all drums to above the highest. */
const rangeOf = (drums: readonly HeardDrum[]): readonly [number, number] => {
  const ratios = drums.flatMap(({ tones }) => tones.map(({ lattice }) => lattice / unitOf(drums[0])));
  return [Math.min(...ratios) - 0.08, Math.max(...ratios) + 0.06];
};

/** A line of coloured words above a panel, each after its sign. */
const keyLine = (entries: readonly (Mark & { readonly words: string })[]) =>
  entries.flatMap(({ words, colour, shape }, i) => {
    // Without a canvas a text's width can only be estimated; this estimate is generous.
    const left = entries.slice(0, i).reduce((sum, entry) => sum + 52 + 7.2 * entry.words.length, 6);
    const y = { value: -16 };
    return [
      {
        data: { values: [{}] },
        mark: { type: 'point' as const, shape, filled: true, opacity: 1, size: 58, color: hex(colour) },
        encoding: { x: { value: left }, y },
      },
      {
        data: { values: [{ words }] },
        mark: {
          type: 'text' as const,
          align: 'left' as const,
          color: hex(colour),
          fontWeight: 600 as const,
          dy: 0.5,
        },
        encoding: { x: { value: left + 11 }, y, text: { field: 'words' } },
      },
    ];
  });

/** One drum's spectrum over that of the first. */
export const overlay = (picture: TonesPicture, index: number) => {
  const theme = picture.theme ?? light;
  const [reference] = picture.drums;
  const other = picture.drums[index];
  const marks = { reference: markOf(0, theme), other: markOf(index, theme) };
  const unit = unitOf(reference);
  const range = rangeOf(picture.drums);
  const isLast = index === picture.drums.length - 1;
  const x = {
    field: 'ratio',
    type: 'quantitative' as const,
    title: isLast ? `frequency, in units of the fundamental of the ${reference.drum.name}` : null,
    scale: { domain: [...range], nice: false, zero: false },
    axis: { format: '.1f', tickCount: 8 },
  };
  const y = {
    field: 'level',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [-depth, 6], nice: false },
    axis: { values: [-60, -40, -20, 0], format: 'd' },
  };
  const draw = (drum: HeardDrum, { colour, shape }: Mark, strokeWidth: number) => {
    const { points, loudest } = curveOf(drum, unit, range);
    return {
      line: {
        data: { values: [...points] },
        mark: { type: 'line' as const, color: hex(colour), strokeWidth, clip: true },
        encoding: { x, y },
      },
      tops: {
        data: { values: topsOf(drum, unit, loudest) },
        mark: { type: 'point' as const, shape, filled: true, color: hex(colour), size: 44, opacity: 1 },
        encoding: { x, y },
      },
    };
  };
  const one = draw(reference, marks.reference, 2.4);
  const two = draw(other, marks.other, 1.1);
  return {
    width: widthOf(picture),
    height: panelHeight,
    ...(index === 1
      ? {
          title: {
            text: 'What is heard',
            subtitle:
              picture.narrow === true
                ? [
                    'spectra, decibels below the loudest tone;',
                    `hairlines: exact tones of the ${reference.drum.name}`,
                  ]
                : `spectra, decibels below the loudest tone; hairlines: exact tones of the ${reference.drum.name}`,
            offset: 36,
            frame: 'group' as const,
          },
        }
      : {}),
    layer: [
      {
        data: { values: reference.tones.map(({ lattice }) => ({ ratio: lattice / unit })) },
        mark: {
          type: 'rule' as const,
          color: hex(mix(theme.paper, marks.reference.colour, 0.38)),
          strokeWidth: 1,
        },
        encoding: { x },
      },
      one.line,
      two.line,
      one.tops,
      two.tops,
      ...keyLine([
        { words: reference.drum.name, ...marks.reference },
        { words: other.drum.name, ...marks.other },
      ]),
    ],
  };
};
