/** Convolutions and their adjoints by the input: products over planes with margins. */

import type { FieldOpOf, Window } from '../../ir/field.js';
import { groupOf, reachOf, resultsOf } from '../../ir/window.js';
import { plus } from '../../list/argument.js';
import type { Instruction } from '../../list/instruction.js';
import { type EmitContext, gridIn, type Operand } from '../emitting.js';
import {
  convInputPacking,
  convPacking,
  depthwiseInputPacking,
  depthwisePacking,
  groupPacking,
  type Packing,
  tapsInputPacking,
  winogradInputPacking,
  winogradPacking,
} from '../pack-weights.js';
import { convolve } from './convolve.js';
import { cellOf, fillHalo, foldReflected, type Halo, haloAt, type Margins } from './halo.js';
import { emitStridedInput } from './strided-input.js';
import { forwardMargins, mirroredMargins, offsetsOf, readWindows, scratchHalo } from './window.js';
import { emitWinograd, isWinograd } from './winograd.js';

/** The packed weights of each group of a convolution. */
const packingsOf = (op: Window): readonly { readonly packing: Packing; readonly key: string }[] => {
  const { groups } = groupOf(op);
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (op.depthwise)
    return Array.from({ length: groups }, (_, channel) => ({
      packing: depthwisePacking(op, channel),
      key: `depthwise ${key} ${channel}`,
    }));
  return groups === 1
    ? [{ packing: convPacking(op), key: `conv ${key}` }]
    : Array.from({ length: groups }, (_, group) => ({
        packing: groupPacking(op, group),
        key: `group ${key} ${group} of ${groups}`,
      }));
};

export const emitConv = (
  op: FieldOpOf<'conv'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const grid = gridIn(x);
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (isWinograd(op, grid))
    return emitWinograd(
      {
        window: op,
        margins: forwardMargins(op, grid),
        boundary: op.boundary,
        from: op.from,
        to: op.to,
        packing: (factors) => winogradPacking(op, factors),
        key: `winograd ${key}`,
      },
      x,
      w,
      out,
      e,
    );
  const { height, width } = gridIn(out);
  const outer = op.outer ?? 1;
  const each = groupOf(op);
  const reading = readWindows(op, x, outer * op.from, e);
  const offsets = offsetsOf(op, each.from, reading);
  return [
    ...reading.fill,
    ...packingsOf(op).flatMap(({ packing, key: named }, group) => {
      const packed = e.packed(w.node, packing, named);
      return [
        ...packed.before,
        ...repeated(outer, (field) => {
          const first = field * resultsOf(op) + group * each.to;
          return convolve(e.arena, {
            packed,
            packing,
            halo: reading.halo,
            offsets,
            from: field * op.from + group * each.from,
            lines: height,
            width,
            to: plus(out.address.at, first * out.address.plane),
            toLine: 4 * width,
            toPlane: out.address.plane,
          });
        }),
      ];
    }),
  ];
};

/** The instructions of each of several fields. */
const repeated = (count: number, of: (field: number) => readonly Instruction[]): readonly Instruction[] =>
  Array.from({ length: count }, (_, field) => of(field)).flat();

export const emitConvInput = (
  op: FieldOpOf<'convInput'>,
  dy: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  if (op.stride !== undefined) return emitStridedInput(op, op.stride, dy, w, out, e);
  const grid = gridIn(out);
  const outer = op.outer ?? 1;
  const each = groupOf(op);
  const [fields, results] = [outer * op.from, outer * resultsOf(op)];
  const margins = mirroredMargins(op, grid);
  const reflect = op.boundary === 'reflect';
  const boundary = op.boundary === 'circular' ? 'circular' : 'zero';
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (!reflect && isWinograd(op, grid))
    return emitWinograd(
      {
        window: op,
        margins,
        boundary,
        from: op.to,
        to: op.from,
        packing: (factors) => winogradInputPacking(op, factors),
        key: `winogradInput ${key}`,
      },
      dy,
      w,
      out,
      e,
    );
  const forward = forwardMargins(op, grid);
  // with a mirror, the gradient is first computed on planes with margins, and then the margins are folded
  const around: Margins = reflect
    ? {
        top: margins.top + forward.top,
        bottom: margins.bottom + forward.bottom,
        left: margins.left + forward.left,
        right: margins.right + forward.right,
      }
    : margins;
  const halo = scratchHalo(e, gridIn(dy), around, results);
  const pad = fillHalo(e.arena, gridIn(dy), dy.address, results, halo, boundary);
  const sizes = haloAt(0, grid, forward);
  const wide = reflect
    ? { ...sizes, at: e.arena.allocate(fields * sizes.plane + 64, 'gradient with margins') }
    : undefined;
  const shifted: Halo =
    wide === undefined
      ? halo
      : {
          ...halo,
          margins: { ...around, top: margins.top },
          lead: halo.lead - forward.left,
        };
  const target =
    wide === undefined
      ? {
          lines: grid.height,
          width: grid.width,
          toLine: 4 * grid.width,
          toPlane: out.address.plane,
          to: out.address.at,
        }
      : {
          lines: grid.height + forward.top + forward.bottom,
          width: grid.width + forward.left + forward.right,
          toLine: wide.line,
          toPlane: wide.plane,
          to: cellOf(wide, -forward.top, -forward.left),
        };
  const { rows, columns } = reachOf(op);
  const offsets = offsetsOf(op, each.to, {
    halo,
    tap: (row, column) =>
      (row * rows.dilation - margins.top) * halo.line + 4 * (column * columns.dilation - margins.left),
  });
  const packings = inputPackingsOf(op);
  return [
    ...pad,
    ...packings.flatMap(({ packing, key: named }, group) => {
      const packed = e.packed(w.node, packing, named);
      return [
        ...packed.before,
        ...repeated(outer, (field) => {
          const first = field * op.from + group * each.from;
          return convolve(e.arena, {
            ...target,
            packed,
            packing,
            halo: shifted,
            offsets,
            from: field * resultsOf(op) + group * each.to,
            to: plus(target.to, first * target.toPlane),
          });
        }),
      ];
    }),
    ...(wide === undefined ? [] : [foldReflected(grid, wide, fields, out.address)]),
  ];
};

/** The packed weights of each group of a convolution's adjoint by the input: taps of the window in reverse order. */
const inputPackingsOf = (op: Window): readonly { readonly packing: Packing; readonly key: string }[] => {
  const { groups } = groupOf(op);
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (op.depthwise)
    return Array.from({ length: groups }, (_, channel) => ({
      packing: depthwiseInputPacking(op, channel),
      key: `depthwiseInput ${key} ${channel}`,
    }));
  const taps = Array.from({ length: op.height * op.width }, (_, tap) => op.height * op.width - 1 - tap);
  return groups === 1
    ? [{ packing: convInputPacking(op), key: `convInput ${key}` }]
    : Array.from({ length: groups }, (_, group) => ({
        packing: tapsInputPacking(op, group, taps),
        key: `groupInput ${key} ${group} of ${groups}`,
      }));
};
