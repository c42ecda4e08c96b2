/** The moments of a batch. */

import type { Instruction } from '../list/instruction.js';
import { pixelsOf } from '../memory/address.js';
import { listMomentsKernel, momentsKernel } from '../registry/moments.js';
import type { EmitContext, Operand } from './emitting.js';

/** Sums and sums of squares of whole planes; of a list, the numbers and their squares. */
export const emitMoments = (x: Operand, out: Operand, { arena, doubles }: EmitContext): Instruction => {
  const { planes, grid } = x.extent;
  const { at, plane } = x.address;
  const sums = doubles(out.node);
  const squares = sums + 8 * planes;
  if (grid === undefined) return listMomentsKernel.call({}, [at, sums, squares, planes]);
  const pixels = pixelsOf(grid);
  const mask = arena.mask(pixels % 4 || 4);
  return momentsKernel.call({}, [at, plane, sums, squares, planes, Math.ceil(pixels / 4) - 1, mask]);
};
