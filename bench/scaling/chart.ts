/** Time and peak memory against each of the sizes, drumhead beside PyTorch; both axes logarithmic. */

import { type Chart, concatHead } from '../../src/report/chart.js';
import { hex, light } from '../../src/report/colours.js';
import { textAt } from '../../src/report/figures/parts.js';
import type { Contender } from '../contenders/protocol.js';
import { keyAt, pointOf, signs } from '../picture/marks.js';
import { type Axis, axes, middle, type Point } from './curves.js';

const width = 190;
const height = 170;
const spacing = { across: 62, down: 58 };
const margins = { left: 92, right: 24, top: 96, bottom: 52 };

const words: Readonly<Record<Axis, string>> = {
  steps: 'steps T',
  side: 'side of the grid',
  channels: 'channels',
  batch: 'batch',
};

const rows = [
  { field: 'milliseconds', title: 'ms a training step' },
  { field: 'megabytes', title: 'peak memory, MB' },
] as const;

export const scalingChart = (points: readonly Point[]): Chart => {
  const shown = points.map(({ axis, at, contender, seconds, peakBytes }) => ({
    axis,
    at,
    contender,
    milliseconds: 1000 * seconds,
    megabytes: peakBytes / 1e6,
  }));
  const order = [...new Set(points.map(({ axis }) => axis))];
  const contenders = [...new Set(points.map(({ contender }) => contender))];
  const panel = (axis: Axis, row: (typeof rows)[number]) => {
    const all = shown.map((point) => point[row.field]);
    const domain = [Math.min(...all) / 1.4, Math.max(...all) * 1.4];
    const x = {
      field: 'at',
      type: 'quantitative' as const,
      title: row.field === 'megabytes' ? words[axis] : null,
      scale: { type: 'log' as const, base: 2, nice: false },
      axis: { values: [...axes[axis]], format: 'd', labelFlush: false },
    };
    const y = {
      field: row.field,
      type: 'quantitative' as const,
      title: axis === order[0] ? row.title : null,
      scale: { type: 'log' as const, domain, nice: false },
      axis: { format: ',~g', values: [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000], labelPadding: 10 },
    };
    const of = (contender: Contender) =>
      shown.filter((point) => point.axis === axis && point.contender === contender);
    return {
      width,
      height,
      layer: contenders.flatMap((contender) => [
        {
          data: { values: of(contender) },
          mark: { type: 'line' as const, color: hex(signs[contender].colour) },
          encoding: { x, y },
        },
        { data: { values: of(contender) }, mark: pointOf(contender), encoding: { x, y } },
      ]),
    };
  };
  const [first, ...others] = rows.flatMap((row) => order.map((axis) => panel(axis, row)));
  const { steps, side, channels, batch } = middle;
  const head = [
    textAt(0, -78, 'A training step of the NWM as it grows', light.ink, { bold: true, size: 15 }),
    ...keyAt(0, -54, contenders),
    textAt(
      0,
      -26,
      `one size at a time; the others stay at T = ${steps}, ${side}x${side}, ${channels} channels, batch ${batch}`,
      light.muted,
    ),
  ];
  return {
    spec: {
      ...concatHead(light),
      columns: order.length,
      spacing: { row: spacing.down, column: spacing.across },
      concat: [{ ...first, layer: [...first.layer, ...head] }, ...others],
    },
    frame: {
      width: order.length * (width + spacing.across) - spacing.across,
      height: 2 * height + spacing.down,
      margins,
    },
  };
};
