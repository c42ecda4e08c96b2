/**
 * The roofline: operations per second against operations per byte, for training steps. Bytes are those that
 * the program moves op by op (src/compile/cost). Fused operations keep values in the cache, so points may lie
 * above the slope of memory.
 */

import { cost } from '../../src/compile/cost/index.js';
import { select } from '../../src/dsl/index.js';
import { type Chart, chartHead } from '../../src/report/chart.js';
import { hex, light } from '../../src/report/colours.js';
import { textAt } from '../../src/report/figures/parts.js';
import { cases, programOf } from '../cases.js';
import type { Ceiling } from '../ceiling/index.js';
import type { Contender } from '../contenders/protocol.js';
import type { Timed } from '../measure.js';
import { keyAt, pointOf } from './marks.js';
import { hangingNames } from './names.js';

const width = 620;
const height = 420;
const margins = { left: 64, right: 40, top: 104, bottom: 52 };

interface Point {
  readonly name: string;
  readonly contender: Contender;
  readonly intensity: number;
  readonly gflops: number;
}

const pointsOf = (timed: readonly Timed[]): readonly Point[] =>
  timed.flatMap(({ row }): readonly Point[] => {
    const one = cases.find(({ name }) => name === row.case);
    if (one === undefined || row.phase !== 'train') return [];
    const { training } = cost(select(programOf(one), 'logits'), { batch: row.batch });
    const intensity = training.flops / (training.bytesRead + training.bytesWritten);
    return [{ name: row.case, contender: row.contender, intensity, gflops: row.gflops }];
  });

export const rooflineChart = (
  timed: readonly Timed[],
  ceilings: Readonly<Record<1 | 2, Ceiling>>,
): Chart | undefined => {
  const all = pointsOf(timed);
  const full = all.filter(({ name }) => !name.endsWith('(quick)'));
  // one or two full sizes show little, so then all sizes are drawn
  const points = new Set(full.map(({ name }) => name)).size > 2 ? full : all;
  if (points.length === 0) return undefined;
  const xs = points.map(({ intensity }) => intensity);
  const [low, high] = [Math.min(...xs) / 1.6, Math.max(...xs) * 1.6];
  const top = 2 * Math.max(ceilings[2].gflops, ...points.map(({ gflops }) => gflops));
  const at = (intensity: number): number => (width * Math.log(intensity / low)) / Math.log(high / low);
  const names = hangingNames(
    points
      .filter(({ contender }) => contender === 'fused-2')
      .map(({ name, intensity }) => ({ name, x: at(intensity) })),
  );
  // names hang below the lowest point
  const lowest = Math.min(...points.map(({ gflops }) => gflops)) / 1.3;
  const ground = height - names.room;
  const bottom = top * (lowest / top) ** (height / ground);
  const x = {
    field: 'intensity',
    type: 'quantitative' as const,
    title: 'operations a byte moved, op by op',
    scale: { type: 'log' as const, domain: [low, high], nice: false },
    axis: { format: '~g', tickCount: 6 },
  };
  const y = {
    field: 'gflops',
    type: 'quantitative' as const,
    title: 'GFLOP/s',
    scale: { type: 'log' as const, domain: [bottom, top], nice: false },
    axis: { format: '~g', values: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000].filter((tick) => tick >= lowest) },
  };
  const roof = ([1, 2] as const).map((threads) => {
    const { gflops, gigabytes } = ceilings[threads];
    const knee = Math.min(high, Math.max(low, gflops / gigabytes));
    return [low, knee, high].map((intensity) => ({
      intensity,
      gflops: Math.min(gflops, intensity * gigabytes),
    }));
  });
  const shown = (['fused-2', 'fused-1', 'torch', 'op-by-op', 'stock'] as const).filter((contender) =>
    points.some((point) => point.contender === contender),
  );
  return {
    spec: {
      ...chartHead(light),
      width,
      height,
      layer: [
        ...roof.map((values, i) => ({
          data: { values },
          mark: { type: 'line' as const, color: hex(light.ink), strokeDash: i === 0 ? [4, 4] : [1, 0] },
          encoding: { x, y },
        })),
        ...shown.map((contender) => ({
          data: { values: points.filter((point) => point.contender === contender) },
          mark: pointOf(contender),
          encoding: { x, y },
        })),
        ...names.marks(ground),
        textAt(0, -84, 'Training steps under the roof of this machine', light.ink, { bold: true, size: 15 }),
        ...keyAt(0, -58, shown),
        textAt(
          0,
          -18,
          'lines: what two threads (solid) and one (dashed) reach on vectors of four',
          light.muted,
        ),
      ],
    },
    frame: { width, height, margins },
  };
};
