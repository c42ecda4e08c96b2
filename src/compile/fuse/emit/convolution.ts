/** Convolutions and their adjoints by the input: products over planes with margins. */

import type { FieldOpOf } from '../ir/field.js';
import type { Instruction } from '../memory/address.js';
import { convolve } from './convolve.js';
import { before, type EmitContext, type Operand } from './emitting.js';
import { cellOf, fillHalo, foldReflected, type Halo, haloAt, type Margins } from './halo.js';
import {
  convInputPacking,
  convPacking,
  depthwiseInputPacking,
  depthwisePacking,
  winogradInputPacking,
  winogradPacking,
} from './pack-weights.js';
import { forwardMargins, mirroredMargins, offsetsOf, scratchHalo } from './window.js';
import { emitWinograd, isWinograd } from './winograd.js';

export const emitConv = (
  op: FieldOpOf<'conv'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const margins = forwardMargins(op);
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (isWinograd(op, e.grid))
    return emitWinograd(
      {
        window: op,
        margins,
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
  const halo = scratchHalo(e, e.grid, margins, op.from);
  const pad = fillHalo(e.arena, e.grid, x.address, op.from, halo, op.boundary);
  const common = {
    halo,
    lines: e.grid.height,
    width: e.grid.width,
    toLine: 4 * e.grid.width,
    toPlane: out.address.plane,
  };
  if (!op.depthwise) {
    const packing = convPacking(op);
    const packed = e.packed(w.node, packing, `conv ${key}`);
    const offsets = offsetsOf(halo, op, op.from, margins);
    return [
      ...before(packed),
      pad,
      ...convolve(e.arena, { ...common, packed, packing, offsets, from: 0, to: out.address.at }),
    ];
  }
  const offsets = offsetsOf(halo, op, 1, margins);
  return [
    pad,
    ...Array.from({ length: op.from }, (_, channel) => {
      const packing = depthwisePacking(op, channel);
      const packed = e.packed(w.node, packing, `depthwise ${key} ${channel}`);
      return [
        ...before(packed),
        ...convolve(e.arena, {
          ...common,
          packed,
          packing,
          offsets,
          from: channel,
          to: (t) => out.address.at(t) + channel * op.to * out.address.plane,
        }),
      ];
    }).flat(),
  ];
};

export const emitConvInput = (
  op: FieldOpOf<'convInput'>,
  dy: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const results = op.depthwise ? op.from * op.to : op.to;
  const margins = mirroredMargins(op);
  const reflect = op.boundary === 'reflect';
  const boundary = op.boundary === 'circular' ? 'circular' : 'zero';
  const key = `${op.height} ${op.width} ${op.from} ${op.to}`;
  if (!reflect && isWinograd(op, e.grid))
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
  const forward = forwardMargins(op);
  // with a mirror, the gradient is first computed on planes with margins, and then the margins are folded
  const around: Margins = reflect
    ? {
        top: margins.top + forward.top,
        bottom: margins.bottom + forward.bottom,
        left: margins.left + forward.left,
        right: margins.right + forward.right,
      }
    : margins;
  const halo = scratchHalo(e, e.grid, around, results);
  const pad = fillHalo(e.arena, e.grid, dy.address, results, halo, boundary);
  const sizes = haloAt(0, e.grid, forward);
  const wide = reflect ? { ...sizes, at: e.arena.allocate(op.from * sizes.plane + 64) } : undefined;
  const shifted: Halo =
    wide === undefined
      ? halo
      : {
          ...halo,
          get at() {
            return halo.at;
          },
          margins: { ...around, top: margins.top },
          lead: halo.lead - forward.left,
        };
  const target =
    wide === undefined
      ? {
          lines: e.grid.height,
          width: e.grid.width,
          toLine: 4 * e.grid.width,
          toPlane: out.address.plane,
          to: out.address.at,
        }
      : {
          lines: e.grid.height + forward.top + forward.bottom,
          width: e.grid.width + forward.left + forward.right,
          toLine: wide.line,
          toPlane: wide.plane,
          to: () => cellOf(wide, -forward.top, -forward.left),
        };
  const fold = wide === undefined ? [] : [foldReflected(e.arena, e.grid, wide, op.from, out.address)];
  if (!op.depthwise) {
    const packing = convInputPacking(op);
    const packed = e.packed(w.node, packing, `convInput ${key}`);
    const offsets = offsetsOf(halo, op, op.to, margins);
    return [
      ...before(packed),
      pad,
      ...convolve(e.arena, { ...target, packed, packing, halo: shifted, offsets, from: 0 }),
      ...fold,
    ];
  }
  const offsets = offsetsOf(halo, op, op.to, margins);
  return [
    pad,
    ...Array.from({ length: op.from }, (_, channel) => {
      const packing = depthwiseInputPacking(op, channel);
      const packed = e.packed(w.node, packing, `depthwiseInput ${key} ${channel}`);
      return [
        ...before(packed),
        ...convolve(e.arena, {
          ...target,
          packed,
          packing,
          halo: shifted,
          offsets,
          from: channel * op.to,
          to: (t) => target.to(t) + channel * target.toPlane,
        }),
      ];
    }).flat(),
    ...fold,
  ];
};
