/** Arithmetic of arguments: their values at given counters, sums, and shifts by steps. */

import type { Argument, Condition, Count, Moving, Term } from './instruction.js';

/** The counter of each loop, by its number. */
export type Counters = (loop: number) => number;

const remainder = (value: number, over: number): number => ((value % over) + over) % over;

/** The value of a count. */
export const countAt = ({ loop, times, plus, over, per }: Count, counters: Counters): number => {
  const whole = times * counters(loop) + plus;
  const value = over === undefined ? whole : remainder(whole, over);
  return per === undefined ? value : Math.floor(value / per);
};

/** Whether a condition holds. */
export const holds = (condition: Condition, counters: Counters): boolean =>
  countAt(condition, counters) === numberAt(condition.is, counters);

/** Reads the float at an address. */
export type ReadFloat = (at: number) => number;

const unread: ReadFloat = () => {
  throw new Error('a number that is read from memory where there is none');
};

/**
 * The value of an argument.
 *
 * @example
 * const ring = moving(1000, { loop: 0, stride: 64, over: 3 });
 * [0, 1, 2, 3].map((t) => numberAt(ring, () => t)); // => [1000, 1064, 1128, 1000]
 */
export const numberAt = (argument: Argument, counters: Counters, read: ReadFloat = unread): number => {
  if (typeof argument === 'number') return argument;
  if ('read' in argument) {
    const found = Math.trunc(read(numberAt(argument.read, counters, read)));
    return Math.max(0, Math.min(argument.most, Number.isNaN(found) ? 0 : found));
  }
  if ('when' in argument)
    return numberAt(holds(argument.when, counters) ? argument.take : argument.otherwise, counters, read);
  return argument.terms.reduce((sum, term) => sum + term.stride * countAt(term, counters), argument.base);
};

/** A term for each loop that moves an address; omitted parts mean 1 times the counter, plus 0. */
export const moving = (
  base: number,
  ...terms: readonly (Partial<Term> & Pick<Term, 'loop' | 'stride'>)[]
): Argument => ({ base, terms: terms.map((term) => ({ times: 1, plus: 0, ...term })) });

/** One number if a count is `is`, else another. */
export const choice = (
  when: Partial<Condition> & Pick<Condition, 'loop' | 'is'>,
  take: Argument,
  otherwise: Argument,
): Argument => (take === otherwise ? take : { when: { times: 1, plus: 0, ...when }, take, otherwise });

/** Applies a function to both branches of a choice, or to an argument that is not a choice. */
const mapped = (argument: Argument, f: (one: number | Moving) => Argument): Argument => {
  if (typeof argument === 'number') return f(argument);
  if ('read' in argument) throw new Error('only loops begin with what is read');
  return 'when' in argument
    ? { ...argument, take: mapped(argument.take, f), otherwise: mapped(argument.otherwise, f) }
    : f(argument);
};

const asMoving = (one: number | Moving): Moving => (typeof one === 'number' ? { base: one, terms: [] } : one);
const simple = (one: Moving): number | Moving => (one.terms.length === 0 ? one.base : one);

/** The sum of two. */
export const plus = (a: Argument, b: Argument): Argument =>
  mapped(a, (one) =>
    mapped(b, (other) => {
      const [x, y] = [asMoving(one), asMoving(other)];
      return simple({ base: x.base + y.base, terms: [...x.terms, ...y.terms] });
    }),
  );

/** Times a number. */
export const timesOf = (a: Argument, factor: number): Argument =>
  mapped(a, (one) => {
    const { base, terms } = asMoving(one);
    const scaled = terms.map((term) => ({ ...term, stride: factor * term.stride }));
    return simple({ base: factor * base, terms: factor === 0 ? [] : scaled });
  });

/**
 * An argument with replaced terms and conditions; known terms become numbers, and known conditions choose a branch.
 */
const inside = (
  argument: Argument,
  term: (term: Term) => Term | number,
  condition: (condition: Condition) => Condition | boolean,
): Argument => {
  if (typeof argument === 'number') return argument;
  if ('read' in argument) return { ...argument, read: inside(argument.read, term, condition) };
  if ('when' in argument) {
    const when = condition({ ...argument.when, is: inside(argument.when.is, term, condition) });
    const [take, otherwise] = [argument.take, argument.otherwise].map((each) =>
      inside(each, term, condition),
    );
    return when === true ? take : when === false ? otherwise : { when, take, otherwise };
  }
  let { base } = argument;
  const terms: Term[] = [];
  for (const each of argument.terms) {
    const next = term(each);
    if (typeof next === 'number') base += next;
    else terms.push(next);
  }
  return simple({ base, terms });
};

/** An argument some counts later in a loop. */
export const later = (argument: Argument, loop: number, by: number): Argument => {
  const moved = <C extends Count>(count: C): C =>
    count.loop === loop ? { ...count, plus: count.plus + count.times * by } : count;
  return inside(argument, moved, moved);
};

/** The argument with one loop replaced by another. */
export const countedBy = (argument: Argument, loop: number, other: number): Argument => {
  const counted = <C extends Count>(count: C): C => (count.loop === loop ? { ...count, loop: other } : count);
  return inside(argument, counted, counted);
};

/** A condition at one count of a loop: whether it holds, if that is known. */
export const conditionAt = (condition: Condition, loop: number, at: number): Condition | boolean => {
  const is = fixedAt(condition.is, loop, at);
  if (condition.loop !== loop) return { ...condition, is };
  const count = countAt(condition, () => at);
  if (typeof is === 'number') return count === is;
  // it depends on another loop
  const [other] = loopsOf(is);
  return { loop: other, times: 0, plus: count, is };
};

/** An argument at one count of a loop. */
export const fixedAt = (argument: Argument, loop: number, at: number): Argument =>
  inside(
    argument,
    (term) => (term.loop === loop ? term.stride * countAt(term, () => at) : term),
    (condition) => conditionAt(condition, loop, at),
  );

/** The loops that an argument names. */
export const loopsOf = (argument: Argument): readonly number[] => {
  if (typeof argument === 'number') return [];
  if ('read' in argument) return loopsOf(argument.read);
  if ('when' in argument)
    return [argument.when.loop, ...[argument.when.is, argument.take, argument.otherwise].flatMap(loopsOf)];
  return argument.terms.map(({ loop }) => loop);
};
