/** Where fields are that steps hand on: held against going back step by step. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { moving, numberAt } from '../../../../../src/compile/fuse/list/argument.js';
import type { Argument } from '../../../../../src/compile/fuse/list/instruction.js';
import {
  type Becomes,
  backwards,
  backwardsFrom,
  carriedAt,
  forwards,
  inSegments,
  type Steps,
} from '../../../../../src/compile/fuse/schedule/scan/carried.js';

const names = ['a', 'b', 'c', 'd'] as const;
const loop = 1;
const end = 2;

/** Each field takes over another one, or a value of its own, which moves with the step. */
const nexts = fc.tuple(...names.map(() => fc.option(fc.constantFrom(...names), { nil: undefined })));

const initialOf = (field: string): number => 10_000 * (1 + names.findIndex((name) => name === field));
const ownOf = (field: string): Argument =>
  moving(initialOf(field) + 1, { loop, stride: 10, plus: 3, over: 7 });

describe('what steps hand on', () => {
  const holds = (
    next: readonly (string | undefined)[],
    steps: Steps,
    counts: readonly number[],
    /** Steps before this one that hand on to each other. */
    done: (count: number) => number,
    last: number,
  ): void => {
    const becomes = (field: string): Becomes => {
      const other = next[names.findIndex((name) => name === field)];
      return other === undefined ? { at: ownOf(field) } : { field: other };
    };
    for (const field of names) {
      const at = carriedAt(field, initialOf, becomes, steps);
      for (const count of counts) {
        let [name, now] = [field as string, count];
        let expected: number | undefined;
        for (let left = done(count); expected === undefined; left--) {
          const before = becomes(name);
          if (left === 0) expected = initialOf(name);
          else if ('at' in before) expected = numberAt(before.at, () => now - steps.by);
          else [name, now] = [before.field, now - steps.by];
        }
        const found = numberAt(at, (of) => (of === loop ? count : last));
        assert.equal(found, expected, `${field} at ${count} of ${last}: ${JSON.stringify(next)}`);
      }
    }
  };

  it('is where the step before left it, or as many steps before, or where it began', () => {
    const counts = Array.from({ length: 9 }, (_, count) => count);
    fc.assert(
      fc.property(nexts, fc.integer({ min: 1, max: 4 }), (next, size) => {
        holds(next, forwards(loop), counts, (count) => count, 8);
        holds(next, inSegments(loop, size), counts, (count) => count % size, 8);
        holds(next, backwards(loop, 9), counts, (count) => 8 - count, 8);
        for (let last = 0; last < 9; last++)
          holds(next, backwardsFrom(loop, end), counts.slice(0, last + 1), (count) => last - count, last);
      }),
      { numRuns: 100 },
    );
  });
});
