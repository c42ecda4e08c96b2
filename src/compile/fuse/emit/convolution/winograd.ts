/** Convolutions of many channels with windows of three lines, by Winograd's method: half the products. */

import type { Grid, Window } from '../../ir/field.js';
import { inputTile, outputTile, weightTransform } from '../../kernels/winograd.js';
import { moving, plus } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import { fillKernel } from '../../registry/moves.js';
import { transformKernel } from '../../registry/products.js';
import { addOntoKernel, roundKernel } from '../../registry/sums.js';
import { dots } from '../dots.js';
import { type EmitContext, gridIn, type Operand } from '../emitting.js';
import type { Packing } from '../pack-weights.js';
import { convolve } from './convolve.js';
import { cellOf, fillHalo, type Halo, type Margins } from './halo.js';
import { scratchHalo } from './window.js';

/** With fewer channels, the transforms take longer than the products that they save. */
export const leastWinogradChannels = 8;

/** Bytes that are transformed at a time, so that they stay in cache. */
const cacheBytes = 2 ** 18;

/** Whether a convolution is computed by Winograd's method. */
export const isWinograd = (window: Window, grid: Grid): boolean =>
  isPlain(window) && isWorthIt(window) && fits(grid);

/** Whether it is a convolution without stride and dilation whose result has the size of its field. */
const isPlain = ({ depthwise, boundary, stride, dilation, groups, outer }: Window): boolean =>
  !depthwise &&
  boundary !== 'none' &&
  [stride, dilation, groups, outer].every((setting) => setting === undefined);

const isWorthIt = ({ height, from, to }: Window): boolean =>
  height === 3 && Math.min(from, to) >= leastWinogradChannels && (from * to) % 4 === 0;

const fits = (grid: Grid): boolean =>
  grid.height % outputTile === 0 && grid.width % 4 === 0 && grid.width >= 8;

/** Transformed lines [plane, line of the tile, group, pixels] in scratch memory. */
interface TransformedLines {
  readonly at: Argument;
  readonly line: number;
  readonly six: number;
  readonly plane: number;
}

/** The number of groups of lines at a time: a divisor of all groups, so that they stay in cache. */
const groupsAtOnce = (grid: Grid, bytes: number): number => {
  const all = grid.height / outputTile;
  let groups = all;
  while (groups > 1 && (all % groups !== 0 || groups * bytes > cacheBytes)) groups--;
  return groups;
};

/** The input with its margins, transformed: six lines for each four lines of the result. */
const transformInput = (
  window: Window,
  margins: Margins,
  channels: readonly [number, number],
  x: Operand,
  boundary: Window['boundary'],
  e: EmitContext,
  more: number,
) => {
  const grid = gridIn(x);
  const { arena } = e;
  const [from, to] = channels;
  const lead = Math.ceil(margins.left / 4) * 4;
  const line = 4 * (lead + Math.ceil((grid.width + margins.right) / 4) * 4 + 8);
  const groups = groupsAtOnce(grid, inputTile * (from * line + to * 4 * grid.width));
  const six = groups * line;
  const plane = inputTile * six;
  const other = { line: 4 * grid.width, six: groups * 4 * grid.width };
  const otherPlane = inputTile * other.six;
  const halo = scratchHalo(e, grid, margins, from, from * plane + to * otherPlane + 256 + more);
  const start = plus(halo.at, from * halo.plane + 64);
  const lines: TransformedLines = { at: start, line, six, plane };
  const results: TransformedLines = { ...other, plane: otherPlane, at: plus(start, from * plane + 64) };
  const pad = fillHalo(arena, grid, x.address, from, halo, boundary);
  const piece = piecesOf(grid, groups, arena.loop());
  const gather = transformKernel.call({ matrix: 'input' }, [
    plus(plus(cellOf(halo, -margins.top, 0), -4 * lead), piece.lines(halo.line)),
    halo.line,
    outputTile * halo.line,
    halo.plane,
    start,
    six,
    line,
    plane,
    from,
    groups,
    line / 16 - 2,
  ]);
  const asHalo = (k: number): Halo => ({
    at: plus(start, k * six),
    line,
    plane,
    lead,
    margins: { ...margins, top: 0, bottom: 0 },
  });
  const offsets = Array.from(
    { length: from * window.width },
    (_, depth) => Math.floor(depth / window.width) * plane + 4 * ((depth % window.width) - margins.left),
  );
  return {
    pad,
    gather,
    piece,
    asHalo,
    offsets,
    lines,
    results,
    groups,
    after: plus(results.at, to * otherPlane + 64),
  };
};

/** The pieces of a grid, one after the other: a loop, and the distance of its lines from the first of the grid. */
const piecesOf = (grid: Grid, groups: number, loop: number) => {
  const each = groups * outputTile;
  return {
    lines: (line: number): Argument => moving(0, { loop, stride: each * line }),
    run: (body: readonly Instruction[]): Instruction => ({
      do: 'loop',
      loop,
      from: 0,
      by: 1,
      times: Math.ceil(grid.height / each),
      body,
    }),
  };
};

/** A convolution, or its adjoint by the input, for Winograd's method. */
export interface WinogradConvolution {
  readonly window: Window;
  readonly margins: Margins;
  readonly boundary: Window['boundary'];
  readonly from: number;
  readonly to: number;
  readonly packing: (factors: readonly number[]) => Packing;
  readonly key: string;
}

/** A convolution, or its adjoint by the input. */
export const emitWinograd = (
  { window, margins, boundary, from, to, packing, key }: WinogradConvolution,
  x: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const grid = gridIn(x);
  const { arena } = e;
  const input = transformInput(window, margins, [from, to], x, boundary, e, 0);
  const { results, groups, piece } = input;
  const packs = weightTransform.map((factors, k) => {
    const packed = packing(factors);
    return { packing: packed, packed: e.packed(w.node, packed, `${key} ${k}`) };
  });
  const products = packs.flatMap((pack, k) =>
    convolve(arena, {
      ...pack,
      halo: input.asHalo(k),
      offsets: input.offsets,
      from: 0,
      lines: groups,
      width: grid.width,
      to: plus(results.at, k * results.six),
      toLine: results.line,
      toPlane: results.plane,
    }),
  );
  const line = 4 * grid.width;
  return [
    ...packs.flatMap(({ packed }) => packed.before),
    ...input.pad,
    piece.run([
      input.gather,
      ...products,
      transformKernel.call({ matrix: 'answer' }, [
        results.at,
        results.six,
        results.line,
        results.plane,
        plus(out.address.at, piece.lines(line)),
        line,
        outputTile * line,
        out.address.plane,
        to,
        groups,
        grid.width / 4,
      ]),
    ]),
  ];
};

/** The gradient by the weights: products of transformed inputs and cotangents, summed, then transformed back. */
export const emitWinogradWeight = (
  window: Window,
  margins: Margins,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const grid = gridIn(x);
  const { arena } = e;
  const { from, to, width } = window;
  const each = 4 * width * from * to;
  // the sums of the six products as doubles and as floats, and their transform
  const six = inputTile * each;
  const more = 3 * six + window.height * each + 256;
  const input = transformInput(window, margins, [from, to], x, window.boundary, e, more);
  const { lines, results, groups, piece, after: sums } = input;
  const floats = plus(sums, 2 * six);
  const weights = plus(floats, six);
  const doubles = e.doubles(out.node);
  const products = weightTransform.flatMap((_, k) =>
    dots(arena, {
      x: cellOf(input.asHalo(k), 0, 0),
      // in the order of the weights: columns of the window, then channels
      offsets: Array.from(
        { length: width * from },
        (_, row) => (row % from) * lines.plane + 4 * (Math.floor(row / from) - margins.left),
      ),
      y: plus(results.at, k * results.six),
      yRow: results.plane,
      columns: to,
      c: plus(sums, 2 * k * each),
      cRow: to,
      lines: groups,
      xLine: lines.line,
      yLine: results.line,
      width: grid.width,
    }),
  );
  const line = 4 * grid.width;
  return [
    ...input.pad,
    fillKernel.call({}, [arena.constants([0]), sums, 0, 1, (2 * six) / 16]),
    piece.run([
      input.gather,
      transformKernel.call({ matrix: 'spread' }, [
        plus(dy.address.at, piece.lines(line)),
        line,
        outputTile * line,
        dy.address.plane,
        results.at,
        results.six,
        results.line,
        results.plane,
        to,
        groups,
        grid.width / 4,
      ]),
      ...products,
    ]),
    roundKernel.call({}, [sums, floats, six / 16]),
    transformKernel.call({ matrix: 'weigh' }, [floats, each, 0, 0, weights, each, 0, 0, 1, 1, each / 16]),
    addOntoKernel.call({ taking: false }, [weights, doubles, (window.height * each) / 16]),
  ];
};
