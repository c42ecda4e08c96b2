/** Convolutions of many channels with windows of three lines, by Winograd's method: half the products. */

import type { Window } from '../ir/field.js';
import { fill } from '../kernels/move.js';
import { addOnto, roundToFloats } from '../kernels/sums.js';
import {
  inputTile,
  inputTransform,
  type Matrix,
  outputTile,
  outputTransform,
  transformLines,
  transposed,
  weightTransform,
} from '../kernels/winograd.js';
import type { Address, Grid, Instruction } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { convolve } from './convolve.js';
import { dots } from './dots.js';
import { before, type EmitContext, type Operand } from './emitting.js';
import { cellOf, fillHalo, type Halo, type Margins } from './halo.js';
import type { Packing } from './pack-weights.js';
import { scratchHalo } from './window.js';

/** With fewer channels, the transforms take longer than the products that they save. */
export const leastWinogradChannels = 8;

/** Bytes that are transformed at a time, so that they stay in cache. */
const cacheBytes = 2 ** 18;

/** Whether a convolution is computed by Winograd's method. */
export const isWinograd = ({ height, from, to, depthwise }: Window, grid: Grid): boolean =>
  !depthwise &&
  height === 3 &&
  Math.min(from, to) >= leastWinogradChannels &&
  (from * to) % 4 === 0 &&
  grid.height % outputTile === 0 &&
  grid.width % 4 === 0 &&
  grid.width >= 8;

/** Transformed lines [plane, line of the tile, group, pixels] in scratch memory. */
interface TransformedLines {
  readonly at: () => number;
  readonly line: number;
  readonly six: number;
  readonly plane: number;
}

const transformKernel = (arena: Arena, name: string, matrix: Matrix) =>
  arena.kernel(`winograd ${name}`, () => transformLines(matrix));

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
  x: Address,
  boundary: Window['boundary'],
  e: EmitContext,
  more: number,
) => {
  const { grid, arena } = e;
  const [from, to] = channels;
  const lead = Math.ceil(margins.left / 4) * 4;
  const line = 4 * (lead + Math.ceil((grid.width + margins.right) / 4) * 4 + 8);
  const groups = groupsAtOnce(grid, inputTile * (from * line + to * 4 * grid.width));
  const six = groups * line;
  const plane = inputTile * six;
  const other = { line: 4 * grid.width, six: groups * 4 * grid.width };
  const otherPlane = inputTile * other.six;
  const halo = scratchHalo(e, grid, margins, from, from * plane + to * otherPlane + 256 + more);
  const start = (): number => halo.at + from * halo.plane + 64;
  const lines: TransformedLines = { at: start, line, six, plane };
  const results: TransformedLines = { ...other, plane: otherPlane, at: () => start() + from * plane + 64 };
  const transform = transformKernel(arena, 'input', inputTransform);
  const pad = fillHalo(arena, grid, x, from, halo, boundary);
  const gather = (first: number): void =>
    transform(
      cellOf(halo, first - margins.top, 0) - 4 * lead,
      halo.line,
      outputTile * halo.line,
      halo.plane,
      start(),
      six,
      line,
      plane,
      from,
      groups,
      line / 16 - 2,
    );
  const asHalo = (k: number): Halo => ({
    get at() {
      return start() + k * six;
    },
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
    asHalo,
    offsets,
    lines,
    results,
    groups,
    after: () => results.at() + to * otherPlane + 64,
  };
};

/** Calls `work` for each piece of the grid, with the piece's first line. */
const byPieces =
  (grid: Grid, groups: number, work: (first: number, t: number) => void): Instruction =>
  (t) => {
    for (let first = 0; first < grid.height; first += groups * outputTile) work(first, t);
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
  const { grid, arena } = e;
  const input = transformInput(window, margins, [from, to], x.address, boundary, e, 0);
  const { results, groups } = input;
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
      to: () => results.at() + k * results.six,
      toLine: results.line,
      toPlane: results.plane,
    }),
  );
  const mix = transformKernel(arena, 'answer', outputTransform);
  const line = 4 * grid.width;
  return [
    ...packs.flatMap(({ packed }) => before(packed)),
    input.pad,
    byPieces(grid, groups, (first, t) => {
      input.gather(first);
      for (const run of products) run(t);
      mix(
        results.at(),
        results.six,
        results.line,
        results.plane,
        out.address.at(t) + first * line,
        line,
        outputTile * line,
        out.address.plane,
        to,
        groups,
        grid.width / 4,
      );
    }),
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
  const { grid, arena } = e;
  const { from, to, width } = window;
  const each = 4 * width * from * to;
  // the sums of the six products as doubles and as floats, and their transform
  const six = inputTile * each;
  const more = 3 * six + window.height * each + 256;
  const input = transformInput(window, margins, [from, to], x.address, window.boundary, e, more);
  const { lines, results, groups } = input;
  const sums = input.after;
  const floats = (): number => sums() + 2 * six;
  const weights = (): number => floats() + six;
  const doubles = e.doubles(out.node);
  const products = weightTransform.flatMap((_, k) =>
    dots(arena, {
      x: () => cellOf(input.asHalo(k), 0, 0),
      // as the weights lie: columns of the window, then channels
      offsets: Array.from(
        { length: width * from },
        (_, row) => (row % from) * lines.plane + 4 * (Math.floor(row / from) - margins.left),
      ),
      y: () => results.at() + k * results.six,
      yRow: results.plane,
      columns: to,
      c: () => sums() + 2 * k * each,
      cRow: to,
      lines: groups,
      xLine: lines.line,
      yLine: results.line,
      width: grid.width,
    }),
  );
  const transformGradient = transformKernel(arena, 'spread', transposed(outputTransform));
  const gather = transformKernel(arena, 'weigh', transposed(weightTransform));
  const clear = arena.kernel('fill', fill);
  const zero = arena.constants([0]);
  const settled = arena.kernel('roundToFloats', roundToFloats);
  const added = arena.kernel('addOnto', () => addOnto(false));
  const line = 4 * grid.width;
  return [
    input.pad,
    () => clear(zero, sums(), 0, 1, (2 * six) / 16),
    byPieces(grid, groups, (first, t) => {
      input.gather(first);
      transformGradient(
        dy.address.at(t) + first * line,
        line,
        outputTile * line,
        dy.address.plane,
        results.at(),
        results.six,
        results.line,
        results.plane,
        to,
        groups,
        grid.width / 4,
      );
      for (const run of products) run(t);
    }),
    () => {
      settled(sums(), floats(), six / 16);
      gather(floats(), each, 0, 0, weights(), each, 0, 0, 1, 1, each / 16);
      added(weights(), doubles, (window.height * each) / 16);
    },
  ];
};
