/**
 * Scans that end before all steps are taken: once a step has changed nothing, no later one would. The records of the
 * remaining steps equal those of that step, and their cotangents are added to those of its results.
 */

import { everyOf, keptSteps } from '../../../../dsl/op.js';
import type { FieldScan, FieldScanAdjoint } from '../../ir/field.js';
import { countedBy, fixedAt, moving, plus } from '../../list/argument.js';
import type { Argument, Condition, Instruction } from '../../list/instruction.js';
import { type Address, sizeOf } from '../../memory/address.js';
import type { Arena } from '../../memory/arena.js';
import { fillKernel } from '../../registry/moves.js';
import { pointwiseKernel } from '../../registry/pointwise.js';
import { copyBytes } from '../copy-value.js';
import { isLeaf, type StepContext } from './build-step.js';
import { type Counter, entryAt } from './counter.js';
import type { Steps } from './forward-steps.js';

/** How an observation is recorded for later steps: copied from the last step that was taken. */
export interface Repeat {
  readonly from: Argument;
  /** The address of its record after a step. */
  readonly to: Argument;
  readonly bytes: number;
  /** It is kept after steps k, 2k, ... for this k. */
  readonly every: number;
}

/** How a scan ends. */
export interface Ending {
  /** The address of a float that is nonzero after the last step. */
  readonly over: Argument;
  /** The address of the number of the last step, for each step around the scan. */
  readonly last: Argument;
  /** Writes the number of a step, after each step. */
  readonly note: Instruction;
  /** Fills the records of the remaining steps, after the last one that was taken. */
  readonly after: Instruction;
}

/** Whether an observation is kept after a step. */
export const isKept = (every: number, loop: number): Condition => ({
  loop,
  times: 1,
  plus: 1,
  over: every,
  is: 0,
});

/** The counter of a loop as a number. */
export const countOf = (loop: number): Argument => moving(0, { loop, stride: 1 });

/** Runs a body for each step after the one that a loop counts; `body` counts by the other loop. */
export const forLater = (
  { loop, steps }: Counter,
  other: number,
  body: readonly Instruction[],
): Instruction => ({
  do: 'loop',
  loop: other,
  from: plus(countOf(loop), 1),
  by: 1,
  times: moving(steps - 1, { loop, stride: -1 }),
  body,
});

/** The ending of a scan; `repeats` says how each observation is recorded for later steps. */
export const endingOf = (
  { body, steps }: FieldScan,
  ends: number,
  { built, complete }: Steps,
  counter: Counter,
  { arena, around }: StepContext,
  repeats: readonly Repeat[],
): Ending => {
  const { loop } = counter;
  const last = entryAt(arena.allocate(4 * around.count, 'last steps'), 4, around);
  const fields = [...new Set(Object.values(body.next))].flatMap((node): readonly Instruction[] => {
    if (isLeaf(body.nodes[node])) return [];
    const { at } = built.addresses.of(node);
    return [copyBytes(at, fixedAt(at, loop, steps - 1), sizeOf(body.nodes[node].extent))];
  });
  const other = arena.loop();
  const again = repeats.map(({ from, to, bytes, every }): Instruction => {
    const copy = copyBytes(from, countedBy(to, loop, other), bytes);
    return every === 1 ? copy : { do: 'when', any: [isKept(every, other)], body: [copy] };
  });
  return {
    over: built.addresses.of(ends).at,
    last,
    note: { do: 'clock', loop, to: last },
    after: {
      do: 'loop',
      loop,
      from: { read: last, most: steps - 1 },
      by: 1,
      times: 1,
      body: [...complete, ...fields, ...(again.length === 0 ? [] : [forLater(counter, other, again)])],
    },
  };
};

/** The sum of an observation's cotangents from a step on. */
export interface Tail {
  readonly address: Address;
  /** Adds those of the steps after the one that a loop counts, and of that step if it is part of the tail. */
  readonly add: (end: number) => readonly Instruction[];
}

/**
 * The tail of an observation. `first` is the address of the first kept cotangent; `isWithLast` says whether the last
 * step that was taken is part of it.
 */
export const tailOf = (
  adjoint: FieldScanAdjoint,
  name: string,
  first: Address,
  { bytes, stride }: { readonly bytes: number; readonly stride: number },
  arena: Arena,
  isWithLast: boolean,
): Tail => {
  const at = arena.allocate(bytes, `cotangents of ${name}, added up`);
  const every = everyOf(adjoint, name);
  const kept = keptSteps(adjoint, name);
  const sum = {
    operands: ['full', 'full'],
    steps: [{ op: 'zip', fn: 'add', of: 0, with: 1 }],
    results: [2],
  } as const;
  return {
    address: { ...first, at },
    add: (end) => {
      const loop = arena.loop();
      // the first kept one has number 1
      const entry = plus(first.at, moving(-stride, { loop, stride }));
      return [
        fillKernel.call({}, [arena.constants([0]), at, 0, 1, bytes / 16]),
        {
          do: 'loop',
          loop,
          from: kept,
          by: -1,
          times: moving(kept, { loop: end, stride: -1, plus: isWithLast ? 0 : 1, per: every }),
          body: [pointwiseKernel.call(sum, [1, 1, bytes / 16, at, entry, at])],
        },
      ];
    },
  };
};
