/** The addresses of values that each step hands to the next. */

import { choice, later, moving } from '../../list/argument.js';
import type { Argument, Condition, Count } from '../../list/instruction.js';

/** The steps of a loop, counted along a chain in which each step follows another. */
export interface Steps {
  readonly loop: number;
  readonly by: 1 | -1;
  /** Holds if this many steps of the same chain came before. */
  readonly isAfter: (steps: number) => Condition;
  /** For fields that rotate in a ring for ever: the element of the ring at a step, from step `start` on. */
  readonly turn: (start: number, ring: readonly Argument[]) => Argument;
  /** The length of the longest chain of steps, if there is a limit. */
  readonly few?: number;
}

/** The one of a ring that a count selects. */
const oneOf = ([first, ...others]: readonly Argument[], turn: Count): Argument =>
  others.reduceRight((rest, each, i) => choice({ ...turn, is: i + 1 }, each, rest), first);

/** Steps that are counted by the counter of a loop. */
const countedFrom = (loop: number, by: 1 | -1, done: Count): Steps => ({
  loop,
  by,
  isAfter: (is) => ({ ...done, is }),
  turn: (start, ring) => oneOf(ring, { ...done, plus: done.plus - start, over: ring.length }),
});

/** Steps from the first on. */
export const forwards = (loop: number): Steps => countedFrom(loop, 1, { loop, times: 1, plus: 0 });

/** Steps in segments of this size; each segment starts a new chain. */
export const inSegments = (loop: number, size: number): Steps => ({
  ...countedFrom(loop, 1, { loop, times: 1, plus: 0, over: size }),
  few: size,
});

/** Steps backwards, from the last of these steps. */
export const backwards = (loop: number, steps: number): Steps =>
  countedFrom(loop, -1, { loop, times: -1, plus: steps - 1 });

/** Steps backwards, from the step at which another loop ended. */
export const backwardsFrom = (loop: number, end: number): Steps => ({
  loop,
  by: -1,
  isAfter: (steps) => ({ loop, times: 1, plus: steps, is: moving(0, { loop: end, stride: 1 }) }),
  turn: (start, ring) =>
    oneOf(
      // one for each remainder that the end may have
      ring.map((_, rest) => oneOf(ring, { loop, times: -1, plus: rest - start, over: ring.length })),
      { loop: end, times: 1, plus: 0, over: ring.length },
    ),
});

/** The new value of a field: the old one of another field, or a value at an address. */
export type Becomes = { readonly field: string } | { readonly at: Argument };

/**
 * The address of a field before each step: `initial` is its address before the first, `next` its new value after
 * each. If steps only pass values from field to field, the address is that of another field, some steps earlier.
 */
export const carriedAt = (
  field: string,
  initial: (field: string) => Argument,
  next: (field: string) => Becomes,
  { loop, by, isAfter, turn, few }: Steps,
): Argument => {
  const chain = [field];
  const before = (fields: readonly string[], last: Argument): Argument =>
    fields.reduceRight((rest, each, i) => choice(isAfter(i), initial(each), rest), last);
  for (;;) {
    const becomes = next(chain[chain.length - 1]);
    if ('at' in becomes) return before(chain, later(becomes.at, loop, -by * chain.length));
    const start = chain.indexOf(becomes.field);
    if (start < 0) {
      chain.push(becomes.field);
      continue;
    }
    // from here on the fields rotate for ever
    const ring = chain.slice(start);
    if (ring.length > 1 && few !== undefined) {
      const all = Array.from({ length: few }, (_, step) =>
        step < start ? chain[step] : ring[(step - start) % ring.length],
      );
      return before(all.slice(0, -1), initial(all[all.length - 1]));
    }
    return before(chain.slice(0, start), turn(start, ring.map(initial)));
  }
};
