/** Scores as bars over readouts and depths, with every seed and the published means. */

import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import type { PublishedScore } from '../../experiments/published/index.js';
import { linearTicks } from '../axis.js';
import { type Chart, chartConfig, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, mix, type Theme } from '../colours.js';
import { known } from '../scores.js';
import { scoreWords } from '../tables/scores.js';
import { summarise } from '../tables/statistics.js';
import type { Entry } from './entries.js';
import { shortened, signAt, textAt } from './parts.js';

export type BarScore = Exclude<PublishedScore, 'foregroundLoss'>;

export interface BarsPicture {
  readonly entries: readonly Entry[];
  /** Default foreground IoU. */
  readonly score?: BarScore;
  readonly theme?: Theme;
}

const height = 190;
const barUnit = 44;
const barWidth = 0.62;
const familyGap = 0.7;
/** From the foot of one row to the head of the next: names of bars and kinds, and the next task's. */
const spacing = 92;
const margins = { left: 46, right: 24, top: 96, bottom: 54 };

interface Bar {
  readonly entry: Entry;
  /** Middle, in units of a bar. */
  readonly at: number;
}

interface FamilyPlace {
  readonly family: string;
  readonly from: number;
  readonly to: number;
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** Room for the name of a kind, in units of a bar: about 7 points a letter. */
const namedUnits = (family: string): number => (7 * family.length) / barUnit;

/** Bars from left to right, a gap between kinds of model. */
const placed = (entries: readonly Entry[]) => {
  let at = 0;
  const bars: Bar[] = [];
  const families: FamilyPlace[] = [];
  for (const family of distinct(entries.map((entry) => entry.family))) {
    const members = entries.filter((one) => one.family === family);
    const units = Math.max(members.length, namedUnits(family));
    const from = at + (units - members.length) / 2;
    members.forEach((entry, i) => {
      bars.push({ entry, at: from + i + 0.5 });
    });
    families.push({ family, from: at, to: at + units });
    at += units + familyGap;
  }
  return { bars, families, units: at - familyGap };
};

const valuesOf = ({ runs }: Entry, score: BarScore): readonly number[] =>
  runs.map(({ scores }) => scores[score]).filter(known);

/** A row, as wide as the widest of them. */
const panel = (task: string, entries: readonly Entry[], units: number, score: BarScore, theme: Theme) => {
  const { first, second } = lineColours(theme);
  const { bars, families } = placed(entries);
  const width = units * barUnit;
  const summaries = bars.map(({ entry, at }) => ({ entry, at, summary: summarise(valuesOf(entry, score)) }));
  const highest = Math.max(
    0,
    ...summaries.flatMap(({ entry, summary }) => [
      summary?.max ?? 0,
      ...(entry.published === null ? [] : [entry.published.scores[score].mean]),
    ]),
  );
  const ticks = score === 'loss' ? linearTicks(0, highest, 5) : linearTicks(0, 1, 5);
  const x = {
    field: 'at',
    type: 'quantitative' as const,
    scale: { domain: [0, units], nice: false, zero: false },
    axis: null,
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...ticks.domain], nice: false, clamp: true },
    axis: { values: [...ticks.values], ...numberLabels },
  };
  const columns = summaries.flatMap(({ at, summary }) =>
    summary === null ? [] : [{ at: at - barWidth / 2, to: at + barWidth / 2, value: summary.mean, zero: 0 }],
  );
  const dots = summaries.flatMap(({ entry, at }) =>
    valuesOf(entry, score).map((value) => ({ at: at - 0.14, value })),
  );
  const theirs = summaries.flatMap(({ entry, at }) =>
    entry.published === null
      ? []
      : [
          {
            at: at + 0.14,
            value: entry.published.scores[score].mean,
            low: entry.published.scores[score].mean - entry.published.scores[score].sd,
            high: entry.published.scores[score].mean + entry.published.scores[score].sd,
          },
        ],
  );
  return {
    width,
    height,
    layer: [
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
      {
        data: { values: columns },
        mark: { type: 'rect' as const, color: hex(mix(theme.paper, first, 0.55)) },
        encoding: { x, x2: { field: 'to' }, y, y2: { field: 'zero' } },
      },
      {
        data: { values: dots },
        mark: { type: 'point' as const, filled: true, size: 26, opacity: 1, color: hex(first) },
        encoding: { x, y },
      },
      {
        data: { values: theirs },
        mark: { type: 'rule' as const, color: hex(second), strokeWidth: 1.6 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      {
        data: { values: theirs },
        mark: {
          type: 'point' as const,
          shape: 'diamond' as const,
          filled: true,
          size: 62,
          opacity: 1,
          color: hex(second),
          stroke: hex(theme.paper),
          strokeWidth: 1,
        },
        encoding: { x, y },
      },
      ...summaries.flatMap(({ entry, at, summary }) => [
        textAt(at * barUnit, height + 15, shortened(entry.variant.replace(' · ', '·'), 9), theme.muted, {
          align: 'center',
        }),
        // What is not there yet is said, so that no bar is not taken for a score of 0.
        ...(summary === null
          ? [textAt(at * barUnit, height - 8, 'no run', theme.muted, { align: 'center', size: 10 })]
          : []),
      ]),
      ...families.map(({ family, from, to }) =>
        textAt(((from + to) / 2) * barUnit, height + 36, family, theme.ink, {
          align: 'center',
          bold: true,
        }),
      ),
      textAt(0, -16, task, theme.ink, { bold: true }),
    ],
  };
};

const key = (theme: Theme) => {
  const { first, second } = lineColours(theme);
  const line = -46;
  return [
    signAt(6, line, mix(theme.paper, first, 0.55), { shape: 'square', filled: true, size: 130 }),
    textAt(18, line, 'mean of our seeds', theme.muted),
    signAt(142, line, first, { shape: 'circle', filled: true, size: 26 }),
    textAt(152, line, 'each seed', theme.muted),
    signAt(226, line, second, { shape: 'diamond', filled: true }),
    textAt(238, line, 'published, ± standard deviation', theme.muted),
  ];
};

/** The chart as data, with nothing drawn yet: a row of bars for each task. */
export const barsChart = ({ entries, score = 'foregroundIou', theme = light }: BarsPicture): Chart => {
  const rows = distinct(entries.map(({ task }) => task)).map((task) => ({
    task,
    entries: entries.filter((entry) => entry.task === task),
  }));
  const widest = Math.max(10, ...rows.map((row) => placed(row.entries).units));
  const head = [
    textAt(0, -74, `Test ${scoreWords(score)}`, theme.ink, { bold: true, size: 15 }),
    ...key(theme),
  ];
  return {
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      config: chartConfig(theme),
      bounds: 'flush',
      spacing,
      vconcat: rows.map((row, i) => {
        const one = panel(row.task, row.entries, widest, score, theme);
        return i === 0 ? { ...one, layer: [...one.layer, ...head] } : one;
      }),
    },
    frame: {
      width: widest * barUnit,
      height: rows.length * height + Math.max(0, rows.length - 1) * spacing,
      margins,
    },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const scoreBars = (picture: BarsPicture): TE.TaskEither<DrumheadError, string> =>
  chartSvg(barsChart(picture));
