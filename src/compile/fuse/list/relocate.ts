/** Lists with the counter of one loop replaced by a number: one step of it, or a base address that is known later. */

import { conditionAt, fixedAt } from './argument.js';
import type { Argument, Condition, Instruction } from './instruction.js';

/**
 * A list with the counter of a loop around it replaced by this number; also for addresses that were written as a loop.
 *
 * @example
 * const when = { do: 'when', any: [{ loop: 0, times: 1, plus: 0, is: 3 }], body: [] } as const;
 * withFixed([when], 0, 2); // => []
 */
export const withFixed = (list: readonly Instruction[], loop: number, at: number): readonly Instruction[] => {
  const fixed = (argument: Argument): Argument => fixedAt(argument, loop, at);
  const placed = (each: Instruction): readonly Instruction[] => {
    switch (each.do) {
      case 'call':
        return [{ ...each, with: each.with.map(fixed) }];
      case 'clock':
        return [{ ...each, to: fixed(each.to) }];
      case 'when': {
        const body = withFixed(each.body, loop, at);
        const known = each.any.map((condition) => conditionAt(condition, loop, at));
        if (known.some((condition) => condition === true)) return body;
        const any = known.filter((condition): condition is Condition => typeof condition !== 'boolean');
        return any.length === 0 ? [] : [{ ...each, any, body }];
      }
      case 'loop': {
        const until = each.until === undefined ? {} : { until: fixed(each.until) };
        const [from, times] = [fixed(each.from), fixed(each.times)];
        return [{ ...each, from, times, ...until, body: withFixed(each.body, loop, at) }];
      }
    }
  };
  return list.flatMap(placed);
};
