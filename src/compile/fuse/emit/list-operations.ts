/**
 * Layers and reductions over lists of numbers: weights computed from weights, means of fields, drives of a step.
 */

import type { Along, FieldNode } from '../ir/field.js';
import type { Instruction } from '../list/instruction.js';
import {
  listDenseKernel,
  listDenseWeightKernel,
  listFirstMaxKernel,
  listReduceKernel,
} from '../registry/lists.js';
import type { EmitContext, Operand } from './emitting.js';

const along = ({ outer, count, inner }: Along): Along => ({ outer, count, inner });

/** The instructions of a layer or reduction whose first input is a list; undefined for other operations. */
export const emitOnLists = (
  op: FieldNode['op'],
  inputs: readonly Operand[],
  out: Operand,
  { doubles }: Pick<EmitContext, 'doubles'>,
): readonly Instruction[] | undefined => {
  const given = inputs.map(({ address }) => address.at);
  const to = out.address.at;
  switch (op.op) {
    case 'dense': {
      const { to: features, transposed } = op;
      return [listDenseKernel.call({ ...along(op), to: features, transposed }, [...given, to])];
    }
    case 'denseWeight':
      return [listDenseWeightKernel.call({ ...along(op), to: op.to }, [...given, doubles(out.node)])];
    case 'reducePlanes':
      return [listReduceKernel.call({ ...along(op), fn: op.fn }, [...given, to])];
    case 'firstMax':
      return [listFirstMaxKernel.call(along(op), [...given, to])];
    default:
      return undefined;
  }
};
