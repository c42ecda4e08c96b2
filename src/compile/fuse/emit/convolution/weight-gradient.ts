/** Gradients of convolutions by their weights. */

import type { FieldOpOf } from '../../ir/field.js';
import { groupOf, resultsOf } from '../../ir/window.js';
import { plus } from '../../list/argument.js';
import type { Instruction } from '../../list/instruction.js';
import { dots } from '../dots.js';
import { type EmitContext, gridIn, type Operand } from '../emitting.js';
import { cellOf } from './halo.js';
import { forwardMargins, readWindows } from './window.js';
import { emitWinogradWeight, isWinograd } from './winograd.js';

export const emitConvWeight = (
  op: FieldOpOf<'convWeight'>,
  x: Operand,
  dy: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const grid = gridIn(x);
  if (isWinograd(op, grid)) return emitWinogradWeight(op, forwardMargins(op, grid), x, dy, out, e);
  const outer = op.outer ?? 1;
  const each = groupOf(op);
  const { fill, halo, tap } = readWindows(op, x, outer * op.from, e);
  const { height, width } = gridIn(dy);
  const taps = op.height * op.width;
  const tapAt = (index: number): number => tap(Math.floor(index / op.width), index % op.width);
  const to = e.doubles(out.node);
  // in the order of the weights: taps of the window, then channels
  const offsets = Array.from(
    { length: taps * each.from },
    (_, row) => tapAt(Math.floor(row / each.from)) + (row % each.from) * halo.plane,
  );
  // the offset of a group's weights, and of the next of its rows
  const cRow = op.depthwise ? op.from * op.to : op.to;
  return [
    ...fill,
    ...Array.from({ length: outer * each.groups }, (_, part) => {
      const [field, group] = [Math.floor(part / each.groups), part % each.groups];
      const first = field * resultsOf(op) + group * each.to;
      return dots(e.arena, {
        yRow: dy.address.plane,
        columns: each.to,
        lines: height,
        xLine: halo.line,
        yLine: 4 * width,
        width,
        x: plus(cellOf(halo, 0, 0), (field * op.from + group * each.from) * halo.plane),
        offsets,
        y: plus(dy.address.at, first * dy.address.plane),
        c: to + 8 * group * each.to,
        cRow,
      });
    }).flat(),
  ];
};
