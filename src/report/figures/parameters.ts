/** How much is bought with how many parameters: scores against the size of the model, ours and the published. */

import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import { linearTicks, spread } from '../axis.js';
import { type Chart, chartConfig, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';
import { known } from '../scores.js';
import { summarise } from '../tables/statistics.js';
import type { Entry } from './entries.js';
import { lineBetween, signAt, textAt } from './parts.js';

export interface ParametersPicture {
  readonly entries: readonly Entry[];
  readonly theme?: Theme;
}

type Axis = 'foregroundAccuracy' | 'foregroundIou';

const size = { width: 290, height: 250 };
/** Room for the names, on the right of each panel. */
const names = { width: 128, line: 15 };
const spacing = { column: names.width + 40, row: 104 };
const margins = { left: 46, right: names.width, top: 96, bottom: 48 };

interface Mark {
  readonly parameters: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
  readonly wave: boolean;
}

const labelOf = ({ family, variant }: Entry): string => `${family.split(',')[0]} ${variant}`;

const oursOf = (entry: Entry, axis: Axis): readonly Mark[] => {
  const summary = summarise(entry.runs.map(({ scores }) => scores[axis]).filter(known));
  if (summary === null || entry.parameters === null) return [];
  const sd = summary.sd ?? 0;
  return [
    {
      parameters: entry.parameters / 1000,
      value: summary.mean,
      low: Math.max(0, summary.mean - sd),
      high: Math.min(1, summary.mean + sd),
      label: labelOf(entry),
      wave: entry.family === 'NWM',
    },
  ];
};

const theirsOf = (entry: Entry, axis: Axis): readonly Mark[] => {
  if (entry.published === null || entry.publishedParameters === null) return [];
  const { mean, sd } = entry.published.scores[axis];
  return [
    {
      parameters: entry.publishedParameters / 1000,
      value: mean,
      low: Math.max(0, mean - sd),
      high: Math.min(1, mean + sd),
      label: labelOf(entry),
      wave: entry.family === 'NWM',
    },
  ];
};

const panel = (entries: readonly Entry[], axis: Axis, title: string, theme: Theme) => {
  const { first, second } = lineColours(theme);
  const both = entries.map((entry) => ({ ours: oursOf(entry, axis), theirs: theirsOf(entry, axis) }));
  const ours = both.flatMap((one) => one.ours);
  const theirs = both.flatMap((one) => one.theirs);
  const labelled = both.flatMap((one) => (one.ours.length > 0 ? one.ours : one.theirs));
  const all = [...ours, ...theirs].map(({ parameters }) => parameters);
  const most = Math.max(1, ...all);
  const least = Math.min(most, ...all);
  // Models of one task are often of nearly one size: then an axis from 0 would lay them on each other.
  const across = linearTicks(least > most / 3 ? least * 0.96 : 0, most * 1.04, 4);
  const up = linearTicks(0, 1, 5);
  const x = {
    field: 'parameters',
    type: 'quantitative' as const,
    title: 'parameters, thousands',
    scale: { domain: [...across.domain], nice: false },
    axis: { values: [...across.values], ...numberLabels },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...up.domain], nice: false },
    axis: { values: [...up.values], ...numberLabels },
  };
  const marks = (values: readonly Mark[], colour: string, published: boolean) => [
    {
      data: { values: [...values] },
      mark: { type: 'rule' as const, color: colour, strokeWidth: 1.6 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
    },
    ...[true, false].map((wave) => ({
      data: { values: values.filter((one) => one.wave === wave) },
      mark: {
        type: 'point' as const,
        shape: wave ? ('diamond' as const) : ('circle' as const),
        filled: !published,
        fill: published ? hex(theme.paper) : colour,
        stroke: colour,
        opacity: 1,
        size: wave ? 110 : 70,
        strokeWidth: 2,
      },
      encoding: { x, y },
    })),
  ];
  const places = labelled.map(({ parameters, value }) => ({
    x: (size.width * (parameters - across.domain[0])) / (across.domain[1] - across.domain[0]),
    y: size.height * (1 - value),
  }));
  // Of marks at one height the one on the right has the upper name, so that their lines do not cross.
  const nameAt = spread(
    places.map(({ x, y }) => y - (1e-3 * x) / size.width),
    names.line,
    -4,
    size.height - 6,
  );
  return {
    ...size,
    layer: [
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
      ...places.map(({ x, y }, i) => lineBetween(x, y, size.width + 14, nameAt[i], theme.muted)),
      ...marks(theirs, hex(second), true),
      ...marks(ours, hex(first), false),
      ...labelled.map(({ label }, i) => textAt(size.width + 18, nameAt[i], label, theme.muted, { size: 11 })),
      textAt(0, -16, title, theme.ink, { bold: true }),
    ],
  };
};

const key = (theme: Theme) => {
  const { first, second } = lineColours(theme);
  const line = -46;
  return [
    signAt(6, line, first, { shape: 'circle', filled: true, size: 70 }),
    textAt(18, line, 'ours', theme.muted),
    signAt(62, line, second, { shape: 'circle', filled: false, size: 70 }),
    textAt(74, line, 'published', theme.muted),
    signAt(148, line, theme.muted, { shape: 'diamond', filled: false, size: 100 }),
    textAt(160, line, 'waves (NWM)', theme.muted),
    textAt(252, line, 'mean and standard deviation over seeds', theme.muted),
  ];
};

/** The chart as data, with nothing drawn yet: a row of panels for each task. */
export const parametersChart = ({ entries, theme = light }: ParametersPicture): Chart => {
  const tasks = [...new Set(entries.map(({ task }) => task))];
  const head = [
    textAt(0, -74, 'Scores against the size of the model', theme.ink, { bold: true, size: 15 }),
    ...key(theme),
  ];
  return {
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      config: chartConfig(theme),
      bounds: 'flush',
      spacing,
      columns: 2,
      concat: tasks.flatMap((task, row) => {
        const own = entries.filter((entry) => entry.task === task);
        const left = panel(own, 'foregroundAccuracy', `${task}: foreground accuracy`, theme);
        return [
          row === 0 ? { ...left, layer: [...left.layer, ...head] } : left,
          panel(own, 'foregroundIou', `${task}: foreground IoU`, theme),
        ];
      }),
    },
    frame: {
      width: 2 * size.width + spacing.column,
      height: tasks.length * size.height + Math.max(0, tasks.length - 1) * spacing.row,
      margins,
    },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const parameterScores = (picture: ParametersPicture): TE.TaskEither<DrumheadError, string> =>
  chartSvg(parametersChart(picture));
