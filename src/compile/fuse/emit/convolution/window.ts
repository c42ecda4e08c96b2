/** The planes that windows read: planes with margins or, for windows with a stride, the phases of such planes. */

import type { Grid, Window } from '../../ir/field.js';
import { type AxisWindow, reachOf, resultGrid, spanOf } from '../../ir/window.js';
import { plus } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import { copyCellsKernel, copyKernel } from '../../registry/moves.js';
import { mergePairsKernel, splitPairsKernel } from '../../registry/pixels.js';
import { type EmitContext, gridIn, type Operand } from '../emitting.js';
import { cellOf, fillHalo, type Halo, haloAt, type Margins } from './halo.js';

/** The pixels beyond each edge that windows read. */
export const forwardMargins = (window: Window, grid: Grid): Margins => {
  const { rows, columns } = reachOf(window);
  const results = resultGrid(window, grid);
  const after = (axis: AxisWindow, n: number, count: number): number =>
    Math.max(0, (count - 1) * axis.stride + spanOf(axis) - n - axis.before);
  return {
    top: rows.before,
    left: columns.before,
    bottom: after(rows, grid.height, results.height),
    right: after(columns, grid.width, results.width),
  };
};

/** The margins of the cotangent of windows without a stride: those of the mirrored window. `grid` is that of the field. */
export const mirroredMargins = (window: Window, grid: Grid): Margins => {
  const { rows, columns } = reachOf(window);
  const results = resultGrid(window, grid);
  return {
    top: spanOf(rows) - 1 - rows.before,
    left: spanOf(columns) - 1 - columns.before,
    bottom: rows.before + grid.height - results.height,
    right: columns.before + grid.width - results.width,
  };
};

/** A halo in scratch memory for this number of planes, with more bytes after it. */
export const scratchHalo = (e: EmitContext, size: Grid, margins: Margins, planes: number, more = 0): Halo => {
  const sizes = haloAt(0, size, margins);
  return { ...sizes, at: e.scratch.take(planes * sizes.plane + 64 + more) };
};

/** Planes with margins, cut into phases: phase (p, q) has every pixel (i stride + p, j stride + q) from the margin on. */
export interface Phases {
  /** The planes before they are cut. */
  readonly whole: Halo;
  /** Planes of a phase; the phases follow each other. */
  readonly halo: Halo;
  readonly lines: number;
  readonly columns: number;
  readonly stride: readonly [number, number];
  /** Bytes from phase to phase. */
  readonly phase: number;
}

/** The sizes of phases of planes with these margins; `margins` are made larger, to whole strides. */
export const phaseSizes = (
  grid: Grid,
  margins: Margins,
  [down, along]: readonly [number, number],
  planes: number,
): Pick<Phases, 'lines' | 'columns' | 'phase'> & Pick<Halo, 'line' | 'plane' | 'margins'> => {
  const lines = Math.ceil((grid.height + margins.top + margins.bottom) / down);
  const columns = Math.ceil((grid.width + margins.left + margins.right) / along);
  const line = 4 * (4 * Math.ceil(columns / 4) + 4);
  const plane = lines * line;
  return {
    lines,
    columns,
    line,
    plane,
    phase: planes * plane,
    // so that the lines of a phase have the same distance in all planes
    margins: {
      ...margins,
      bottom: down * lines - grid.height - margins.top,
      right: along * columns - grid.width - margins.left,
    },
  };
};

/** Phases in scratch memory. */
const scratchPhases = (
  e: EmitContext,
  grid: Grid,
  margins: Margins,
  stride: readonly [number, number],
  planes: number,
  again: boolean,
): Phases => {
  const { lines, columns, line, plane, phase, margins: whole } = phaseSizes(grid, margins, stride, planes);
  const all = stride[0] * stride[1] * phase + 128;
  const around = scratchHalo(e, grid, whole, planes, again ? 2 * all : all);
  return {
    whole: around,
    halo: {
      at: plus(around.at, planes * around.plane + 64),
      line,
      plane,
      lead: 0,
      margins: noMargins,
    },
    lines,
    columns,
    stride,
    phase,
  };
};

/** No pixels beyond the edges. */
export const noMargins: Margins = { top: 0, bottom: 0, left: 0, right: 0 };

/** Cuts planes with margins into their phases. */
export const splitPhases = (p: Phases, planes: number): readonly Instruction[] => {
  const { whole, halo, stride, lines, columns, phase } = p;
  const [down, along] = stride;
  const count = planes * lines;
  const { top, left } = whole.margins;
  const vectors = Math.ceil(columns / 4);
  const target = (row: number, column: number): Argument => plus(halo.at, (row * along + column) * phase);
  return Array.from({ length: down }, (_, row): readonly Instruction[] => {
    const step = down * whole.line;
    const source = cellOf(whole, row - top, -left);
    if (along === 1)
      return [copyKernel.call({}, [source, step, 0, target(row, 0), halo.line, 0, 1, count, vectors])];
    if (along === 2) {
      const [even, odd] = [target(row, 0), target(row, 1)];
      return [splitPairsKernel.call({}, [source, step, even, odd, halo.line, count, vectors])];
    }
    return Array.from({ length: along }, (_, column) => {
      const [from, to] = [plus(source, 4 * column), target(row, column)];
      return copyCellsKernel.call({}, [from, 4 * along, step, to, 4, halo.line, count, columns]);
    });
  }).flat();
};

/** Merges phases into lines of whole strides, at `to`. */
export const mergePhases = (
  {
    halo,
    stride,
    lines,
    columns,
    phase,
  }: Omit<Phases, 'whole' | 'halo'> & { readonly halo: Pick<Halo, 'at' | 'line'> },
  to: Halo,
  planes: number,
): readonly Instruction[] => {
  const [down, along] = stride;
  const count = planes * lines;
  const { top, left } = to.margins;
  const source = (row: number, column: number): Argument => plus(halo.at, (row * along + column) * phase);
  return Array.from({ length: down }, (_, row): readonly Instruction[] => {
    const step = down * to.line;
    const target = cellOf(to, row - top, -left);
    if (along === 2) {
      const [even, odd, vectors] = [source(row, 0), source(row, 1), Math.ceil(columns / 4)];
      return [mergePairsKernel.call({}, [even, odd, halo.line, target, step, count, vectors])];
    }
    return Array.from({ length: along }, (_, column) => {
      const goal = plus(target, 4 * column);
      const from = source(row, column);
      return copyCellsKernel.call({}, [from, 4, halo.line, goal, 4 * along, step, count, columns]);
    });
  }).flat();
};

/** The planes that windows read, with their layout. */
export interface Reading {
  /** Fills the planes. */
  readonly fill: readonly Instruction[];
  readonly halo: Halo;
  /** Bytes from pixel (0, 0) to the pixel that a tap of the first window reads. */
  readonly tap: (row: number, column: number) => number;
  /** The size of other planes with the same layout, in bytes. */
  readonly size: number;
  readonly phases?: Phases;
}

/** Lays out planes for windows; with `again`, there is room for a second copy. */
export const readWindows = (
  window: Window,
  x: Operand,
  planes: number,
  e: EmitContext,
  again = false,
): Reading => {
  const grid = gridIn(x);
  const { rows, columns } = reachOf(window);
  const margins = forwardMargins(window, grid);
  if (window.stride === undefined) {
    const size = planes * haloAt(0, grid, margins).plane + 64;
    const halo = scratchHalo(e, grid, margins, planes, again ? size : 0);
    return {
      size,
      fill: fillHalo(e.arena, grid, x.address, planes, halo, window.boundary),
      halo,
      tap: (row, column) =>
        (row * rows.dilation - margins.top) * halo.line + 4 * (column * columns.dilation - margins.left),
    };
  }
  const phases = scratchPhases(e, grid, margins, window.stride, planes, again);
  const [down, along] = window.stride;
  return {
    phases,
    size: down * along * phases.phase + 64,
    fill: [
      ...fillHalo(e.arena, grid, x.address, planes, phases.whole, window.boundary),
      ...splitPhases(phases, planes),
    ],
    halo: phases.halo,
    tap: (row, column) => {
      const [y, x] = [row * rows.dilation, column * columns.dilation];
      return (
        ((y % down) * along + (x % along)) * phases.phase +
        Math.floor(y / down) * phases.halo.line +
        4 * Math.floor(x / along)
      );
    },
  };
};

/** The offset for each depth of a product: channels, then taps of the window, from pixel (0, 0). */
export const offsetsOf = (
  { height, width }: Window,
  channels: number,
  { halo, tap }: Pick<Reading, 'halo' | 'tap'>,
): readonly number[] =>
  Array.from({ length: channels * height * width }, (_, depth) => {
    const at = depth % (height * width);
    return Math.floor(depth / (height * width)) * halo.plane + tap(Math.floor(at / width), at % width);
  });
