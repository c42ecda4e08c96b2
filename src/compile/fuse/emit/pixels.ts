/** Pools, and pixels that move. */

import type { FieldOpOf, Grid, PoolWindow, Window } from '../ir/field.js';
import { plus } from '../list/argument.js';
import type { Instruction } from '../list/instruction.js';
import type { Address } from '../memory/address.js';
import { fillKernel } from '../registry/moves.js';
import { copyLinesKernel, gatherPixelsKernel, poolKernel, poolVjpKernel } from '../registry/pixels.js';
import { cellOf, foldHalo, type Halo } from './convolution/halo.js';
import { mergePhases, noMargins, type Reading, readWindows } from './convolution/window.js';
import { type EmitContext, gridIn, type Operand, zero } from './emitting.js';

/** The windows of a pool as those of a convolution. */
const windowOf = ({ height, width, stride: [down, along] }: PoolWindow, planes: number): Window => ({
  height,
  width,
  from: planes,
  to: 1,
  depthwise: true,
  boundary: 'none',
  ...(down === 1 && along === 1 ? {} : { stride: [down, along] }),
});

/** The offset of each tap of a window. */
const tapsOf = ({ height, width }: PoolWindow, { tap }: Pick<Reading, 'tap'>): readonly number[] =>
  Array.from({ length: height * width }, (_, at) => tap(Math.floor(at / width), at % width));

export const emitPool = (
  op: FieldOpOf<'pool'>,
  x: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { planes } = x.extent;
  const reading = readWindows(windowOf(op, planes), x, planes, e);
  const { height, width } = gridIn(out);
  const taps = tapsOf(op, reading);
  const table = e.arena.table(taps);
  const scale = 1 / taps.length;
  const { halo } = reading;
  return [
    ...reading.fill,
    poolKernel.call({ fn: op.fn, scale }, [
      cellOf(halo, 0, 0),
      halo.plane,
      halo.line,
      table,
      taps.length,
      out.address.at,
      out.address.plane,
      4 * width,
      planes,
      height,
      Math.ceil(width / 4),
    ]),
  ];
};

export const emitPoolVjp = (
  op: FieldOpOf<'poolVjp'>,
  [x, top, d]: readonly Operand[],
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { planes } = x.extent;
  const reading = readWindows(windowOf(op, planes), x, planes, e, true);
  const { height, width } = gridIn(d);
  const taps = tapsOf(op, reading);
  const table = e.arena.table(taps);
  const scale = 1 / taps.length;
  const nothing = e.arena.constants([0]);
  const mask = e.arena.mask(width % 4 || 4);
  const { halo, size, phases } = reading;
  const second: Halo = { ...halo, at: plus(halo.at, size) };
  const merged = phases?.whole ?? second;
  return [
    ...(op.fn === 'max' ? reading.fill : []),
    fillKernel.call({}, [nothing, second.at, 0, 1, Math.floor(size / 16)]),
    poolVjpKernel.call({ fn: op.fn, scale }, [
      cellOf(halo, 0, 0),
      halo.plane,
      halo.line,
      cellOf(second, 0, 0),
      table,
      taps.length,
      top.address.at,
      d.address.at,
      d.address.plane,
      4 * width,
      planes,
      height,
      Math.ceil(width / 4) - 1,
      mask,
    ]),
    ...(phases === undefined ? [] : mergePhases({ ...phases, halo: second }, merged, planes)),
    ...foldHalo(gridIn(out), merged, noMargins, planes, 'none', out.address),
  ];
};

/** Bytes from the first pixel of a plane to lines and to columns. */
const placesOf = (
  { rows, columns }: { readonly rows: readonly number[]; readonly columns: readonly number[] },
  { width }: Grid,
): { readonly rows: readonly number[]; readonly columns: readonly number[] } => ({
  rows: rows.map((row) => 4 * row * width),
  columns: columns.map((column) => 4 * column),
});

/** Whether columns are contiguous. */
const areRun = (columns: readonly number[]): boolean =>
  columns.every((column, i) => column === columns[0] + i);

/** Copies pixels of whole planes to lines that begin `first` bytes from the first pixel of a plane. */
const take = (
  rows: readonly number[],
  columns: readonly number[],
  from: Operand,
  to: { readonly address: Address; readonly first: number; readonly line: number },
  e: EmitContext,
): Instruction => {
  const { planes } = from.extent;
  const far = placesOf({ rows, columns }, gridIn(from));
  const lines = e.arena.table(far.rows);
  const { address, first, line } = to;
  const near = plus(address.at, first);
  if (areRun(columns))
    return copyLinesKernel.call({}, [
      near,
      address.plane,
      line,
      plus(from.address.at, far.columns[0]),
      from.address.plane,
      lines,
      planes,
      rows.length,
      Math.floor(columns.length / 4),
      columns.length % 4,
    ]);
  return gatherPixelsKernel.call({ how: 'take' }, [
    near,
    address.plane,
    line,
    from.address.at,
    from.address.plane,
    lines,
    e.arena.table(far.columns),
    planes,
    rows.length,
    columns.length,
  ]);
};

export const emitGatherPixels = (
  { rows, columns }: FieldOpOf<'gatherPixels'>,
  x: Operand,
  { address }: Operand,
  e: EmitContext,
): readonly Instruction[] => [take(rows, columns, x, { address, first: 0, line: 4 * columns.length }, e)];

export const emitScatterPixels = (
  op: FieldOpOf<'scatterPixels'>,
  x: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { rows, columns } = placesOf(op, gridIn(out));
  const [lines, cells] = [e.arena.table(rows), e.arena.table(columns)];
  return [
    zero(out, e),
    gatherPixelsKernel.call({ how: 'add' }, [
      x.address.at,
      x.address.plane,
      4 * columns.length,
      out.address.at,
      out.address.plane,
      lines,
      cells,
      x.extent.planes,
      rows.length,
      columns.length,
    ]),
  ];
};

export const emitConcatPixels = (
  { axis, sizes }: FieldOpOf<'concatPixels'>,
  inputs: readonly Operand[],
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { width } = gridIn(out);
  const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  let begin = 0;
  return inputs.map((input, i) => {
    const grid = gridIn(input);
    const first = 4 * begin * (axis === 'rows' ? width : 1);
    begin += sizes[i];
    return take(
      indices(grid.height),
      indices(grid.width),
      input,
      { address: out.address, first, line: 4 * width },
      e,
    );
  });
};
