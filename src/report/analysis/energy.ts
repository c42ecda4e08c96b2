/** The energy of waves over time, in its parts. */

import type { Energy } from '../../analysis/index.js';
import type { Effect } from '../../base/error.js';
import { linearTicks, spread } from '../axis.js';
import { type Chart, chartHead, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Rgb, type Theme } from '../colours.js';
import { textAt } from '../figures/parts.js';

export interface EnergyPicture {
  readonly energies: readonly Energy[];
  readonly title: string;
  readonly note?: string;
  readonly theme?: Theme;
}

const size = { width: 470, height: 250 };
const margins = { left: 62, right: 170, top: 86, bottom: 50 };

interface Part {
  readonly name: string;
  readonly colour: Rgb;
  readonly dash: readonly number[];
  readonly of: (energy: Energy) => number;
}

const parts = (theme: Theme): readonly Part[] => {
  const { first, second, third } = lineColours(theme);
  return [
    { name: 'all', colour: theme.ink, dash: [1, 0], of: (e) => e.kinetic + e.coupling + e.own },
    { name: 'motion', colour: first, dash: [1, 0], of: (e) => e.kinetic },
    { name: 'between sites', colour: second, dash: [6, 4], of: (e) => e.coupling },
    { name: 'at each site', colour: third, dash: [1, 4], of: (e) => e.own },
  ];
};

/** The chart as data, before it is drawn. */
export const energyChart = ({ energies, title, note, theme = light }: EnergyPicture): Chart => {
  const lines = parts(theme)
    .map((part) => ({
      ...part,
      values: energies.map((energy) => ({ t: energy.time, value: part.of(energy) })),
    }))
    .filter(({ values }) => values.some(({ value }) => value !== 0));
  const all = lines.flatMap(({ values }) => values.map(({ value }) => value));
  const up = linearTicks(Math.min(0, ...all), Math.max(0, ...all), 5);
  const last = energies.at(-1)?.time ?? 1;
  const across = linearTicks(0, last, 5);
  const heightOf = (value: number): number =>
    size.height * (1 - (value - up.domain[0]) / (up.domain[1] - up.domain[0]));
  const labels = spread(
    lines.map(({ values }) => heightOf(values[values.length - 1].value)),
    16,
    4,
    size.height - 4,
  );
  const x = {
    field: 't',
    type: 'quantitative' as const,
    title: 'time',
    scale: { domain: [0, last], nice: false },
    axis: { values: across.values.filter((value) => value <= last), ...numberLabels },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...up.domain], nice: false },
    axis: { values: [...up.values], ...numberLabels },
  };
  return {
    spec: {
      ...chartHead(theme),
      ...size,
      layer: [
        { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
        ...lines.map(({ values, colour, dash }) => ({
          data: { values },
          mark: { type: 'line' as const, color: hex(colour), strokeDash: [...dash] },
          encoding: { x, y },
        })),
        ...lines.map(({ name, colour }, i) =>
          textAt(size.width + 10, labels[i], name, colour, { bold: true }),
        ),
        textAt(0, -56, title, theme.ink, { bold: true, size: 15 }),
        ...(note === undefined ? [] : [textAt(0, -32, note, theme.muted)]),
      ],
    },
    frame: { ...size, margins },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const energyCurves = (picture: EnergyPicture): Effect<string> => chartSvg(energyChart(picture));
