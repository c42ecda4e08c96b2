/** The counters of scans' steps, and the entries of their records. */

import { moving, plus, timesOf } from '../../list/argument.js';
import type { Argument } from '../../list/instruction.js';

/** Counts the steps of a scan, from 0: the counter of a loop, inside those of the scans around. */
export interface Counter {
  readonly steps: number;
  readonly loop: number;
}

/** A number that grows by `stride` from step to step. */
export const eachStep = ({ loop }: Counter, stride: number): Argument => moving(0, { loop, stride });

/** The entries of a record: their number, and the entry of the present step. */
export interface Records {
  readonly count: number;
  readonly entry: Argument;
}

/** One entry, outside of all steps. */
export const single: Records = { count: 1, entry: 0 };

/** An entry for each step of a scan, for each entry of the scans around it. */
export const everyStep = (counter: Counter, around: Records): Records => ({
  count: around.count * counter.steps,
  entry: plus(timesOf(around.entry, counter.steps), eachStep(counter, 1)),
});

/** Entries for the steps of one segment, which the next segment overwrites. */
export const everySegment = ({ loop }: Counter, size: number): Records => ({
  count: size,
  entry: moving(0, { loop, stride: 1, over: size }),
});

/** The address of an entry. */
export const entryAt = (base: number, bytes: number, { entry }: Records): Argument =>
  plus(base, timesOf(entry, bytes));
