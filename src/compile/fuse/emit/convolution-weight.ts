/** Gradients of convolutions by their weights. */

import type { FieldOpOf } from '../ir/field.js';
import type { Instruction } from '../memory/address.js';
import { dots } from './dots.js';
import type { EmitContext, Operand } from './emitting.js';
import { cellOf, fillHalo } from './halo.js';
import { forwardMargins, scratchHalo } from './window.js';
import { emitWinogradWeight, isWinograd } from './winograd.js';

export const emitConvWeight = (
  op: FieldOpOf<'convWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const margins = forwardMargins(op);
  if (isWinograd(op, e.grid)) return emitWinogradWeight(op, margins, x, dy, out, e);
  const halo = scratchHalo(e, e.grid, margins, op.from);
  const pad = fillHalo(e.arena, e.grid, x.address, op.from, halo, op.boundary);
  const { height, width } = e.grid;
  const taps = op.height * op.width;
  const tap = (index: number): number =>
    (Math.floor(index / op.width) - margins.top) * halo.line + 4 * ((index % op.width) - margins.left);
  const to = e.doubles(out.node);
  const common = {
    yRow: dy.address.plane,
    columns: op.to,
    lines: height,
    xLine: halo.line,
    yLine: 4 * width,
    width,
  };
  if (!op.depthwise)
    return [
      pad,
      ...dots(e.arena, {
        ...common,
        x: () => cellOf(halo, 0, 0),
        // in the order of the weights: taps of the window, then channels
        offsets: Array.from(
          { length: taps * op.from },
          (_, row) => tap(Math.floor(row / op.from)) + (row % op.from) * halo.plane,
        ),
        y: dy.address.at,
        c: () => to,
        cRow: op.to,
      }),
    ];
  return [
    pad,
    ...Array.from({ length: op.from }, (_, channel) =>
      dots(e.arena, {
        ...common,
        x: () => cellOf(halo, 0, 0) + channel * halo.plane,
        offsets: Array.from({ length: taps }, (_, index) => tap(index)),
        y: (t) => dy.address.at(t) + channel * op.to * dy.address.plane,
        c: () => to + 8 * channel * op.to,
        cRow: op.from * op.to,
      }),
    ).flat(),
  ];
};
