/** Dense layers and their gradients. */

import { type FieldOpOf, headsOf } from '../../ir/field.js';
import { range } from '../../kernels/product.js';
import { choice, plus, timesOf } from '../../list/argument.js';
import type { Instruction } from '../../list/instruction.js';
import { pixelsOf } from '../../memory/address.js';
import { productKernel } from '../../registry/products.js';
import { addOntoKernel } from '../../registry/sums.js';
import { dots } from '../dots.js';
import { type Doubles, type EmitContext, gridIn, type Operand, outerInner, type Tile } from '../emitting.js';
import { blockOffset, blocksOf, densePacking } from '../pack-weights.js';
import { emitDenseWeightOfSamples } from './dense-of-samples.js';
import { emitStrassen, isStrassen } from './strassen.js';
import { turnedByEight, turnedByRows } from './transposed-blocks.js';

export const emitDense = (
  op: FieldOpOf<'dense'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const pixels = pixelsOf(gridIn(x));
  if (e.tile !== undefined && isStrassen(op, e.tile, pixels)) return emitStrassen(op, x, w, out, e, e.tile);
  const strips = e.tile?.strips ?? Math.ceil(pixels / 8);
  const { outer, count, to } = op;
  // planes of samples are contiguous, so neighbouring planes are further strips of one plane
  const merged = gridIn(x).samples && e.tile === undefined ? op.inner : 1;
  const inner = op.inner / merged;
  const plane = merged * x.address.plane;
  return range(headsOf(op)).flatMap((head) => {
    const packing = densePacking(op, head);
    const packed = e.packed(w.node, packing, denseKey(op, head));
    const [first, firstOut] = [head * outer * count, head * outer * to].map((each) => each * inner * plane);
    return [
      ...packed.before,
      ...blocksOf(to).flatMap((blocks) => {
        const a = packed.at + blockOffset(packing, blocks.first);
        return Array.from({ length: inner }, (_, i) =>
          productKernel.call({ rows: blocks.rows, vectors: 2, onto: false, table: false }, [
            a,
            plus(x.address.at, first + i * plane),
            plus(out.address.at, firstOut + (blocks.first * inner + i) * plane),
            count,
            inner * plane,
            inner * plane,
            outer,
            count * inner * plane,
            to * inner * plane,
            timesOf(strips, merged),
            x.address.strip,
            out.address.strip,
            blocks.count,
          ]),
        );
      }),
    ];
  });
};

const denseKey = ({ count, to, transposed }: FieldOpOf<'dense'>, head: number): string =>
  `dense ${count} ${to} ${transposed}${head === 0 ? '' : ` ${head}`}`;

/** The number of tiles whose sums are added in single precision. */
const tilesTogether = 32;

/** The gradient of a dense layer for its weights, tile by tile. */
export const emitDenseWeight = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
  tile: Tile,
): readonly Instruction[] =>
  range(headsOf(op)).flatMap((head) => emitWeightOfHead(op, head, x, dy, e.doubles(out.node), e, tile));

const emitWeightOfHead = (
  op: FieldOpOf<'denseWeight'>,
  head: number,
  x: Operand,
  dy: Operand,
  sum: Doubles,
  e: EmitContext,
  { loop, strips, most }: Tile,
): readonly Instruction[] => {
  const { outer, count, inner, to } = op;
  const wide = Math.ceil(to / 8);
  const all = pixelsOf(gridIn(x));
  const last = Math.ceil(all / (8 * most)) - 1;
  // only real pixels: past the last one there may be NaN
  const pixels = choice({ loop, is: last }, all - 8 * most * last, 8 * most);
  const yBlock = most * 256;
  const xBytes = most * 32 * count;
  // sums of tiles are added up, and after some tiles added to the doubles
  const sums = e.arena.allocate(4 * count * to, 'sums of tiles');
  const doubles = sum + 8 * head * count * to;
  const fours = Math.ceil((count * to) / 4);
  const middles = outerInner(op).length;
  const turned = e.scratch.take(wide * yBlock + xBytes);
  const turnedX = plus(turned, wide * yBlock);
  return outerInner(op).flatMap(([o, i], middle): Instruction[] => [
    ...turnedByEight(
      { address: dy.address, plane: (head * outer + o) * to * inner + i, apart: inner },
      to,
      turned,
      yBlock,
      strips,
    ),
    ...turnedByRows(
      { address: x.address, plane: (head * outer + o) * count * inner + i, apart: inner },
      count,
      turnedX,
      pixels,
      strips,
    ),
    // in the order of the rows: the next row overwrites what a row shorter than eight wrote past its end
    ...blocksOf(count).map(({ rows, count: blocks, first }) =>
      productKernel.call({ rows, vectors: 2, onto: true, table: false }, [
        plus(turnedX, timesOf(pixels, 4 * first)),
        turned,
        sums + 4 * first * to,
        pixels,
        32,
        4 * to,
        1,
        0,
        0,
        wide,
        yBlock,
        32,
        blocks,
      ]),
    ),
    {
      do: 'when',
      any: [
        { loop, times: middles, plus: middle + 1, over: tilesTogether, is: 0 },
        ...(middle === middles - 1 ? [{ loop, times: 1, plus: 0, is: last }] : []),
      ],
      body: [addOntoKernel.call({ taking: true }, [sums, doubles, fours])],
    },
  ]);
};

/** The gradient of a dense layer for its weights, on whole planes. */
export const emitDenseWeightWhole = (
  op: FieldOpOf<'denseWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  if (gridIn(x).samples) return emitDenseWeightOfSamples(op, x, dy, out, e);
  const { outer, count, inner, to } = op;
  const sums = e.doubles(out.node);
  return outerInner({ ...op, outer: headsOf(op) * outer }).flatMap(([o, i]) =>
    dots(e.arena, {
      x: plus(x.address.at, (o * count * inner + i) * x.address.plane),
      offsets: Array.from({ length: count }, (_, row) => row * inner * x.address.plane),
      y: plus(dy.address.at, (o * to * inner + i) * dy.address.plane),
      yRow: inner * dy.address.plane,
      columns: to,
      c: sums + 8 * Math.floor(o / outer) * count * to,
      cRow: to,
      lines: 1,
      xLine: 0,
      yLine: 0,
      width: pixelsOf(gridIn(x)),
    }),
  );
};
