/**
 * Bars: the speed of drumhead in samples per second, relative to PyTorch (or, without it, to drumhead op by
 * op).
 */

import { linearTicks } from '../../src/report/axis.js';
import { type Chart, concatHead } from '../../src/report/chart.js';
import { hex, light, mix } from '../../src/report/colours.js';
import { textAt } from '../../src/report/figures/parts.js';
import { type Phase, phases } from '../cases.js';
import type { Contender } from '../contenders/protocol.js';
import type { Timed } from '../measure.js';
import { perSample, phaseWords } from '../table.js';
import { keyAt, pointOf, signs } from './marks.js';

const width = 300;
const rowHeight = 26;
const margins = { left: 346, right: 24, top: 108, bottom: 48 };
const spacing = 36;

interface Bar {
  readonly case: string;
  readonly contender: Contender;
  readonly speed: number;
}

const barsOf = (timed: readonly Timed[], phase: Phase, base: Contender): readonly Bar[] =>
  timed
    .filter(({ row }) => row.phase === phase)
    .flatMap((one): readonly Bar[] => {
      const other = timed.find(
        ({ row }) => row.phase === phase && row.case === one.row.case && row.contender === base,
      );
      return other === undefined || other === one
        ? []
        : [{ case: one.row.case, contender: one.row.contender, speed: 1 / perSample(one, other) }];
    });

export const speedChart = (timed: readonly Timed[]): Chart => {
  const base: Contender = timed.some(({ row }) => row.contender === 'torch') ? 'torch' : 'op-by-op';
  const names = [...new Set(timed.map(({ row }) => row.case))];
  const height = rowHeight * names.length;
  const panels = phases.map((phase, i) => {
    const bars = barsOf(timed, phase, base);
    const ticks = linearTicks(0, Math.max(1.05, ...bars.map(({ speed }) => speed)), 5);
    const y = {
      field: 'case',
      type: 'nominal' as const,
      title: null,
      sort: null,
      scale: { domain: names },
      axis: i === 0 ? { labelLimit: 336 } : null,
    };
    const x = {
      field: 'speed',
      type: 'quantitative' as const,
      title: `speed, ${base === 'torch' ? 'PyTorch' : 'op by op'} = 1`,
      scale: { domain: [...ticks.domain], nice: false },
      axis: { values: [...ticks.values], format: '~g' },
    };
    const of = (contender: Contender) => bars.filter((bar) => bar.contender === contender);
    return {
      width,
      height,
      layer: [
        {
          data: { values: of('fused-2') },
          mark: {
            type: 'bar' as const,
            height: 14,
            color: hex(mix(light.paper, signs['fused-2'].colour, 0.55)),
          },
          encoding: { x, y },
        },
        ...(['fused-2', 'fused-1', 'op-by-op', 'stock'] as const).map((contender) => ({
          data: { values: of(contender) },
          mark: pointOf(contender),
          encoding: { x, y },
        })),
        {
          data: { values: [{ speed: 1 }] },
          mark: { type: 'rule' as const, color: hex(signs[base].colour), strokeWidth: 2 },
          encoding: { x },
        },
        textAt(0, -14, phaseWords[phase], light.ink, { bold: true }),
      ],
    };
  });
  const head = [
    textAt(-326, -88, 'Speed, samples a second', light.ink, { bold: true, size: 15 }),
    ...keyAt(-326, -62, ['fused-2', 'fused-1', base, 'op-by-op', 'stock']),
  ];
  const [left, right] = panels;
  return {
    spec: {
      ...concatHead(light),
      spacing,
      hconcat: [{ ...left, layer: [...left.layer, ...head] }, right],
    },
    frame: { width: 2 * width + spacing, height, margins },
  };
};
