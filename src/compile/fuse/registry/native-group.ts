/** Groups of pointwise maps as numbers, in the order of `native/src/pointwise.h`. */

import type { FieldMap, FieldZip } from '../ir/field.js';
import type { Group, PointwiseStep } from '../kernels/pointwise.js';

/** Kinds of steps in the order of `native/src/pointwise.h`. */
export const stepKinds = [
  ...(['constant', 'affine', 'where', 'lengthVjp', 'angleVjp'] as const),
  ...([
    'tanh',
    'relu',
    'sigmoid',
    'softplus',
    'sin',
    'cos',
    'exp',
    'log',
    'sqrt',
    'square',
    'abs',
    'reciprocal',
    'sign',
    'floor',
    'erf',
    'stopGradient',
  ] as const satisfies readonly FieldMap[]),
  ...([
    'add',
    'sub',
    'mul',
    'div',
    'max',
    'min',
    'greater',
    'greaterEqual',
    'atan2',
    'keep',
    'length',
  ] as const satisfies readonly (FieldZip | 'keep' | 'length')[]),
] as const;

const operandKinds = ['full', 'plane', 'scalar'] as const;

type StepKind = (typeof stepKinds)[number];

/** A step's kind, the values that it reads, and its two numbers. */
interface Written {
  readonly kind: StepKind;
  readonly reads: readonly number[];
  readonly numbers: readonly [number, number];
}

const writtenOf = (step: PointwiseStep): Written => {
  switch (step.op) {
    case 'constant':
      return { kind: 'constant', reads: [], numbers: [step.value, 0] };
    case 'affine':
      return { kind: 'affine', reads: [step.of], numbers: [step.scale, step.shift] };
    case 'map':
      return { kind: step.fn, reads: [step.of], numbers: [0, 0] };
    case 'zip':
      return { kind: step.fn, reads: [step.of, step.with], numbers: [0, 0] };
    case 'where':
      return { kind: 'where', reads: [step.condition, step.of, step.with], numbers: [0, 0] };
    default:
      return { kind: step.op, reads: [step.cotangent, step.of, step.with], numbers: [0, 0] };
  }
};

/**
 * The numbers of a group. Tiles of steps are freed after their last reader, so that few of them stay in the cache.
 */
export const groupNumbers = ({ operands, steps, results }: Group): readonly number[] => {
  const written = steps.map(writtenOf);
  const last = new Map<number, number>();
  for (const [i, { reads }] of written.entries()) for (const value of reads) last.set(value, i);
  const free: number[] = [];
  const slotOf = new Map<number, number>();
  let slots = 0;
  const numbers: number[] = [];
  for (const [i, { kind, reads, numbers: own }] of written.entries()) {
    const value = operands.length + i;
    const result = results.indexOf(value);
    const slot = free.pop() ?? slots++;
    // results are read at the end
    if (result < 0) slotOf.set(value, slot);
    const [a = 0, b = 0, c = 0] = reads;
    numbers.push(stepKinds.indexOf(kind), a, b, c, slot, result, ...own);
    for (const read of [...new Set(reads), ...(last.has(value) ? [] : [value])]) {
      const held = slotOf.get(read);
      if (held === undefined || (last.get(read) ?? i) > i) continue;
      slotOf.delete(read);
      free.push(held);
    }
  }
  return [
    operands.length,
    steps.length,
    results.length,
    slots,
    ...operands.flatMap((kind, i) => [operandKinds.indexOf(kind), last.get(i) ?? -1]),
    ...numbers,
    ...results,
  ];
};
