/** Operations that copy whole planes: repeated, sliced, put among zeros, rearranged, one after the other. */

import type { FieldOpOf } from '../ir/field.js';
import type { Instruction } from '../list/instruction.js';
import { copyRunsOf } from '../memory/copy-runs.js';
import { type EmitContext, type Operand, zero } from './emitting.js';
import { copyRun } from './planes.js';

export const emitRepeatPlanes = (
  { outer, count, inner }: FieldOpOf<'repeatPlanes'>,
  x: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] =>
  // as few calls as possible: all copies of a group at once, or one copy of all groups
  outer < count
    ? Array.from({ length: outer }, (_, o) =>
        copyRun(
          { address: x.address, from: o * inner, each: 0 },
          { address: out.address, from: o * count * inner, each: inner },
          count,
          inner,
          e,
        ),
      ).flat()
    : Array.from({ length: count }, (_, k) =>
        copyRun(
          { address: x.address, from: 0, each: inner },
          { address: out.address, from: k * inner, each: count * inner },
          outer,
          inner,
          e,
        ),
      ).flat();

export const emitSlicePlanes = (
  { outer, count, inner, begin, size }: FieldOpOf<'slicePlanes'>,
  x: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] =>
  copyRun(
    { address: x.address, from: begin * inner, each: count * inner },
    { address: out.address, from: 0, each: size * inner },
    outer,
    size * inner,
    e,
  );

/** The VJP of a slice: zeros before and after. */
export const emitEmbedPlanes = (
  { outer, count, inner, begin, size }: FieldOpOf<'embedPlanes'>,
  x: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => [
  zero(out, e),
  ...copyRun(
    { address: x.address, from: 0, each: size * inner },
    { address: out.address, from: begin * inner, each: count * inner },
    outer,
    size * inner,
    e,
  ),
];

export const emitRearrange = (
  { order }: FieldOpOf<'rearrange'>,
  x: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] =>
  copyRunsOf(order).flatMap(({ from, to, runs, size, fromEach, toEach }) =>
    copyRun(
      { address: x.address, from, each: fromEach },
      { address: out.address, from: to, each: toEach },
      runs,
      size,
      e,
    ),
  );

export const emitConcatPlanes = (
  { sizes, outer, inner }: FieldOpOf<'concatPlanes'>,
  inputs: readonly Operand[],
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const total = sizes.reduce((a, b) => a + b, 0);
  let begin = 0;
  return inputs.flatMap(({ address }, i) => {
    const from = begin;
    begin += sizes[i];
    return copyRun(
      { address, from: 0, each: sizes[i] * inner },
      { address: out.address, from: from * inner, each: total * inner },
      outer,
      sizes[i] * inner,
      e,
    );
  });
};
