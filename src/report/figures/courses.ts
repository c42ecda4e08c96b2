/** Learning curves with their spread over seeds: a small panel an experiment, all on the same axes. */

import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import { countTicks, linearTicks } from '../axis.js';
import { type Chart, chartConfig, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';
import { type EpochScores, known, type Score } from '../scores.js';
import { summarise } from '../tables/statistics.js';
import type { Entry } from './entries.js';
import { shortened, textAt } from './parts.js';

/** What is drawn over the epochs. */
export type CourseScore = 'foregroundIou' | 'foregroundAccuracy' | 'iou' | 'accuracy' | 'loss' | 'trainLoss';

export interface CoursesPicture {
  readonly entries: readonly Entry[];
  /** Default foreground IoU on the validation images. */
  readonly score?: CourseScore;
  readonly theme?: Theme;
}

const size = { width: 150, height: 104 };
const spacing = { row: 76, column: 34 };
const mostColumns = 5;
const margins = { left: 40, right: 22, top: 96, bottom: 44 };

const words: Readonly<Record<CourseScore, string>> = {
  foregroundIou: 'Foreground IoU on the validation images',
  foregroundAccuracy: 'Foreground accuracy on the validation images',
  iou: 'IoU on the validation images',
  accuracy: 'Accuracy on the validation images',
  loss: 'Loss on the validation images, nats per pixel',
  trainLoss: 'Loss on the training images, nats per pixel',
};

const pointOf = (epoch: EpochScores, score: CourseScore): Score =>
  score === 'trainLoss' ? epoch.train?.loss : epoch.validation?.[score];

interface Point {
  readonly epoch: number;
  readonly value: number;
}

const linesOf = ({ courses }: Entry, score: CourseScore): readonly (readonly Point[])[] =>
  courses
    .map(({ epochs }) =>
      epochs.flatMap((epoch) => {
        const value = pointOf(epoch, score);
        return known(value) ? [{ epoch: epoch.epoch, value }] : [];
      }),
    )
    .filter((points) => points.length > 0);

/** Mean, least and greatest over the seeds of every epoch that all of them reached: else a mean jumps where one ends. */
export const bandOf = (lines: readonly (readonly Point[])[]) => {
  const shared = lines.map((points) => new Map(points.map(({ epoch, value }) => [epoch, value])));
  return (lines[0] ?? []).flatMap(({ epoch }) => {
    const values = shared.flatMap((one) => one.get(epoch) ?? []);
    const summary = values.length === lines.length ? summarise(values) : null;
    return summary === null ? [] : [{ epoch, value: summary.mean, low: summary.min, high: summary.max }];
  });
};

const panel = (
  entry: Entry,
  score: CourseScore,
  last: number,
  ticks: ReturnType<typeof linearTicks>,
  /** Of a row, whose panels share what is written on its left. */
  first: boolean,
  theme: Theme,
) => {
  const { first: colour } = lineColours(theme);
  const lines = linesOf(entry, score);
  const band = bandOf(lines);
  const x = {
    field: 'epoch',
    type: 'quantitative' as const,
    title: 'epoch',
    scale: { domain: [1, Math.max(2, last)], nice: false, zero: false },
    axis: { values: [...countTicks(last, 3)], format: 'd', titlePadding: 3 },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...ticks.domain], nice: false },
    axis: { values: [...ticks.values], ...numberLabels, labels: first },
  };
  return {
    ...size,
    layer: [
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
      {
        data: { values: band },
        mark: { type: 'area' as const, color: hex(colour), opacity: 0.22 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      ...lines.map((points) => ({
        data: { values: [...points] },
        mark: {
          type: 'line' as const,
          color: hex(colour),
          strokeWidth: 0.9,
          opacity: 0.65,
          ...(points.length === 1 ? { point: { size: 22, color: hex(colour) } } : {}),
        },
        encoding: { x, y },
      })),
      { data: { values: band }, mark: { type: 'line' as const, color: hex(colour) }, encoding: { x, y } },
      textAt(0, -22, shortened(`${entry.family.split(',')[0]} ${entry.variant}`, 24), theme.ink, {
        bold: true,
      }),
      textAt(
        0,
        -8,
        lines.length === 0
          ? 'no run yet'
          : `${entry.task} · ${lines.length} ${lines.length === 1 ? 'seed' : 'seeds'}`,
        theme.muted,
        { size: 11 },
      ),
    ],
  };
};

/** The chart as data, with nothing drawn yet. */
export const coursesChart = ({ entries, score = 'foregroundIou', theme = light }: CoursesPicture): Chart => {
  const all = entries.flatMap((entry) => linesOf(entry, score)).flat();
  const last = all.reduce((most, { epoch }) => Math.max(most, epoch), 2);
  const isLoss = score === 'loss' || score === 'trainLoss';
  const ticks = isLoss
    ? linearTicks(0, Math.max(0, ...all.map(({ value }) => value)), 4)
    : linearTicks(0, 1, 4);
  const columns = Math.min(mostColumns, Math.max(1, entries.length));
  const rows = Math.max(1, Math.ceil(entries.length / columns));
  const head = [
    textAt(0, -74, words[score], theme.ink, { bold: true, size: 15 }),
    textAt(
      0,
      -52,
      'thick: mean over seeds; band: from the least to the greatest; thin: each seed',
      theme.muted,
    ),
  ];
  return {
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      config: chartConfig(theme),
      bounds: 'flush',
      spacing: { row: spacing.row, column: spacing.column },
      columns,
      concat: entries.map((entry, i) => {
        const one = panel(entry, score, last, ticks, i % columns === 0, theme);
        return i === 0 ? { ...one, layer: [...one.layer, ...head] } : one;
      }),
    },
    frame: {
      // Wide enough for the words above, however few panels there are.
      width: Math.max(430, columns * size.width + (columns - 1) * spacing.column),
      height: rows * size.height + (rows - 1) * spacing.row,
      margins,
    },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const seedCourses = (picture: CoursesPicture): TE.TaskEither<DrumheadError, string> =>
  chartSvg(coursesChart(picture));
