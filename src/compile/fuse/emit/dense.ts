/** Dense layers and their gradients. */

import type { FieldOpOf } from '../ir/field.js';
import { transposeBlocks } from '../kernels/dense-weight-gradient.js';
import { product } from '../kernels/product.js';
import { addOnto } from '../kernels/sums.js';
import type { Address, Instruction } from '../memory/address.js';
import { dots } from './dots.js';
import { before, type EmitContext, type Operand, outerInner } from './emitting.js';
import { blockOffset, blocksOf, densePacking } from './pack-weights.js';
import { emitStrassen, isStrassen } from './strassen.js';

export const emitDense = (
  op: FieldOpOf<'dense'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  if (isStrassen(op, e, e.grid)) return emitStrassen(op, x, w, out, e);
  const packing = densePacking(op);
  const packed = e.packed(w.node, packing, `dense ${op.count} ${op.to} ${op.transposed}`);
  const strips = e.strips ?? (() => Math.ceil(e.grid.pixels / 8));
  const { inner, count, to } = op;
  return [
    ...before(packed),
    ...blocksOf(to).flatMap((blocks) => {
      const run = e.arena.kernel(`product ${blocks.rows} 2`, () =>
        product({ rows: blocks.rows, vectors: 2, onto: false, table: false }),
      );
      const a = packed.at + blockOffset(packing, blocks.first);
      return outerInner(op).map(
        ([o, i]): Instruction =>
          (t) =>
            run(
              a,
              x.address.at(t) + (o * count * inner + i) * x.address.plane,
              out.address.at(t) + ((o * to + blocks.first) * inner + i) * out.address.plane,
              count,
              inner * x.address.plane,
              inner * out.address.plane,
              1,
              0,
              0,
              strips(t),
              x.address.strip,
              out.address.strip,
              blocks.count,
            ),
      );
    }),
  ];
};

/** The number of tiles whose sums are added in single precision. */
const tilesTogether = 32;

/** The gradient of a dense layer by its weights, tile by tile. */
export const emitDenseWeight = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
  strips: (t: number) => number,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  const wide = Math.ceil(to / 8);
  // only pixels of the field: past the last one there may be NaN
  const pixels = (t: number): number => Math.min(8 * strips(t), e.grid.pixels - 8 * e.most * t);
  const yBlock = e.most * 256;
  const xBytes = e.most * 32 * count;
  // sums of tiles are added up, and after some tiles added to the doubles
  const sums = e.arena.allocate(4 * count * to);
  const added = e.arena.kernel('addOnto taking', () => addOnto(true));
  const doubles = e.doubles(out.node);
  const fours = Math.ceil((count * to) / 4);
  const last = Math.ceil(e.grid.pixels / (8 * e.most)) - 1;
  const all = outerInner(op).length;
  const turned = e.scratch.take(wide * yBlock + xBytes);
  /** Blocks of `rows` features from the first on; where they are put depends on how many pixels there are. */
  const turnBlocks = (
    address: Address,
    first: number,
    { rows, blocks, width }: { readonly rows: number; readonly blocks: number; readonly width: number },
    to: (pixels: number) => number,
    toBlock: (pixels: number) => number,
  ): Instruction => {
    const run = e.arena.kernel(`transposeBlocks ${rows} ${width}`, () => transposeBlocks(rows, width));
    const row = inner * address.plane;
    return (t) => {
      const count = pixels(t);
      run(
        address.at(t) + first * address.plane,
        row,
        address.strip,
        rows * row,
        turned() + to(count),
        toBlock(count),
        strips(t),
        blocks,
      );
    };
  };
  const eights = [
    { rows: 8, blocks: Math.floor(to / 8), first: 0 },
    { rows: to % 8, blocks: 1, first: to - (to % 8) },
  ].filter(({ rows, blocks }) => rows * blocks > 0);
  return outerInner(op).flatMap(([o, i], middle): Instruction[] => [
    ...eights.map(({ rows, blocks, first }) =>
      turnBlocks(
        dy.address,
        (o * to + first) * inner + i,
        { rows, blocks, width: 8 },
        () => (first / 8) * yBlock,
        () => yBlock,
      ),
    ),
    // blocks follow each other without gaps: each overwrites what the block before it wrote past the last pixel
    ...blocksOf(count).map(({ rows, count: blocks, first }) =>
      turnBlocks(
        x.address,
        (o * count + first) * inner + i,
        { rows, blocks, width: rows },
        (count) => wide * yBlock + count * 4 * first,
        (count) => count * 4 * rows,
      ),
    ),
    // in the order of the rows: the next row overwrites what a row shorter than eight wrote past its end
    ...blocksOf(count).map(({ rows, count: blocks, first }): Instruction => {
      const run = e.arena.kernel(`product ${rows} 2 onto`, () =>
        product({ rows, vectors: 2, onto: true, table: false }),
      );
      return (t) =>
        run(
          turned() + wide * yBlock + pixels(t) * 4 * first,
          turned(),
          sums + 4 * first * to,
          pixels(t),
          32,
          4 * to,
          1,
          0,
          0,
          wide,
          yBlock,
          32,
          blocks,
        );
    }),
    (t) => {
      const done = t * all + middle + 1;
      if (done % tilesTogether === 0 || (t === last && middle === all - 1)) added(sums, doubles, fours);
    },
  ]);
};

/** The gradient of a dense layer by its weights, on whole planes. */
export const emitDenseWeightWhole = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  const sums = e.doubles(out.node);
  return outerInner(op).flatMap(([o, i]) =>
    dots(e.arena, {
      x: (t) => x.address.at(t) + (o * count * inner + i) * x.address.plane,
      offsets: Array.from({ length: count }, (_, row) => row * inner * x.address.plane),
      y: (t) => dy.address.at(t) + (o * to * inner + i) * dy.address.plane,
      yRow: inner * dy.address.plane,
      columns: to,
      c: () => sums,
      cRow: to,
      lines: 1,
      xLine: 0,
      yLine: 0,
      width: e.grid.pixels,
    }),
  );
};
