/** Kernels over lists of numbers, and those that pack weights for products. */

import * as t from 'io-ts';
import { listDense, listDenseWeight, listReduce } from '../kernels/lists.js';
import { pickCells } from '../kernels/move.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { listDenseLoops, listDenseWeightLoops, listFirstMaxLoops, listReduceLoops } from '../loops/lists.js';
import { pickCellsLoops } from '../loops/moves.js';
import { mixCellsLoops } from '../loops/weights.js';
import { along, anyNumber, size } from './number.js';

/** A layer along the middle of a list. */
export const listDenseKernel = define({
  name: 'listDense',
  of: t.strict({ ...along, to: size, transposed: t.boolean }),
  takes: () => ['x', 'weights', 'to'],
  wasm: listDense,
  native: ({ outer, count, inner, to, transposed }) => [outer, count, inner, to, transposed ? 1 : 0],
  loops: listDenseLoops,
  flops: ({ outer, count, inner, to }) => 2 * outer * count * inner * to,
  touches: ({ outer, count, inner, to }, _, x, weights, result): readonly Touch[] => [
    ...reads(x, 4 * outer * count * inner),
    ...reads(weights, 4 * count * to),
    ...writes(result, 4 * outer * to * inner),
  ],
});

/** The VJP of such a layer for its weights, added to doubles. */
export const listDenseWeightKernel = define({
  name: 'listDenseWeight',
  of: t.strict({ ...along, to: size }),
  takes: () => ['x', 'cotangent', 'to'],
  wasm: listDenseWeight,
  native: ({ outer, count, inner, to }) => [outer, count, inner, to],
  loops: listDenseWeightLoops,
  flops: ({ outer, count, inner, to }) => 2 * outer * count * inner * to,
  touches: ({ outer, count, inner, to }, _, x, cotangent, result): readonly Touch[] => [
    ...reads(x, 4 * outer * count * inner),
    ...reads(cotangent, 4 * outer * to * inner),
    ...reads(result, 8 * count * to),
    ...writes(result, 8 * count * to),
  ],
});

/** Reduces along the middle of a list. */
export const listReduceKernel = define({
  name: 'listReduce',
  of: t.strict({ ...along, fn: t.keyof({ sum: null, max: null }) }),
  takes: () => ['x', 'to'],
  wasm: listReduce,
  native: ({ outer, count, inner, fn }) => [outer, count, inner, fn === 'max' ? 1 : 0],
  loops: listReduceLoops,
  flops: ({ outer, count, inner }) => outer * count * inner,
  touches: ({ outer, count, inner }, _, x, result): readonly Touch[] => [
    ...reads(x, 4 * outer * count * inner),
    ...writes(result, 4 * outer * inner),
  ],
});

/** The adjoint of max along the middle of a list. */
export const listFirstMaxKernel = define({
  name: 'listFirstMax',
  of: t.strict(along),
  takes: () => ['x', 'maximum', 'cotangent', 'to'],
  native: ({ outer, count, inner }) => [outer, count, inner],
  loops: listFirstMaxLoops,
  flops: ({ outer, count, inner }) => outer * count * inner,
  touches: ({ outer, count, inner }, _, x, maximum, cotangent, result): readonly Touch[] => [
    ...reads(x, 4 * outer * count * inner),
    ...reads(maximum, 4 * outer * inner),
    ...reads(cotangent, 4 * outer * inner),
    ...writes(result, 4 * outer * count * inner),
  ],
});

/** Copies numbers from positions in a table, four at a time. */
export const pickCellsKernel = define({
  name: 'pickCells',
  of: t.strict({}),
  takes: () => ['table', 'from', 'to', 'fours'],
  wasm: pickCells,
  native: () => [],
  loops: () => pickCellsLoops,
  flops: () => 0,
  touches: (_, rangeOf, table, from, to, fours): readonly Touch[] => {
    if (fours === 0) return [];
    const [low, high] = rangeOf(table, 4 * fours);
    return [
      ...reads(table, 16 * fours),
      ...reads(from + low, 4, [2, high - low], [2 * fours, 0]),
      ...writes(to, 16 * fours),
    ];
  },
});

/** Weighted sums of numbers `step` apart, from positions in a table. */
export const mixCellsKernel = define({
  name: 'mixCells',
  of: t.strict({ factors: t.readonlyArray(anyNumber) }),
  takes: () => ['table', 'from', 'step', 'to', 'count'],
  native: ({ factors }) => factors,
  loops: ({ factors }) => mixCellsLoops(factors),
  flops: ({ factors }, ...[, , , , count]) => 2 * factors.length * count,
  touches: ({ factors }, rangeOf, table, from, step, to, count): readonly Touch[] => {
    if (count === 0) return [];
    const [low, high] = rangeOf(table, count);
    return [
      ...reads(table, 4 * count),
      ...reads(from + low, 4, [2, high - low], [factors.length, step], [Math.ceil(count / 2), 0]),
      ...writes(to, 4 * count),
    ];
  },
});
