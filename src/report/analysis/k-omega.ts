/** The k-omega spectrum of waves as a map, with dispersion relations to compare it with. */

import type { KOmega } from '../../analysis/index.js';
import type { Effect } from '../../base/error.js';
import { linearTicks } from '../axis.js';
import { type Chart, chartHead, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Rgb, type Theme } from '../colours.js';
import { textAt } from '../figures/parts.js';
import { rampColour } from './colours.js';

/** A branch of a dispersion relation: points from small to large wave numbers, in pieces if it has gaps. */
export interface BranchLine {
  readonly points: readonly { readonly k: number; readonly frequency: number }[];
  /** The dispersion relation of the Laplacian, or of the learnt coupling. */
  readonly of: 'laplacian' | 'learned';
  readonly direction: 'axis' | 'diagonal';
}

export interface KOmegaPicture {
  readonly spectrum: KOmega;
  readonly lines: readonly BranchLine[];
  readonly title: string;
  /** Lines below the title. */
  readonly notes?: readonly string[];
  /** The unit of time; default `unit of time`. */
  readonly unit?: string;
  readonly theme?: Theme;
}

const size = { width: 470, height: 330 };
const margins = { left: 58, right: 158, top: 86, bottom: 50 };
/** The range of the colours: decibels from the greatest power to the colour of the paper. */
const depth = 50;

/** The greatest power of a wave with k > 0, since a common oscillation would outshine all waves. */
const greatest = ({ frequencies, power }: KOmega): number =>
  power.reduce((most, value, i) => (i < frequencies.length ? most : Math.max(most, value)), 1e-300);

/** The highest frequency that is drawn: that of the highest line, or of the highest visible power. */
const topOf = ({ spectrum, lines }: KOmegaPicture): number => {
  const { frequencies, power } = spectrum;
  const most = greatest(spectrum);
  const seen = frequencies.filter((_, k) => {
    for (let ring = 1; ring * frequencies.length < power.length; ring++)
      if (power[ring * frequencies.length + k] > most * 10 ** (-depth / 20)) return true;
    return false;
  });
  const lined = lines.flatMap(({ points }) => points.map(({ frequency }) => frequency));
  return 1.15 * Math.max(seen.at(-1) ?? 0, ...lined, frequencies[1]);
};

const cellsOf = (spectrum: KOmega, top: number, right: number, theme: Theme) => {
  const { frequencies, waveNumbers, power } = spectrum;
  const most = greatest(spectrum);
  const [dk, df] = [waveNumbers[1] ?? 1, frequencies[1]];
  return waveNumbers.flatMap((k, ring) =>
    frequencies.flatMap((frequency, bin) => {
      const decibel = 10 * Math.log10(power[ring * frequencies.length + bin] / most);
      const from = Math.max(0, frequency - df / 2);
      const left = Math.max(0, k - dk / 2);
      return decibel > -depth && from < top && left < right
        ? [
            {
              k: left,
              k2: Math.min(right, k + dk / 2),
              f: from,
              f2: Math.min(top, frequency + df / 2),
              colour: hex(rampColour(theme, 1 + decibel / depth)),
            },
          ]
        : [];
    }),
  );
};

const key = (lines: readonly BranchLine[], inks: Readonly<Record<BranchLine['of'], Rgb>>, theme: Theme) => {
  const left = size.width + 16;
  const entries = [
    ...(lines.some((line) => line.of === 'laplacian') ? (['laplacian'] as const) : []),
    ...(lines.some((line) => line.of === 'learned') ? (['learned'] as const) : []),
  ];
  const names = { laplacian: 'Laplacian', learned: 'learned coupling' };
  const rule = (y: number, colour: Rgb, dash: readonly number[]) => ({
    data: { values: [{}] },
    mark: { type: 'rule' as const, color: hex(colour), strokeWidth: 2, strokeDash: [...dash] },
    encoding: { x: { value: left }, x2: { value: left + 22 }, y: { value: y } },
  });
  const bars = Array.from({ length: 50 }, (_, i) => ({
    data: { values: [{}] },
    mark: { type: 'rect' as const, color: hex(rampColour(theme, 1 - i / 49)) },
    encoding: {
      x: { value: left },
      x2: { value: left + 12 },
      y: { value: 150 + 2.4 * i },
      y2: { value: 150 + 2.4 * (i + 1) + 0.3 },
    },
  }));
  return [
    ...entries.flatMap((of, i) => [
      rule(8 + 20 * i, inks[of], [1, 0]),
      textAt(left + 28, 8 + 20 * i, names[of], theme.muted),
    ]),
    ...(entries.length === 0
      ? []
      : [
          rule(58, theme.muted, [1, 0]),
          textAt(left + 28, 58, 'along the axes', theme.muted),
          rule(78, theme.muted, [4, 4]),
          textAt(left + 28, 78, 'along diagonals', theme.muted),
        ]),
    textAt(left, 134, 'power', theme.ink),
    ...bars,
    textAt(left + 18, 154, '0 dB', theme.muted),
    textAt(left + 18, 266, `−${depth} dB`, theme.muted),
  ];
};

/** The chart as data, before it is drawn. */
export const kOmegaChart = (picture: KOmegaPicture): Chart => {
  const { spectrum, lines, title, notes = [], unit = 'unit of time' } = picture;
  const theme = picture.theme ?? light;
  const { second } = lineColours(theme);
  const inks = { laplacian: theme.ink, learned: second };
  const top = topOf(picture);
  const right = Math.max(
    spectrum.waveNumbers.at(-1) ?? 1,
    ...lines.flatMap(({ points }) => points.map(({ k }) => k)),
  );
  const across = linearTicks(0, right, 5);
  const up = linearTicks(0, top, 5);
  const x = {
    field: 'k',
    type: 'quantitative' as const,
    title: 'wave number |k|, radians a cell',
    scale: { domain: [0, right], nice: false, zero: false },
    axis: { values: across.values.filter((value) => value <= right), ...numberLabels },
  };
  const y = {
    field: 'f',
    type: 'quantitative' as const,
    title: `frequency, cycles a ${unit}`,
    scale: { domain: [0, top], nice: false, zero: false },
    axis: { values: up.values.filter((value) => value <= top), ...numberLabels, grid: false },
  };
  return {
    spec: {
      ...chartHead(theme),
      ...size,
      layer: [
        {
          data: { values: cellsOf(spectrum, top, right, theme) },
          // A stroke of the same colour closes the seams that antialiasing leaves between cells.
          mark: { type: 'rect' as const, strokeWidth: 0.6 },
          encoding: {
            x,
            x2: { field: 'k2' },
            y,
            y2: { field: 'f2' },
            fill: { field: 'colour', type: 'nominal' as const, scale: null, legend: null },
            stroke: { field: 'colour', type: 'nominal' as const, scale: null, legend: null },
          },
        },
        ...lines.map(({ points, of, direction }) => ({
          data: { values: points.map(({ k, frequency }) => ({ k, f: Math.min(top, frequency) })) },
          mark: {
            type: 'line' as const,
            color: hex(inks[of]),
            strokeWidth: 2,
            strokeDash: direction === 'axis' ? [1, 0] : [4, 4],
          },
          encoding: { x, y, order: { field: 'k', type: 'quantitative' as const } },
        })),
        ...key(lines, inks, theme),
        textAt(0, -34 - 18 * notes.length, title, theme.ink, { bold: true, size: 15 }),
        ...notes.map((note, i) => textAt(0, -12 - 18 * (notes.length - i), note, theme.muted)),
      ],
    },
    frame: { ...size, margins: { ...margins, top: 66 + 18 * notes.length } },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const kOmegaMap = (picture: KOmegaPicture): Effect<string> => chartSvg(kOmegaChart(picture));
