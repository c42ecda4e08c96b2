/** Kernels that move and reduce planes. */

import * as t from 'io-ts';
import { crossEntropy, entropyParameters } from '../kernels/cross-entropy.js';
import { addCells, copy, copyCells, copyParameters, fill } from '../kernels/move.js';
import { firstMax, reduceParameters, reducePlanes } from '../kernels/reduce.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { foldReflectedLoops } from '../loops/margins.js';
import {
  addCellsLoops,
  copyCellsLoops,
  copyLoops,
  crossEntropyLoops,
  fillLoops,
  firstMaxLoops,
  reduceLoops,
} from '../loops/moves.js';
import { size } from './number.js';

const nothing = t.strict({});

/** Copies blocks of whole vectors. */
export const copyKernel = define({
  name: 'copy',
  of: nothing,
  takes: () => copyParameters,
  wasm: copy,
  native: () => [],
  loops: () => copyLoops,
  flops: () => 0,
  touches: (
    _,
    __,
    ...[from, fromInner, fromOuter, to, toInner, toOuter, outer, inner, vectors]
  ): readonly Touch[] => [
    ...reads(from, 16 * vectors, [inner, fromInner], [outer, fromOuter]),
    ...writes(to, 16 * vectors, [inner, toInner], [outer, toOuter]),
  ],
});

/** Copies single numbers. */
export const copyCellsKernel = define({
  name: 'copyCells',
  of: nothing,
  takes: () => copyParameters.slice(0, -1),
  wasm: copyCells,
  native: () => [],
  loops: () => copyCellsLoops,
  flops: () => 0,
  touches: (_, __, ...[from, fromInner, fromOuter, to, toInner, toOuter, outer, inner]): readonly Touch[] => [
    ...reads(from, 4, [inner, fromInner], [outer, fromOuter]),
    ...writes(to, 4, [inner, toInner], [outer, toOuter]),
  ],
});

/** Adds single numbers. */
export const addCellsKernel = define({
  name: 'addCells',
  of: nothing,
  takes: () => copyParameters.slice(0, -1),
  wasm: addCells,
  native: () => [],
  loops: () => addCellsLoops,
  flops: (_, ...[, , , , , , outer, inner]) => outer * inner,
  touches: (_, __, ...[from, fromInner, fromOuter, to, toInner, toOuter, outer, inner]): readonly Touch[] => [
    ...reads(from, 4, [inner, fromInner], [outer, fromOuter]),
    ...reads(to, 4, [inner, toInner], [outer, toOuter]),
    ...writes(to, 4, [inner, toInner], [outer, toOuter]),
  ],
});

/** Fills with the number at an address. */
export const fillKernel = define({
  name: 'fill',
  of: nothing,
  takes: () => ['value', 'to', 'toOuter', 'outer', 'vectors'],
  wasm: fill,
  native: () => [],
  loops: () => fillLoops,
  flops: () => 0,
  touches: (_, __, value, to, toOuter, outer, vectors): readonly Touch[] => [
    ...reads(value, 4),
    ...writes(to, 16 * vectors, [outer, toOuter]),
  ],
});

/** Reduces along the middle of planes. */
export const reduceKernel = define({
  name: 'reduce',
  of: t.strict({ fn: t.keyof({ sum: null, longSum: null, max: null }) }),
  takes: () => reduceParameters,
  wasm: ({ fn }) => reducePlanes(fn),
  native: ({ fn }) => [['sum', 'longSum', 'max'].indexOf(fn)],
  loops: ({ fn }) => reduceLoops(fn),
  flops: (_, ...[, , outer, count, inner, , vectors, strips]) => 4 * vectors * strips * outer * count * inner,
  touches: (
    _,
    __,
    ...[from, to, outer, count, inner, plane, vectors, strips, fromStrip, toStrip]
  ): readonly Touch[] => [
    ...reads(from, 16 * vectors, [outer * count * inner, plane], [strips, fromStrip]),
    ...writes(to, 16 * vectors * outer * inner, [strips, toStrip]),
  ],
});

/** The adjoint of max along the middle. */
export const firstMaxKernel = define({
  name: 'firstMax',
  of: nothing,
  takes: () => [
    'x',
    'maximum',
    'cotangent',
    'to',
    'outer',
    'count',
    'inner',
    'plane',
    'vectors',
    'strips',
    'strip',
    'smallStrip',
  ],
  wasm: firstMax,
  native: () => [],
  loops: () => firstMaxLoops,
  flops: (_, ...[, , , , outer, count, inner, , vectors, strips]) =>
    4 * vectors * strips * outer * count * inner,
  touches: (
    _,
    __,
    ...[x, top, d, to, outer, count, inner, plane, vectors, strips, strip, smallStrip]
  ): readonly Touch[] => {
    const large = [
      [outer * count * inner, plane],
      [strips, strip],
    ] as const;
    const bytes = 16 * vectors * outer * inner;
    return [
      ...reads(x, 16 * vectors, ...large),
      ...reads(top, bytes, [strips, smallStrip]),
      ...reads(d, bytes, [strips, smallStrip]),
      ...writes(to, 16 * vectors, ...large),
    ];
  },
});

/** The softmax cross-entropy of strips, and its gradient. */
export const crossEntropyKernel = define({
  name: 'crossEntropy',
  of: nothing,
  takes: () => entropyParameters,
  wasm: crossEntropy,
  native: () => [],
  loops: () => crossEntropyLoops,
  // for each class a difference, exp, two sums and a product; as many again for the gradient; log
  flops: (_, ...[, , , classes, strips]) => 8 * strips * (8 * classes + 5),
  touches: (_, __, ...[logits, labels, to, classes, strips, scale, weights, total]): readonly Touch[] => [
    ...reads(logits, 32 * classes * strips),
    ...reads(labels, 32 * strips),
    ...reads(scale, 4),
    ...reads(weights, 4 * classes),
    ...reads(total, 32),
    ...writes(to, 32 * classes * strips),
    ...writes(total, 32),
  ],
});

const margins = { top: size, bottom: size, left: size, right: size };

/** The adjoint of reflecting margins. */
export const foldReflectedKernel = define({
  name: 'foldReflected',
  of: t.strict({ height: size, width: size, ...margins }),
  takes: () => ['from', 'line', 'plane', 'to', 'toPlane', 'planes'],
  native: ({ height, width, top, bottom, left, right }) => [height, width, top, bottom, left, right],
  loops: foldReflectedLoops,
  flops: ({ height, width, top, bottom, left, right }, ...[, , , , , planes]) =>
    planes * (height + top + bottom) * (width + left + right),
  touches: (
    { height, width, top, bottom, left, right },
    _,
    ...[from, line, plane, to, toPlane, planes]
  ): readonly Touch[] => {
    const bytes = 4 * (left + width + right);
    const first = from - top * line - 4 * left;
    return [
      ...reads(first, bytes, [top + height + bottom, line], [planes, plane]),
      ...reads(to, 4 * height * width, [planes, toPlane]),
      ...writes(to, 4 * height * width, [planes, toPlane]),
    ];
  },
});
