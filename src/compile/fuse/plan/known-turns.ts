/**
 * Turns of a loop that need no second visit. A loop whose first count is read from memory is tried from every count,
 * so nearly all its turns repeat. A turn depends only on its count, on the outer counters that its body names, and on
 * conditions between them. A turn at which none of these conditions can change is visited once for each count.
 */

import { type Counters, countAt, holds, loopsOf, numberAt } from '../list/argument.js';
import type { Argument, Condition, Instruction, Loop, Term } from '../list/instruction.js';
import { instructionsIn } from '../list/instruction.js';
import { readsStart } from '../list/numbers.js';

/** The names in a body. */
interface Named {
  /** Outer loops whose counters are used directly. */
  readonly raw: readonly number[];
  /** Counts of outer loops that are added to something. */
  readonly terms: readonly Term[];
  /** Conditions that involve only outer loops. */
  readonly outer: readonly Condition[];
  /** Conditions that hold at one count of the loop, by the counters around it. */
  readonly between: readonly Between[];
}

/** A condition times t + plus = is, where `is` does not depend on t. */
interface Between {
  readonly times: number;
  readonly plus: number;
  readonly is: Argument;
}

/** Disjoint ranges of counts, including both ends. */
type Ranges = readonly (readonly [number, number])[];

/** The parts of a range outside of others. */
const without = (range: readonly [number, number], others: Ranges): Ranges =>
  others.reduce<Ranges>(
    (left, [from, to]) =>
      left.flatMap(([low, high]): Ranges => {
        const parts: Ranges = [
          [low, Math.min(high, from - 1)],
          [Math.max(low, to + 1), high],
        ];
        return parts.filter(([a, b]) => a <= b);
      }),
    [range],
  );

/** Ranges with one more, which is outside of them; neighbouring ranges are merged. */
const withRange = (ranges: Ranges, [low, high]: readonly [number, number]): Ranges => {
  const beside = ranges.filter(([from, to]) => to + 1 === low || high + 1 === from);
  const joined = [low, high, ...beside.flat()];
  return [...ranges.filter((one) => !beside.includes(one)), [Math.min(...joined), Math.max(...joined)]];
};

/** The arguments and conditions of an instruction, without those of its body. */
const partsOf = (
  each: Instruction,
): { readonly of: readonly Argument[]; readonly when: readonly Condition[] } => {
  switch (each.do) {
    case 'call':
      return { of: each.with, when: [] };
    case 'clock':
      return { of: [each.to], when: [] };
    case 'when':
      return { of: [], when: each.any };
    case 'loop':
      return { of: [each.from, each.times, ...(each.until === undefined ? [] : [each.until])], when: [] };
  }
};

/** All terms and conditions in an argument. */
const inside = (
  argument: Argument,
): { readonly terms: readonly Term[]; readonly when: readonly Condition[] } => {
  if (typeof argument === 'number') return { terms: [], when: [] };
  if ('read' in argument) return inside(argument.read);
  if (!('when' in argument)) return { terms: argument.terms, when: [] };
  const parts = [argument.take, argument.otherwise].map(inside);
  return {
    terms: parts.flatMap(({ terms }) => terms),
    when: [argument.when, ...parts.flatMap(({ when }) => when)],
  };
};

const loopsIn = (condition: Condition): readonly number[] => [condition.loop, ...loopsOf(condition.is)];

/** A condition as one that holds at one count of a loop; undefined if its form is not known. */
const betweenOf = ({ loop, times, plus, over, per, is }: Condition, own: number): Between | undefined => {
  if (loop === own)
    return over === undefined && per === undefined && times !== 0 && !loopsOf(is).includes(own)
      ? { times, plus, is }
      : undefined;
  // the other way around: the compared value moves with the loop
  if (typeof is === 'number' || 'when' in is || 'read' in is || is.terms.length !== 1) return undefined;
  const [term] = is.terms;
  return term.loop === own &&
    term.over === undefined &&
    term.per === undefined &&
    term.stride * term.times !== 0
    ? {
        times: term.stride * term.times,
        plus: is.base + term.stride * term.plus,
        is: {
          base: 0,
          terms: [
            {
              loop,
              times,
              plus,
              stride: 1,
              ...(over === undefined ? {} : { over }),
              ...(per === undefined ? {} : { per }),
            },
          ],
        },
      }
    : undefined;
};

const namedIn = ({ loop: own, body }: Loop): Named => {
  const all = instructionsIn(body);
  const inner = new Set([own, ...all.flatMap((each) => (each.do === 'loop' ? [each.loop] : []))]);
  const parts = all.map(partsOf);
  const arguments_ = parts.flatMap(({ of }) => of.map(inside));
  const terms = arguments_.flatMap((one) => one.terms);
  const found = [...parts.flatMap(({ when }) => when), ...arguments_.flatMap(({ when }) => when)];
  // a compared value may contain further conditions
  const conditions = found.flatMap(function nested(one: Condition): readonly Condition[] {
    return [one, ...inside(one.is).when.flatMap(nested)];
  });
  const isOuter = (loop: number): boolean => !inner.has(loop);
  const mixed = conditions.filter((one) => {
    const loops = loopsIn(one);
    return loops.some(isOuter) && !loops.every(isOuter);
  });
  const between = mixed.map((one) =>
    loopsIn(one).every((loop) => loop === own || isOuter(loop)) ? betweenOf(one, own) : undefined,
  );
  return {
    raw: [
      ...new Set(mixed.flatMap((one, i) => (between[i] === undefined ? loopsIn(one).filter(isOuter) : []))),
    ],
    terms: terms.filter(({ loop }) => isOuter(loop)),
    outer: conditions.filter((one) => loopsIn(one).every(isOuter)),
    between: between.flatMap((one) => one ?? []),
  };
};

/** The known turns of the loops of a list. */
export class Turned {
  readonly #isAsked: boolean;
  readonly #named = new Map<Loop, Named>();
  readonly #known = new Map<Loop, Map<string, Ranges>>();

  constructor(list: readonly Instruction[]) {
    // otherwise no turn repeats
    this.#isAsked = instructionsIn(list).some((each) => each.do === 'loop' && readsStart(each) !== undefined);
  }

  /** The counts to visit; undefined: all. */
  left(
    each: Loop,
    { first, count }: { readonly first: number; readonly count: number },
    counters: Counters,
  ): Iterable<number> | undefined {
    // a list that is too long is detected by its number of steps
    if (!this.#isAsked || !(count > 0)) return undefined;
    const named = this.#named.get(each) ?? namedIn(each);
    this.#named.set(each, named);
    const key = [
      ...named.raw.map(counters),
      ...named.terms.map((term) => countAt(term, counters)),
      ...named.outer.map((one) => holds(one, counters)),
    ].join();
    const byKey = this.#known.get(each) ?? new Map<string, Ranges>();
    this.#known.set(each, byKey);
    const last = first + each.by * (count - 1);
    const range = [Math.min(first, last), Math.max(first, last)] as const;
    const special = new Set(
      named.between.flatMap(({ times, plus, is }) => {
        const at = (numberAt(is, counters) - plus) / times;
        return Number.isInteger(at) && at >= range[0] && at <= range[1] ? [at] : [];
      }),
    );
    const known = byKey.get(key) ?? [];
    const fresh = [...special].reduce<Ranges>(
      (left, at) => left.flatMap((one) => without(one, [[at, at]])),
      without(range, known),
    );
    byKey.set(key, fresh.reduce(withRange, known));
    return visited([...fresh, ...[...special].map((at) => [at, at] as const)]);
  }
}

const visited = function* (ranges: Ranges): Generator<number> {
  for (const [low, high] of ranges) for (let at = low; at <= high; at++) yield at;
};
