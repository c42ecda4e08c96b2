/** Predicted and true numbers over time: one plot for each of some samples, with shared axes. */

import type { SeriesAnswer } from '../../experiments/scores/answers.js';
import { linearTicks, type Ticks } from '../axis.js';
import { type Chart, concatHead, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';
import type { Room } from '../figures/layout.js';
import { textAt } from '../figures/parts.js';

const panelHeight = 120;
const panelWidth: Readonly<Record<Room, number>> = { wide: 250, narrow: 270 };
const spacing = { row: 84, column: 62 };
const margins = { left: 52, right: 16, top: 104, bottom: 48 };

/** Steps on the axis: steps before the first predicted one are negative. */
const atStep = (values: readonly number[], every: number, from: number) =>
  values.map((value, i) => ({ x: from + i * every, y: value }));

const panelName = ({ rank, sample, column, columns }: SeriesAnswer): string =>
  `${rank}: test sample ${sample}${columns > 1 ? `, column ${column} of ${columns}` : ''}`;

const ticksOf = (series: readonly SeriesAnswer[]): Ticks => {
  const all = series
    .flatMap(({ past, truth, predicted }) => [...past, ...truth, ...predicted])
    .filter(Number.isFinite);
  return all.length === 0 ? linearTicks(0, 1, 3) : linearTicks(Math.min(...all), Math.max(...all), 3);
};

/** Best beside worst, sample by sample and column by column. */
const inOrder = (series: readonly SeriesAnswer[]): readonly SeriesAnswer[] => {
  const of = (rank: SeriesAnswer['rank']): readonly SeriesAnswer[] =>
    series.filter((one) => one.rank === rank);
  const [best, worst] = [of('best'), of('worst')];
  return best.flatMap((one, i) => [one, ...(worst[i] === undefined ? [] : [worst[i]])]);
};

const drawPanel = (one: SeriesAnswer, width: number, y: Ticks, theme: Theme, key: boolean) => {
  const { past, truth, predicted, every } = one;
  const { first, second } = lineColours(theme);
  const steps = linearTicks(-past.length * every, truth.length * every, 4);
  const axes = {
    x: {
      field: 'x',
      type: 'quantitative' as const,
      title: 'step',
      scale: { domain: [-past.length * every, (truth.length - 1) * every], nice: false, zero: false },
      axis: {
        values: steps.values.filter((at) => at >= -past.length * every && at <= (truth.length - 1) * every),
        ...numberLabels,
      },
    },
    y: {
      field: 'y',
      type: 'quantitative' as const,
      title: null,
      scale: { domain: [...y.domain], nice: false, zero: false },
      axis: { values: [...y.values], ...numberLabels },
    },
  };
  const line = (
    values: readonly { readonly x: number; readonly y: number }[],
    colour: string,
    dash: readonly number[],
  ) => ({
    data: { values: values.filter((point) => Number.isFinite(point.y)) },
    mark: { type: 'line' as const, color: colour, strokeWidth: 1.8, strokeDash: [...dash] },
    encoding: axes,
  });
  const [solid, dashed] = [
    [1, 0],
    [5, 3],
  ];
  const truly = [...atStep(past, every, -past.length * every), ...atStep(truth, every, 0)];
  return {
    width,
    height: panelHeight,
    layer: [
      // Draws nothing: keeps the axes where nothing is a number.
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: axes },
      textAt(0, -18, panelName(one), theme.ink),
      ...(past.length === 0
        ? []
        : [
            {
              data: { values: [{ x: 0 }] },
              mark: { type: 'rule' as const, color: hex(theme.muted), strokeDash: [2, 3] },
              encoding: { x: axes.x },
            },
          ]),
      line(truly, hex(first), solid),
      line(atStep(predicted, every, 0), hex(second), dashed),
      ...(key
        ? [
            textAt(4 - margins.left, 20 - margins.top, 'Over time', theme.ink, { bold: true, size: 13 }),
            textAt(
              4 - margins.left,
              38 - margins.top,
              past.length === 0 ? 'true' : 'true, seen and to come',
              first,
              { bold: true },
            ),
            textAt(4 - margins.left, 54 - margins.top, 'predicted (broken line)', second, { bold: true }),
          ]
        : []),
    ],
  };
};

/** The numbers of some samples over time. */
export const seriesChart = (
  series: readonly SeriesAnswer[],
  { theme = light, room = 'wide' }: { readonly theme?: Theme; readonly room?: Room },
): Chart => {
  const shown = inOrder(series);
  const columns = room === 'wide' ? Math.min(2, shown.length) : 1;
  const rows = Math.ceil(shown.length / columns);
  const width = panelWidth[room];
  // Columns of a series may have different units, so they share no axis.
  const ticks = new Map(
    [...new Set(shown.map(({ column }) => column))].map((column) => [
      column,
      ticksOf(shown.filter((one) => one.column === column)),
    ]),
  );
  return {
    spec: {
      ...concatHead(theme),
      spacing,
      columns,
      concat: shown.map((one, i) =>
        drawPanel(one, width, ticks.get(one.column) ?? linearTicks(0, 1, 3), theme, i === 0),
      ),
    },
    frame: {
      width: columns * width + (columns - 1) * spacing.column,
      height: rows * panelHeight + (rows - 1) * spacing.row,
      margins,
    },
  };
};
