/** Kernels of pools and of pixels that move. */

import * as t from 'io-ts';
import { copyLines, gatherParameters, gatherPixels } from '../kernels/gather-pixels.js';
import { mergePairs, pairParameters, splitPairs } from '../kernels/phases.js';
import { poolParameters, poolVjpParameters, poolWindows, poolWindowsVjp } from '../kernels/pool.js';
import { define, reads, type TableRange, type Touch, writes } from '../list/kernel.js';
import {
  copyLinesLoops,
  gatherPixelsLoops,
  mergePairsLoops,
  poolLoops,
  poolVjpLoops,
  splitPairsLoops,
} from '../loops/pixels.js';
import { anyNumber } from './number.js';

const nothing = t.strict({});

/** Copies or adds pixels at positions from a table of lines and a table of columns. */
export const gatherPixelsKernel = define({
  name: 'gatherPixels',
  of: t.strict({ how: t.keyof({ take: null, add: null }) }),
  takes: () => gatherParameters,
  wasm: ({ how }) => gatherPixels(how),
  native: ({ how }) => [how === 'add' ? 1 : 0],
  loops: ({ how }) => gatherPixelsLoops(how),
  flops: ({ how }, ...[, , , , , , , planes, lines, cells]) => (how === 'add' ? planes * lines * cells : 0),
  touches: (
    { how },
    rangeOf,
    ...[near, nearPlane, nearLine, far, farPlane, rows, columns, planes, lines, cells]
  ): readonly Touch[] => {
    if (planes * lines * cells === 0) return [];
    const [row, column] = [rangeOf(rows, lines), rangeOf(columns, cells)];
    const close = [near, 4 * cells, [lines, nearLine], [planes, nearPlane]] as const;
    const first = far + row[0] + column[0];
    const there = [first, row[1] - row[0] + column[1] - column[0] + 4, [planes, farPlane]] as const;
    return [
      ...reads(rows, 4 * lines),
      ...reads(columns, 4 * cells),
      ...(how === 'take'
        ? [...reads(...there), ...writes(...close)]
        : [...reads(...close), ...reads(...there), ...writes(...there)]),
    ];
  },
});

/** Copies lines at positions from a table. */
export const copyLinesKernel = define({
  name: 'copyLines',
  of: nothing,
  takes: () => [
    'near',
    'nearPlane',
    'nearLine',
    'far',
    'farPlane',
    'rows',
    'planes',
    'lines',
    'vectors',
    'rest',
  ],
  wasm: copyLines,
  native: () => [],
  loops: () => copyLinesLoops,
  flops: () => 0,
  touches: (
    _,
    rangeOf,
    ...[near, nearPlane, nearLine, far, farPlane, rows, planes, lines, vectors, rest]
  ): readonly Touch[] => {
    if (planes * lines === 0) return [];
    const bytes = 16 * vectors + 4 * rest;
    const [low, high] = rangeOf(rows, lines);
    return [
      ...reads(rows, 4 * lines),
      ...reads(far + low, bytes + high - low, [planes, farPlane]),
      ...writes(near, bytes, [lines, nearLine], [planes, nearPlane]),
    ];
  },
});

/** Splits lines into their even and their odd pixels. */
export const splitPairsKernel = define({
  name: 'splitPairs',
  of: nothing,
  takes: () => pairParameters,
  wasm: splitPairs,
  native: () => [],
  loops: () => splitPairsLoops,
  flops: () => 0,
  touches: (_, __, ...[from, fromLine, even, odd, toLine, lines, vectors]): readonly Touch[] => [
    ...reads(from, 32 * vectors, [lines, fromLine]),
    ...writes(even, 16 * vectors, [lines, toLine]),
    ...writes(odd, 16 * vectors, [lines, toLine]),
  ],
});

/** Merges lines of even and of odd pixels. */
export const mergePairsKernel = define({
  name: 'mergePairs',
  of: nothing,
  takes: () => ['even', 'odd', 'fromLine', 'to', 'toLine', 'lines', 'vectors'],
  wasm: mergePairs,
  native: () => [],
  loops: () => mergePairsLoops,
  flops: () => 0,
  touches: (_, __, ...[even, odd, fromLine, to, toLine, lines, vectors]): readonly Touch[] => [
    ...reads(even, 16 * vectors, [lines, fromLine]),
    ...reads(odd, 16 * vectors, [lines, fromLine]),
    ...writes(to, 32 * vectors, [lines, toLine]),
  ],
});

const pool = t.strict({ fn: t.keyof({ max: null, mean: null }), scale: anyNumber });

/** All memory that windows reach from lines of `vectors` vectors. */
const windows = (
  rangeOf: TableRange,
  at: number,
  vectors: number,
  [table, taps]: readonly [number, number],
  ...steps: readonly (readonly [number, number])[]
): readonly [number, number, ...(readonly [number, number])[]] => {
  const [low, high] = rangeOf(table, taps);
  return [at + low, 16 * vectors + high - low, ...steps];
};

/** The maximum or mean of windows. */
export const poolKernel = define({
  name: 'pool',
  of: pool,
  takes: () => poolParameters,
  wasm: ({ fn, scale }) => poolWindows(fn, scale),
  native: ({ fn, scale }) => [fn === 'max' ? 1 : 0, scale],
  loops: ({ fn, scale }) => poolLoops(fn, scale),
  flops: (_, ...[, , , , taps, , , , planes, lines, vectors]) => 4 * taps * planes * lines * vectors,
  touches: (
    _,
    rangeOf,
    ...[x, xPlane, xLine, table, taps, to, toPlane, toLine, planes, lines, vectors]
  ): readonly Touch[] => {
    if (taps * planes * lines * vectors === 0) return [];
    return [
      ...reads(table, 4 * taps),
      ...reads(...windows(rangeOf, x, vectors, [table, taps], [lines, xLine], [planes, xPlane])),
      ...writes(to, 16 * vectors, [lines, toLine], [planes, toPlane]),
    ];
  },
});

/** The VJP of a pool, added to the values in memory. */
export const poolVjpKernel = define({
  name: 'poolVjp',
  of: pool,
  takes: () => poolVjpParameters,
  wasm: ({ fn, scale }) => poolWindowsVjp(fn, scale),
  native: ({ fn, scale }) => [fn === 'max' ? 1 : 0, scale],
  loops: ({ fn, scale }) => poolVjpLoops(fn, scale),
  flops: (_, ...[, , , , , taps, , , , , planes, lines, vectors]) =>
    4 * taps * planes * lines * (vectors + 1),
  touches: (
    { fn },
    rangeOf,
    ...[x, xPlane, xLine, dx, table, taps, top, d, plane, line, planes, lines, vectors, mask]
  ): readonly Touch[] => {
    if (taps * planes * lines === 0) return [];
    const over = [
      [lines, xLine],
      [planes, xPlane],
    ] as const;
    const all = vectors + 1;
    const results = [16 * all, [lines, line], [planes, plane]] as const;
    return [
      ...reads(table, 4 * taps),
      ...reads(mask, 16),
      ...reads(d, ...results),
      ...(fn === 'max'
        ? [...reads(top, ...results), ...reads(...windows(rangeOf, x, all, [table, taps], ...over))]
        : []),
      ...reads(...windows(rangeOf, dx, all, [table, taps], ...over)),
      ...writes(...windows(rangeOf, dx, all, [table, taps], ...over)),
    ];
  },
});
