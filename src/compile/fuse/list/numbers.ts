/** Checks that every machine counts equally with the numbers of a list: in 32 bits, and never by zero. */

import type { Argument, Condition, Count, Instruction, Loop } from './instruction.js';
import { type CounterRanges, counterRange, rangeOf, wholeRange } from './range.js';

/** The limit of counts, so that sums stay within 32 bits. */
const mostCounted = 2 ** 30;

/** The largest argument of a kernel. */
export const mostNumber = 2 ** 31;

const isWithin = (most: number, ...all: readonly number[]): boolean =>
  all.every((each) => Math.abs(each) <= most);

const countProblem = (count: Count, ranges: CounterRanges): string | undefined => {
  const { loop, times, plus, over = 1, per = 1 } = count;
  if (Math.min(over, per) < 1) return `loop ${loop} is counted in rings or groups of no counts`;
  return isWithin(mostCounted, times, plus, over, per, ...wholeRange(count, ranges))
    ? undefined
    : `a count of loop ${loop} may be more than ${mostCounted}`;
};

const conditionProblem = (condition: Condition, ranges: CounterRanges): string | undefined =>
  countProblem(condition, ranges) ??
  argumentProblem(condition.is, ranges) ??
  (isWithin(mostNumber - 1, ...rangeOf(condition.is, ranges))
    ? undefined
    : `a count of loop ${condition.loop} is held against more than 32 bits`);

const argumentProblem = (argument: Argument, ranges: CounterRanges): string | undefined => {
  if (typeof argument === 'number')
    return isWithin(mostNumber, argument) ? undefined : `${argument} is more than 32 bits`;
  if ('read' in argument) return 'what memory says is read where no loop begins';
  if ('when' in argument)
    return (
      conditionProblem(argument.when, ranges) ??
      argumentProblem(argument.take, ranges) ??
      argumentProblem(argument.otherwise, ranges)
    );
  return [
    argumentProblem(argument.base, ranges),
    ...argument.terms.flatMap((term) => [argumentProblem(term.stride, ranges), countProblem(term, ranges)]),
  ].find((each) => each !== undefined);
};

/**
 * Whether a loop starts at a number from memory. It then runs once for this check, with any count up to the largest.
 */
export const readsStart = ({ from }: Loop): number | undefined =>
  typeof from !== 'number' && 'read' in from ? from.most : undefined;

const loopProblem = (each: Loop, ranges: CounterRanges): string | undefined => {
  const { loop, from, by, times, until, body } = each;
  const inside: CounterRanges = (other) => (other === loop ? counterRange(each, ranges) : ranges(other));
  const start =
    typeof from !== 'number' && 'read' in from
      ? by === 1 && times === 1 && from.most <= mostCounted
        ? argumentProblem(from.read, ranges)
        : `loop ${loop} begins with what memory says, and turns more than once`
      : argumentProblem(from, ranges);
  return (
    start ??
    // its number of turns is counted when it runs
    (typeof times === 'number' ? undefined : argumentProblem(times, ranges)) ??
    (until === undefined ? undefined : argumentProblem(until, inside)) ??
    numbersProblem(body, inside)
  );
};

const problemOf = (each: Instruction, ranges: CounterRanges): string | undefined => {
  switch (each.do) {
    case 'call':
      return each.with.map((given) => argumentProblem(given, ranges)).find((found) => found !== undefined);
    case 'clock':
      return argumentProblem(each.to, ranges);
    case 'when':
      return (
        each.any.map((one) => conditionProblem(one, ranges)).find((found) => found !== undefined) ??
        numbersProblem(each.body, ranges)
      );
    case 'loop':
      return loopProblem(each, ranges);
  }
};

/** The problem with the numbers of a list, as a clause; `ranges` are those of the counters of loops around it. */
export const numbersProblem = (
  list: readonly Instruction[],
  ranges: CounterRanges = () => [0, 0],
): string | undefined => {
  for (const each of list) {
    const problem = problemOf(each, ranges);
    if (problem !== undefined) return problem;
  }
  return undefined;
};
