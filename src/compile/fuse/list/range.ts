/** The range of an argument while the loops around it run. */

import type { Argument, Count, Loop } from './instruction.js';

/** The lowest and the highest. */
export type Range = readonly [low: number, high: number];

/** The range of each loop's counter, by its number. */
export type CounterRanges = (loop: number) => Range;

export const counterRange = ({ from, by, times }: Loop, ranges: CounterRanges): Range => {
  const [low, high] = rangeOf(from, ranges);
  const more = Math.max(0, rangeOf(times, ranges)[1] - 1);
  return by === 1 ? [low, high + more] : [low - more, high];
};

const ordered = (a: number, b: number): Range => [Math.min(a, b), Math.max(a, b)];

/** The range of a count, before remainder or quotient. */
export const wholeRange = ({ loop, times, plus }: Count, ranges: CounterRanges): Range => {
  const [low, high] = ranges(loop);
  return ordered(times * low + plus, times * high + plus);
};

/** The range of a count. */
const countRange = (count: Count, ranges: CounterRanges): Range => {
  const { over, per } = count;
  const whole = wholeRange(count, ranges);
  const range: Range = over === undefined || (whole[0] >= 0 && whole[1] < over) ? whole : [0, over - 1];
  return per === undefined ? range : [Math.floor(range[0] / per), Math.floor(range[1] / per)];
};

/** A range that contains every value of an argument; it may be wider. */
export const rangeOf = (argument: Argument, ranges: CounterRanges): Range => {
  if (typeof argument === 'number') return [argument, argument];
  if ('read' in argument) return [0, argument.most];
  if ('when' in argument) {
    const [a, b] = [rangeOf(argument.take, ranges), rangeOf(argument.otherwise, ranges)];
    return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
  }
  return argument.terms.reduce<Range>(
    ([low, high], term) => {
      const range = countRange(term, ranges);
      const [least, most] = ordered(term.stride * range[0], term.stride * range[1]);
      return [low + least, high + most];
    },
    [argument.base, argument.base],
  );
};
