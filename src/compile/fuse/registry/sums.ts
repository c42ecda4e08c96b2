/** Kernels of long sums. */

import * as t from 'io-ts';
import {
  addOnto,
  dot,
  dotParameters,
  roundToFloats,
  sumParameters,
  sumPlanes,
  sumShortParameters,
  sumShortPlanes,
} from '../kernels/sums.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { addOntoLoops, dotLoops, roundLoops, sumPlanesLoops, sumShortPlanesLoops } from '../loops/sums.js';
import { anyNumber, oneOf } from './number.js';

/** Dot products of lines of planes, added to doubles. */
export const dotKernel = define({
  name: 'dot',
  of: t.strict({ rows: oneOf(1, 2, 3, 4), columns: oneOf(1, 2) }),
  takes: () => dotParameters,
  wasm: ({ rows, columns }) => dot(rows, columns),
  native: ({ rows, columns }) => [rows, columns],
  loops: ({ rows, columns }) => dotLoops(rows, columns),
  flops: ({ rows, columns }, ...[, , , , , , , blocks, lines, , , vectors, , iBlocks, jBlocks]) =>
    8 * (vectors + 1) * lines * blocks * rows * iBlocks * columns * jBlocks,
  touches: (
    { rows, columns },
    rangeOf,
    ...[x, offsets, y, yRow, c, cRow, cColumn, blocks, lines, xLine, yLine, vectors, mask, iBlocks, jBlocks]
  ): readonly Touch[] => {
    const [i, j, line] = [rows * iBlocks, columns * jBlocks, 16 * (vectors + 1)];
    if (i * j * blocks * lines === 0) return [];
    const [low, high] = rangeOf(offsets, i);
    const result = [
      [i, cRow],
      [j, cColumn],
    ] as const;
    return [
      ...reads(offsets, 4 * i),
      ...reads(mask, 16),
      ...reads(x + low, line, [blocks * lines, xLine], [2, high - low], [Math.ceil((i * j) / 2), 0]),
      ...reads(y, line, [blocks * lines, yLine], [j, yRow]),
      ...reads(c, 8, ...result),
      ...writes(c, 8, ...result),
    ];
  },
});

/** Sums of planes, added to doubles. */
export const sumPlanesKernel = define({
  name: 'sumPlanes',
  of: t.strict({ scale: anyNumber }),
  takes: () => sumParameters,
  wasm: ({ scale }) => sumPlanes(scale),
  native: ({ scale }) => [scale],
  loops: ({ scale }) => sumPlanesLoops(scale),
  flops: (_, ...[, , , , planes, strips, vectors]) => 4 * planes * strips * (vectors + 1),
  touches: (_, __, ...[from, plane, strip, to, planes, strips, vectors, mask]): readonly Touch[] => [
    ...reads(mask, 16),
    ...reads(from, 16 * (vectors + 1), [planes, plane], [strips, strip]),
    ...reads(to, 8 * planes),
    ...writes(to, 8 * planes),
  ],
});

/** Sums of short planes, each in single precision, added to doubles. */
export const sumShortPlanesKernel = define({
  name: 'sumShortPlanes',
  of: t.strict({ scale: anyNumber }),
  takes: () => sumShortParameters,
  wasm: ({ scale }) => sumShortPlanes(scale),
  native: ({ scale }) => [scale],
  loops: ({ scale }) => sumShortPlanesLoops(scale),
  flops: (_, ...[, , , planes, vectors]) => 4 * planes * (vectors + 1),
  touches: (_, __, ...[from, plane, to, planes, vectors, mask]): readonly Touch[] => [
    ...reads(mask, 16),
    ...reads(from, 16 * (vectors + 1), [planes, plane]),
    ...reads(to, 8 * planes),
    ...writes(to, 8 * planes),
  ],
});

const wide = ['from', 'to', 'fours'] as const;

/** Adds floats to doubles; with `taking` the floats are set to zero afterwards. */
export const addOntoKernel = define({
  name: 'addOnto',
  of: t.strict({ taking: t.boolean }),
  takes: () => wide,
  wasm: ({ taking }) => addOnto(taking),
  native: ({ taking }) => [taking ? 1 : 0],
  loops: ({ taking }) => addOntoLoops(taking),
  flops: (_, ...[, , fours]) => 4 * fours,
  touches: ({ taking }, _, from, to, fours): readonly Touch[] => [
    ...reads(from, 16 * fours),
    ...(taking ? writes(from, 16 * fours) : []),
    ...reads(to, 32 * fours),
    ...writes(to, 32 * fours),
  ],
});

/** Rounds doubles to floats. */
export const roundKernel = define({
  name: 'round',
  of: t.strict({}),
  takes: () => wide,
  wasm: roundToFloats,
  native: () => [],
  loops: () => roundLoops,
  flops: () => 0,
  touches: (_, __, from, to, fours): readonly Touch[] => [
    ...reads(from, 32 * fours),
    ...writes(to, 16 * fours),
  ],
});
