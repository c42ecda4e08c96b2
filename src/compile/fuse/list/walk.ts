/** Goes through a list as it runs, one call after the other. */

import { type Counters, holds, numberAt, type ReadFloat } from './argument.js';
import type { Call, Instruction, Loop } from './instruction.js';

/** Callbacks for the instructions of a list. */
export interface Visitor {
  readonly call: (call: Call, given: readonly number[]) => void;
  /** Before each instruction, and each turn of a loop. */
  readonly step?: () => void;
  /** The number of turns of a loop, if it is not the stated one. */
  readonly turns?: (loop: Loop, times: number) => number;
  /** The counts of a loop that are visited; undefined for all. */
  readonly visits?: (
    loop: Loop,
    turns: { readonly first: number; readonly count: number },
    counters: Counters,
  ) => Iterable<number> | undefined;
  /** A clock's float is written at an address. */
  readonly clock: (at: number, count: number) => void;
  /** Whether a loop ends early, as the float at an address says. */
  readonly ends: (at: number) => boolean;
  /** The float at an address: where another loop ended. */
  readonly read: ReadFloat;
}

/** A number of counts from a first one on. */
const counted = function* (first: number, by: number, count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield first + i * by;
};

/** Visits all instructions that a list runs, in order, with the arguments of kernels. */
export const walk = (list: readonly Instruction[], visitor: Visitor): void => {
  const counts = new Map<number, number>();
  const counterOf = (loop: number): number => {
    const count = counts.get(loop);
    if (count === undefined) throw new Error(`no loop ${loop} is around`);
    return count;
  };
  const visit = (each: Instruction): void => {
    visitor.step?.();
    switch (each.do) {
      case 'call': {
        visitor.call(
          each,
          each.with.map((argument) => numberAt(argument, counterOf)),
        );
        return;
      }
      case 'clock':
        visitor.clock(numberAt(each.to, counterOf), counterOf(each.loop));
        return;
      case 'when':
        if (each.any.some((condition) => holds(condition, counterOf))) each.body.forEach(visit);
        return;
      case 'loop': {
        const { loop, from, by, times, until, body } = each;
        const [first, said] = [from, times].map((each) => numberAt(each, counterOf, visitor.read));
        const count = visitor.turns?.(each, said) ?? said;
        for (const at of visitor.visits?.(each, { first, count }, counterOf) ?? counted(first, by, count)) {
          visitor.step?.();
          counts.set(loop, at);
          body.forEach(visit);
          if (until !== undefined && visitor.ends(numberAt(until, counterOf))) break;
        }
        counts.delete(loop);
      }
    }
  };
  list.forEach(visit);
};
