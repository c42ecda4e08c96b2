/** The adjoint by the input of convolutions with a stride, which is also a transposed convolution: phase by phase. */

import type { FieldOpOf } from '../../ir/field.js';
import { type AxisWindow, groupOf, reachOf, resultsOf, spanOf } from '../../ir/window.js';
import { plus } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import { fillKernel } from '../../registry/moves.js';
import { type EmitContext, gridIn, type Operand } from '../emitting.js';
import { tapsInputPacking } from '../pack-weights.js';
import { convolve } from './convolve.js';
import { fillHalo, foldHalo, type Halo, haloAt } from './halo.js';
import { forwardMargins, mergePhases, phaseSizes, scratchHalo } from './window.js';

/** The taps that reach a phase of the input, each with its offset in results. */
const tapsOf = (
  { taps, dilation, stride }: AxisWindow,
  phase: number,
): readonly { readonly tap: number; readonly back: number }[] =>
  Array.from({ length: taps }, (_, tap) => ({ tap, back: (tap * dilation - phase) / stride })).filter(
    ({ back }) => Number.isInteger(back),
  );

/**
 * Pixel (i stride + p, j stride + q) of the input, counted from its margin on, is reached by few taps: each phase (p, q) is a
 * convolution without a stride, and the phases are put together.
 */
export const emitStridedInput = (
  op: FieldOpOf<'convInput'>,
  stride: readonly [number, number],
  dy: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const [grid, given] = [gridIn(out), gridIn(dy)];
  const outer = op.outer ?? 1;
  const each = groupOf(op);
  const [fields, results] = [outer * op.from, outer * resultsOf(op)];
  const { rows, columns } = reachOf(op);
  const [down, along] = stride;
  const margins = forwardMargins(op, grid);
  const sizes = phaseSizes(grid, margins, stride, fields);
  const around = {
    top: Math.floor((spanOf(rows) - 1) / down),
    bottom: Math.max(0, sizes.lines - given.height),
    left: Math.floor((spanOf(columns) - 1) / along),
    right: Math.max(0, sizes.columns - given.width),
  };
  const whole = haloAt(0, grid, sizes.margins);
  const more = down * along * sizes.phase + fields * whole.plane + 256;
  const halo = scratchHalo(e, given, around, results, more);
  const phaseAt = (row: number, column: number): Argument =>
    plus(halo.at, results * halo.plane + 64 + (row * along + column) * sizes.phase);
  const merged: Halo = { ...whole, at: plus(phaseAt(down, 0), 64) };
  const phases = Array.from({ length: down * along }, (_, phase) => ({
    row: Math.floor(phase / along),
    column: phase % along,
  }));
  const products = phases.flatMap(({ row, column }): readonly Instruction[] => {
    const taps = tapsOf(rows, row).flatMap((r) =>
      tapsOf(columns, column).map((c) => ({
        tap: r.tap * op.width + c.tap,
        at: -r.back * halo.line - 4 * c.back,
      })),
    );
    if (taps.length === 0) {
      const zero = e.arena.constants([0]);
      return [fillKernel.call({}, [zero, phaseAt(row, column), 0, 1, sizes.phase / 16])];
    }
    const offsets = Array.from(
      { length: each.to * taps.length },
      (_, depth) => Math.floor(depth / taps.length) * halo.plane + taps[depth % taps.length].at,
    );
    return Array.from({ length: each.groups }, (_, group) => {
      const packing = tapsInputPacking(
        op,
        group,
        taps.map(({ tap }) => tap),
      );
      const key = `strided ${op.height} ${op.width} ${op.from} ${op.to} ${op.depthwise} ${stride} ${op.dilation}`;
      const packed = e.packed(w.node, packing, `${key} ${group} of ${each.groups} ${row} ${column}`);
      return [
        ...packed.before,
        ...Array.from({ length: outer }, (_, field) =>
          convolve(e.arena, {
            packed,
            packing,
            halo,
            offsets,
            from: field * resultsOf(op) + group * each.to,
            lines: sizes.lines,
            width: sizes.columns,
            to: plus(phaseAt(row, column), (field * op.from + group * each.from) * sizes.plane),
            toLine: sizes.line,
            toPlane: sizes.plane,
          }),
        ).flat(),
      ];
    }).flat();
  });
  const from = { line: sizes.line, at: phaseAt(0, 0) };
  const merge = mergePhases({ ...sizes, stride, halo: from }, merged, fields);
  return [
    ...fillHalo(e.arena, given, dy.address, results, halo, 'zero'),
    ...products,
    ...merge,
    ...foldHalo(grid, merged, margins, fields, op.boundary, out.address),
  ];
};
