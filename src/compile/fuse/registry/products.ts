/** Kernels of products over planes. */

import * as t from 'io-ts';
import { transposeBlocks, transposeParameters } from '../kernels/dense-weight-gradient.js';
import { product, productParameters } from '../kernels/product.js';
import {
  inputTransform,
  type Matrix,
  outputTransform,
  transformLines,
  transformParameters,
  transposed,
  weightTransform,
} from '../kernels/winograd.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { productLoops, transformLoops, transposeLoops } from '../loops/products.js';
import { oneOf } from './number.js';

/** Dense layers, convolutions, and their adjoints for the input. */
export const productKernel = define({
  name: 'product',
  of: t.strict({
    rows: oneOf(1, 2, 3, 4),
    vectors: oneOf(1, 2, 4),
    onto: t.union([t.boolean, t.strict({ lanes: oneOf(1, 2, 3, 4, 5, 6, 7, 8) })]),
    table: t.boolean,
  }),
  takes: () => productParameters,
  wasm: product,
  native: ({ rows, vectors, onto, table }) => [
    rows,
    vectors,
    typeof onto === 'object' ? 1 + onto.lanes : onto ? 1 : 0,
    table ? 1 : 0,
  ],
  loops: productLoops,
  flops: ({ rows, vectors }, ...[, , , depth, , , lines, , , strips, , , blocks]) =>
    8 * vectors * depth * rows * blocks * strips * lines,
  touches: (
    { rows, vectors, onto, table },
    rangeOf,
    ...[a, b, c, depth, bStep, cStep, lines, bLine, cLine, strips, bStrip, cStrip, blocks]
  ): readonly Touch[] => {
    if (depth * lines * strips * blocks === 0) return [];
    const bytes = 16 * vectors;
    const over = [
      [strips, bStrip],
      [lines, bLine],
    ] as const;
    const [low, high] = table ? rangeOf(bStep, depth) : [0, 0];
    const result = [
      [rows * blocks, cStep],
      [strips, cStrip],
      [lines, cLine],
    ] as const;
    return [
      ...reads(a, 4 * depth * rows * blocks, [strips * lines, 0]),
      ...(table
        ? [
            ...reads(bStep, 4 * depth),
            ...reads(b + low, bytes, ...over, [2, high - low], [Math.ceil(depth / 2), 0]),
          ]
        : reads(b, bytes, ...over, [depth, bStep])),
      ...(typeof onto === 'object'
        ? [
            // two at a time
            ...reads(c, 16 * Math.ceil(onto.lanes / 2), ...result),
            ...writes(c, 8 * onto.lanes, ...result),
          ]
        : [...(onto ? reads(c, bytes, ...result) : []), ...writes(c, bytes, ...result)]),
    ];
  },
});

/** Transposes blocks of features, so that gradients of dense layers become products. */
export const transposeKernel = define({
  name: 'transpose',
  of: t.strict({ rows: oneOf(1, 2, 3, 4, 5, 6, 7, 8), wide: oneOf(1, 2, 3, 4, 5, 6, 7, 8) }),
  takes: () => transposeParameters,
  wasm: ({ rows, wide }) => transposeBlocks(rows, wide),
  native: ({ rows, wide }) => [rows, wide],
  loops: ({ rows, wide }) => transposeLoops(rows, wide),
  flops: () => 0,
  touches: (
    { rows, wide },
    _,
    ...[from, fromRow, fromStrip, fromBlock, to, toBlock, strips, blocks]
  ): readonly Touch[] => [
    ...reads(from, 32, [rows, fromRow], [strips, fromStrip], [blocks, fromBlock]),
    ...writes(to, 32 * wide * strips, [blocks, toBlock]),
  ],
});

const matrices: Readonly<Record<'input' | 'answer' | 'spread' | 'weigh', Matrix>> = {
  input: inputTransform,
  answer: outputTransform,
  spread: transposed(outputTransform),
  weigh: transposed(weightTransform),
};

const operationsOf = (matrix: Matrix): number =>
  matrix.flat().reduce((sum, factor) => sum + (factor === 0 ? 0 : Math.abs(factor) === 1 ? 1 : 2), 0) -
  matrix.length;

/** Transforms of Winograd's method: of the input, of the products, and the adjoints of that and of the weights'. */
export const transformKernel = define({
  name: 'winograd',
  of: t.strict({ matrix: t.keyof({ input: null, answer: null, spread: null, weigh: null }) }),
  takes: () => transformParameters,
  wasm: ({ matrix }) => transformLines(matrices[matrix]),
  native: ({ matrix }) => [matrices[matrix].length, matrices[matrix][0].length, ...matrices[matrix].flat()],
  loops: ({ matrix }) => transformLoops(matrices[matrix]),
  flops: ({ matrix }, ...[, , , , , , , , planes, groups, vectors]) =>
    4 * operationsOf(matrices[matrix]) * planes * groups * vectors,
  touches: (
    { matrix },
    _,
    ...[from, fromLine, fromGroup, fromPlane, to, toLine, toGroup, toPlane, planes, groups, vectors]
  ): readonly Touch[] => {
    const lines = matrices[matrix].length;
    return [
      ...reads(
        from,
        16 * vectors,
        [matrices[matrix][0].length, fromLine],
        [groups, fromGroup],
        [planes, fromPlane],
      ),
      ...writes(to, 16 * vectors, [lines, toLine], [groups, toGroup], [planes, toPlane]),
    ];
  },
});
