/** Gradients of dense layers for their weights if pixels are samples: sums over a block of samples. */

import type { FieldOpOf } from '../../ir/field.js';
import { plus } from '../../list/argument.js';
import type { Instruction } from '../../list/instruction.js';
import { pixelsOf } from '../../memory/address.js';
import { productKernel } from '../../registry/products.js';
import { dots } from '../dots.js';
import { type EmitContext, gridIn, type Operand, outerInner } from '../emitting.js';
import { blocksOf } from '../pack-weights.js';
import { eightsOf, turnedByEight, turnedByRows } from './transposed-blocks.js';

/** Layers with fewer features are computed by dot products, since transposing takes as long as it saves. */
const leastTurned = 16;

export const emitDenseWeightOfSamples = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] =>
  Math.min(op.count, op.to) >= leastTurned ? asProducts(op, x, dy, out, e) : asDots(op, x, dy, out, e);

const asDots = (
  { outer, count, inner, to }: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const sums = e.doubles(out.node);
  const { plane } = x.address;
  return Array.from({ length: inner }, (_, i) =>
    dots(e.arena, {
      x: plus(x.address.at, i * plane),
      offsets: Array.from({ length: count }, (_, row) => row * inner * plane),
      y: plus(dy.address.at, i * plane),
      yRow: inner * plane,
      columns: to,
      c: sums,
      cRow: to,
      lines: outer,
      xLine: count * inner * plane,
      yLine: to * inner * plane,
      width: pixelsOf(gridIn(x)),
    }),
  ).flat();
};

/** Both sides transposed: c[i, j] += sum over samples of x[sample, i] y[sample, j], in double precision from block to block. */
const asProducts = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { count, inner, to } = op;
  // only real samples: past the last one there may be NaN
  const samples = pixelsOf(gridIn(x));
  const strips = Math.ceil(samples / 8);
  const yBlock = strips * 256;
  const yBytes = Math.ceil(to / 8) * yBlock;
  const doubles = e.doubles(out.node);
  const turned = e.scratch.take(yBytes + strips * 32 * count);
  return outerInner(op).flatMap(([o, i]): Instruction[] => [
    ...turnedByEight(
      { address: dy.address, plane: o * to * inner + i, apart: inner },
      to,
      turned,
      yBlock,
      strips,
    ),
    ...turnedByRows(
      { address: x.address, plane: o * count * inner + i, apart: inner },
      count,
      plus(turned, yBytes),
      samples,
      strips,
    ),
    // the rest is written exactly, not as a whole block
    ...blocksOf(count).flatMap(({ rows, count: blocks, first }) =>
      eightsOf(to).map(({ rows: lanes, blocks: columns, first: column }) =>
        productKernel.call({ rows, vectors: 2, onto: { lanes }, table: false }, [
          plus(turned, yBytes + samples * 4 * first),
          plus(turned, (column / 8) * yBlock),
          plus(doubles, 8 * (first * to + column)),
          samples,
          32,
          8 * to,
          1,
          0,
          0,
          columns,
          yBlock,
          64,
          blocks,
        ]),
      ),
    ),
  ]);
};
