/**
 * Lists of instructions, as data: what a fused program does with its memory, one kernel after the other. Nothing in a list
 * is a function, so that any machine can run it.
 */

/**
 * A number that a kernel is called with. It may move with the counters of the loops around the call. Addresses and strides
 * are bytes.
 */
export type Argument = number | Moving | Choice | Read;

/**
 * times t + plus, where t is the counter of a loop. With `over`, its remainder modulo that, which is never negative.
 * With `per`, its quotient by that, rounded down.
 */
export interface Count {
  readonly loop: number;
  readonly times: number;
  readonly plus: number;
  /** The size of a ring; left out if there is none. */
  readonly over?: number;
  /** The size of a group of counts; left out if there is none. */
  readonly per?: number;
}

/** A count times a stride. */
export interface Term extends Count {
  readonly stride: number;
}

/** A sum: the base and a term for each loop that moves it. */
export interface Moving {
  readonly base: number;
  readonly terms: readonly Term[];
}

/** A condition: a count is this number. */
export interface Condition extends Count {
  readonly is: Argument;
}

/**
 * One number if a condition holds, else another: for example the state before the first step, or the strips of the
 * last tile.
 */
export interface Choice {
  readonly when: Condition;
  readonly take: Argument;
  readonly otherwise: Argument;
}

/**
 * The float at an address as a whole number of at most `most`: the count at which another loop ended. Only the start
 * of a loop may be one.
 */
export interface Read {
  readonly read: Argument;
  readonly most: number;
}

/** A kernel: its name and its description as JSON. */
export interface KernelName {
  readonly kernel: string;
  readonly of: unknown;
}

/** Calls a kernel. */
export interface Call {
  readonly do: 'call';
  readonly kernel: KernelName;
  readonly with: readonly Argument[];
}

/**
 * Runs the body with a counter from `from` by `by`, at most `times` times; with `until`, it ends after a run that leaves
 * another float than zero at this address.
 */
export interface Loop {
  readonly do: 'loop';
  readonly loop: number;
  readonly from: Argument;
  readonly by: 1 | -1;
  readonly times: Argument;
  readonly until?: Argument;
  readonly body: readonly Instruction[];
}

/** Runs the body if any of the conditions holds. */
export interface When {
  readonly do: 'when';
  readonly any: readonly Condition[];
  readonly body: readonly Instruction[];
}

/** Writes a loop's counter as a float: the clock of a step. */
export interface WriteClock {
  readonly do: 'clock';
  readonly loop: number;
  readonly to: Argument;
}

/** An instruction. */
export type Instruction = Call | Loop | When | WriteClock;

/** All instructions of a list, those inside loops too. */
export const instructionsIn = (list: readonly Instruction[]): readonly Instruction[] =>
  list.flatMap((each) =>
    each.do === 'loop' || each.do === 'when' ? [each, ...instructionsIn(each.body)] : [each],
  );
