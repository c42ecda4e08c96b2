/** Results as text. */

import type { Phase } from './cases.js';
import type { Ceiling } from './ceiling/index.js';
import { isPeer, threadsOf } from './contenders/process.js';
import { type Contender, contenders } from './contenders/protocol.js';
import type { Timed } from './measure.js';
import { ratio } from './statistics.js';

export const contenderWords: Readonly<Record<Contender, string>> = {
  'native-2': 'drumhead native, 2 threads',
  'native-1': 'drumhead native, 1 thread',
  'fused-2': 'drumhead fused, 2 threads',
  'fused-1': 'drumhead fused, 1 thread',
  'op-by-op': 'drumhead op by op, 2 threads',
  stock: 'stock tfjs-wasm, 1 thread',
  tensorflow: 'drumhead on tensorflow',
  torch: 'PyTorch tuned, 2 threads',
  'torch-compiled': 'PyTorch compiled, 2 threads',
  jax: 'JAX jit, 2 threads',
};

export const phaseWords: Readonly<Record<Phase, string>> = { train: 'training step', infer: 'inference' };

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** Three digits, in a suitable unit. */
export const duration = (seconds: number): string =>
  seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;

/** How many times as long a takes as b for one sample. */
export const perSample = (a: Timed, b: Timed): number =>
  (ratio(a.seconds, b.seconds) * b.row.batch) / a.row.batch;

/** The same of the least times. */
export const leastPerSample = (a: Timed, b: Timed): number =>
  (a.row.secondsMin / a.row.batch) * (b.row.batch / b.row.secondsMin);

/** Rows with aligned columns: the first to the left, figures to the right. */
export const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((entry, i) => (i === 0 ? entry.padEnd(widths[i]) : entry.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
};

const times = (ratio: number): string => ratio.toFixed(ratio < 0.1 ? 3 : 2);

const versus = (one: Timed, other: Timed | undefined): string =>
  other === undefined || other === one
    ? ''
    : `${times(perSample(one, other))} (${times(leastPerSample(one, other))})`;

const head = [
  '',
  'batch',
  'median',
  'least',
  'GFLOP/s',
  'of ceiling',
  'peak',
  'x PyTorch (least)',
  'x stock (least)',
];

/** One phase of one case. Ratios are of times per sample. */
export const showPhase = (timed: readonly Timed[], ceilings: Readonly<Record<1 | 2, Ceiling>>): string => {
  const find = (contender: Contender): Timed | undefined =>
    timed.find(({ row }) => row.contender === contender);
  const rows = timed.map((one) => {
    const { contender, batch, secondsMedian, secondsMin, peakBytes, gflops } = one.row;
    // the ceiling is that of vectors of four floats, which does not apply to other libraries and native code
    const share =
      isPeer(contender) || contender.startsWith('native')
        ? ''
        : `${((100 * gflops) / ceilings[threadsOf(contender)].gflops).toFixed(0)} %`;
    return [
      `  ${contenderWords[contender]}`,
      String(batch),
      duration(secondsMedian),
      duration(secondsMin),
      gflops.toFixed(1),
      share,
      gigabytes(peakBytes),
      versus(one, find('torch')),
      versus(one, find('stock')),
    ];
  });
  const { row } = timed[0];
  return [`${row.case}, ${phaseWords[row.phase]}`, ...columns([head, ...rows])].join('\n');
};

/**
 * Our time as a multiple of each other contender's, one line per case and phase: for native code if it ran,
 * then for WebAssembly.
 */
export const showRatios = (all: readonly Timed[]): string =>
  (['native-2', 'fused-2'] as const)
    .filter((contender) => all.some(({ row }) => row.contender === contender))
    .map((contender) => ratiosOver(all, contender))
    .join('\n\n');

const ratiosOver = (all: readonly Timed[], own: 'native-2' | 'fused-2'): string => {
  const keys = [...new Set(all.map(({ row }) => `${row.case}, ${phaseWords[row.phase]}`))];
  const others = contenders.filter(
    (contender) => contender !== own && all.some(({ row }) => row.contender === contender),
  );
  const lines = keys.map((key) => {
    const here = all.filter(({ row }) => `${row.case}, ${phaseWords[row.phase]}` === key);
    const ours = here.find(({ row }) => row.contender === own);
    return [
      key,
      ...others.map((contender) => {
        const other = here.find(({ row }) => row.contender === contender);
        return ours === undefined || other === undefined ? '-' : versus(ours, other);
      }),
    ];
  });
  return columns([[`time of ${contenderWords[own]}, over that of`, ...others], ...lines]).join('\n');
};
