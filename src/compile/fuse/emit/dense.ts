/** Dense layers and their gradients. */

import type { FieldOpOf } from '../ir/field.js';
import { product } from '../kernels/product.js';
import { addOnto } from '../kernels/sums.js';
import { turn } from '../kernels/weights.js';
import type { Instruction, Place } from '../memory/address.js';
import { dots } from './dots.js';
import { before, type Emitting, middles, type Operand } from './emitting.js';
import { blockOffset, blocksOf, densePacking } from './pack-weights.js';
import { emitQuarters, isQuartered } from './strassen.js';

export const emitDense = (
  op: FieldOpOf<'dense'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  if (isQuartered(op, e, e.grid)) return emitQuarters(op, x, w, out, e);
  const packing = densePacking(op);
  const packed = e.packed(w.node, packing, `dense ${op.count} ${op.to} ${op.transposed}`);
  const strips = e.strips ?? (() => Math.ceil(e.grid.pixels / 8));
  const { inner, count, to } = op;
  return [
    ...before(packed),
    ...blocksOf(to).flatMap((blocks) => {
      const run = e.machine.kernel(`product ${blocks.rows} 2`, () =>
        product({ rows: blocks.rows, vectors: 2, onto: false, table: false }),
      );
      const a = packed.at + blockOffset(packing, blocks.first);
      return middles(op).map(
        ([o, i]): Instruction =>
          (t) =>
            run(
              a,
              x.place.at(t) + (o * count * inner + i) * x.place.plane,
              out.place.at(t) + ((o * to + blocks.first) * inner + i) * out.place.plane,
              count,
              inner * x.place.plane,
              inner * out.place.plane,
              1,
              0,
              0,
              strips(t),
              x.place.strip,
              out.place.strip,
              blocks.count,
            ),
      );
    }),
  ];
};

/** Sums of tiles that are added up in single precision. */
const tilesTogether = 32;

export const emitDenseWeight = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: Emitting,
  strips: (t: number) => number,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  const wide = Math.ceil(to / 8);
  // only pixels of the field: what lies past the last one may be no number
  const pixels = (t: number): number => Math.min(8 * strips(t), e.grid.pixels - 8 * e.most * t);
  const yBlock = e.most * 256;
  const xBytes = e.most * 32 * count;
  // sums of a tile are added to those of others, and these, now and then, to the doubles
  const sums = e.machine.allocate(4 * count * to);
  const added = e.machine.kernel('addOnto taking', () => addOnto(true));
  const doubles = e.doubles(out.node);
  const fours = Math.ceil((count * to) / 4);
  const last = Math.ceil(e.grid.pixels / (8 * e.most)) - 1;
  const all = middles(op).length;
  const turned = e.scratch.take(wide * yBlock + xBytes);
  /** Blocks of `rows` features from the first on; where they are put depends on how many pixels there are. */
  const turnBlocks = (
    place: Place,
    first: number,
    { rows, blocks, width }: { readonly rows: number; readonly blocks: number; readonly width: number },
    to: (pixels: number) => number,
    toBlock: (pixels: number) => number,
  ): Instruction => {
    const run = e.machine.kernel(`turn ${rows} ${width}`, () => turn(rows, width));
    const row = inner * place.plane;
    return (t) => {
      const count = pixels(t);
      run(
        place.at(t) + first * place.plane,
        row,
        place.strip,
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
  return middles(op).flatMap(([o, i], middle): Instruction[] => [
    ...eights.map(({ rows, blocks, first }) =>
      turnBlocks(
        dy.place,
        (o * to + first) * inner + i,
        { rows, blocks, width: 8 },
        () => (first / 8) * yBlock,
        () => yBlock,
      ),
    ),
    // one block after the other without gaps: each overwrites what the one before it has past the last pixel
    ...blocksOf(count).map(({ rows, count: blocks, first }) =>
      turnBlocks(
        x.place,
        (o * count + first) * inner + i,
        { rows, blocks, width: rows },
        (count) => wide * yBlock + count * 4 * first,
        (count) => count * 4 * rows,
      ),
    ),
    // in the order of the rows: where a row is shorter than eight, the next one mends what lies past its end
    ...blocksOf(count).map(({ rows, count: blocks, first }): Instruction => {
      const run = e.machine.kernel(`product ${rows} 2 onto`, () =>
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

export const emitDenseWeightWhole = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: Emitting,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  const sums = e.doubles(out.node);
  return middles(op).flatMap(([o, i]) =>
    dots(e.machine, {
      x: (t) => x.place.at(t) + (o * count * inner + i) * x.place.plane,
      offsets: Array.from({ length: count }, (_, row) => row * inner * x.place.plane),
      y: (t) => dy.place.at(t) + (o * to * inner + i) * dy.place.plane,
      yRow: inner * dy.place.plane,
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
