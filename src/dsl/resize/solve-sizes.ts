/** Solves the relations between axes: from the sizes that are given to those of all axes. */

import * as E from 'fp-ts/lib/Either.js';
import type { Axis, Decided, Derived, Products, Relations } from './relations.js';

/** The operation that decided a size, and its reason. */
const told = ({ by, from }: Decided): string =>
  from === undefined || from === by ? by : `${by}, by ${from}`;

/** A size that does not change decides between two sizes that would follow from one change. */
const tellingApart = (a: Decided, b: Decided): string => {
  const beside = [a, b].flatMap((one) => one.beside ?? []);
  return a.from === b.from && beside.length > 0 ? `, beside ${beside.join(', ')}` : '';
};

/** What to do about two sizes of one axis. */
const insteadOf = (a: Decided, b: Decided): string => {
  const otherwise = a.otherwise ?? b.otherwise;
  return otherwise === undefined ? '' : `; ${otherwise}`;
};

/** The sizes that are known so far, each with its origin. */
class Known {
  readonly #known = new Map<Axis, Decided>();
  constructor(
    readonly root: Relations['root'],
    readonly sizes: Relations['sizes'],
  ) {}

  sizeOf(axis: Axis): number | undefined {
    return this.#decided(axis)?.size;
  }

  #decided(axis: Axis): Decided | undefined {
    return this.#known.get(this.root(axis));
  }

  /** Those of these axes whose size is unknown. */
  open(list: readonly Axis[]): readonly Axis[] {
    return list.filter((axis) => this.sizeOf(axis) === undefined);
  }

  /** Whether all of these axes keep their present sizes. */
  unchanged(list: readonly Axis[]): boolean {
    return list.every((axis) => this.sizeOf(axis) === this.sizes[axis]);
  }

  /** The product of these sizes. */
  product(list: readonly Axis[]): number {
    return list.reduce((total, axis) => total * (this.sizeOf(axis) ?? 1), 1);
  }

  /** Gives an axis a size that it did not have. */
  set(axis: Axis, decided: Decided): void {
    this.#known.set(this.root(axis), decided);
  }

  /** Gives an axis a size; returns whether it had none, or a sentence if it had another. */
  settle(axis: Axis, decided: Decided): E.Either<string, boolean> {
    const before = this.#decided(axis);
    if (before === undefined) this.set(axis, decided);
    return before === undefined || before.size === decided.size
      ? E.right(before === undefined)
      : E.left(
          `an axis is ${before.size} by ${told(before)}, and ${decided.size} by ${told(decided)}${tellingApart(before, decided)}${insteadOf(before, decided)}`,
        );
  }

  /** The origin of the first of these axes whose size changed. */
  originOf(list: readonly Axis[]): string | undefined {
    const moved = list.find(
      (axis) => this.sizeOf(axis) !== undefined && this.sizeOf(axis) !== this.sizes[axis],
    );
    const decided = moved === undefined ? undefined : this.#decided(moved);
    return decided?.from ?? decided?.by;
  }

  /** The origins of the axes that do not change, if they have one. */
  besideOf(list: readonly Axis[]): string | undefined {
    const fixed = list.flatMap((axis) => {
      const decided = this.#decided(axis);
      return decided === undefined || decided.size === 1 || decided.size !== this.sizes[axis]
        ? []
        : [`${decided.size} by ${told(decided)}`];
    });
    return fixed.length === 0 ? undefined : fixed.join(', ');
  }

  /** The origins of the axes of a reshape that does not fit: those that changed, and those that must not. */
  reasonsOf(list: readonly Axis[]): string {
    const reasons = new Set(
      list.flatMap((axis) => {
        const decided = this.#decided(axis);
        return decided === undefined || decided.size === 1 ? [] : [`${decided.size} is by ${told(decided)}`];
      }),
    );
    return reasons.size === 0 ? '' : `; ${[...reasons].join(', ')}`;
  }
}

/** One pass over all relations; returns whether anything new was found. */
const follow = (known: Known, { sizes, derivations, reshapes }: Relations): E.Either<string, boolean> => {
  let found = false;
  for (const { out, from, size, by } of derivations) {
    const given = from.map((axis) => known.sizeOf(axis)).filter((n) => n !== undefined);
    if (given.length < from.length) continue;
    // A size that did not change needs no rule, so its rule is not applied.
    const unchanged = from.every((axis, i) => sizes[axis] === given[i]);
    const next = unchanged ? E.right(sizes[out]) : size(...given);
    if (E.isLeft(next)) return E.left(`${by}: ${next.left}`);
    const settled = known.settle(out, {
      size: next.right,
      by,
      from: known.originOf(from),
      beside: known.besideOf(from),
    });
    if (E.isLeft(settled)) return settled;
    found ||= settled.right;
  }
  for (const { left, right, by } of reshapes) {
    for (const [whole, parts] of [
      [left, right],
      [right, left],
    ] as const) {
      const unknown = known.open(parts);
      if (known.open(whole).length > 0 || unknown.length > 1) continue;
      const total = known.product(whole);
      const rest = known.product(parts);
      if (unknown.length === 0 ? total !== rest : total % rest !== 0)
        return E.left(
          `${by}: ${total} numbers do not fill axes of ${rest}${known.reasonsOf([...whole, ...parts])}`,
        );
      for (const axis of unknown) {
        const settled = known.settle(axis, {
          size: total / rest,
          by,
          from: known.originOf([...whole, ...parts]),
        });
        if (E.isLeft(settled)) return settled;
        found = true;
      }
    }
  }
  return E.right(found);
};

/** A reshape with an unchanged side keeps the other side; returns whether there was one. */
const keepReshape = (known: Known, { sizes, reshapes }: Relations): boolean => {
  for (const { left, right, by } of reshapes)
    for (const [whole, parts] of [
      [left, right],
      [right, left],
    ] as const) {
      if (known.open(whole).length > 0 || !known.unchanged(whole)) continue;
      const unknown = known.open(parts);
      for (const axis of unknown) known.set(axis, { size: sizes[axis], by });
      if (unknown.length > 0) return true;
    }
  return false;
};

/** Takes the first suggested size that nothing decided; returns whether there was one. */
const suggest = (known: Known, { sizes, suggestions }: Relations): E.Either<string, boolean> => {
  for (const { out, from, size, by } of suggestions) {
    const given = from.map((axis) => known.sizeOf(axis)).filter((n) => n !== undefined);
    if (given.length < from.length || known.sizeOf(out) !== undefined) continue;
    const next = from.every((axis, i) => sizes[axis] === given[i]) ? E.right(sizes[out]) : size(...given);
    if (E.isLeft(next)) return E.left(`${by}: ${next.left}`);
    known.set(out, { size: next.right, by, from: known.originOf(from) });
    return E.right(true);
  }
  return E.right(false);
};

/**
 * If two reshapes split an axis into parts of the same sizes, such as the sites of a plane in a row, and one has
 * its new sizes, the other gets the same. Returns whether there was one.
 */
const cutAlike = (known: Known, { sizes, root, reshapes }: Relations): boolean => {
  const cuts = reshapes.flatMap(({ left, right, by }) =>
    left.length === 1
      ? [{ whole: left[0], parts: right, by }]
      : right.length === 1
        ? [{ whole: right[0], parts: left, by }]
        : [],
  );
  for (const { whole, parts, by } of cuts) {
    if (parts.length < 2 || known.open(parts).length < 2) continue;
    const other = cuts.find(
      (cut) =>
        root(cut.whole) === root(whole) &&
        cut.parts.length === parts.length &&
        known.open(cut.parts).length === 0 &&
        cut.parts.every((axis, i) => sizes[axis] === sizes[parts[i]]),
    );
    if (other === undefined) continue;
    for (const [i, axis] of parts.entries())
      if (known.sizeOf(axis) === undefined)
        known.set(axis, {
          size: known.sizeOf(other.parts[i]) ?? sizes[axis],
          by,
          from: known.originOf(other.parts),
        });
    return true;
  }
  return false;
};

/** A reshape with one side changed and several unknown sizes on the other. */
const ambiguous = (known: Known, { sizes, reshapes }: Relations): Products | undefined =>
  reshapes.find(({ left, right }) =>
    [
      [left, right],
      [right, left],
    ].some(
      ([whole, parts]) =>
        known.open(whole).length === 0 &&
        known.open(parts).length > 1 &&
        known.product(whole) !== whole.reduce((total, axis) => total * sizes[axis], 1),
    ),
  );

/** The size of each axis, or one sentence about two relations that contradict each other. */
export const solveSizes = (relations: Relations): E.Either<string, (axis: Axis) => number> => {
  const { sizes, root, decisions, derivations, suggestions } = relations;
  const known = new Known(root, sizes);
  for (const { axis, decided } of decisions) {
    const settled = known.settle(axis, decided);
    if (E.isLeft(settled)) return settled;
  }
  // First all that follows from relations, then suggestions, from which undecided sizes may follow.
  const roots = (list: readonly Derived[]): ReadonlySet<Axis> => new Set(list.map(({ out }) => root(out)));
  const [derived, suggested] = [roots(derivations), roots(suggestions)];
  const rank = (axis: Axis): number => (derived.has(root(axis)) ? 2 : suggested.has(root(axis)) ? 1 : 0);
  const order = [...sizes.keys()].sort((a, b) => rank(a) - rank(b));
  for (let next = 0; ; ) {
    const followed = follow(known, relations);
    if (E.isLeft(followed)) return followed;
    if (followed.right || keepReshape(known, relations)) continue;
    const guessed = suggest(known, relations);
    if (E.isLeft(guessed)) return guessed;
    if (guessed.right || cutAlike(known, relations)) continue;
    const unclear = ambiguous(known, relations);
    if (unclear !== undefined)
      return E.left(
        `${unclear.by}: which of its axes changes cannot be told; build the program at the new size`,
      );
    while (next < order.length && known.sizeOf(order[next]) !== undefined) next++;
    if (next === order.length) return E.right((axis) => known.sizeOf(axis) ?? sizes[axis]);
    known.set(order[next], { size: sizes[order[next]], by: 'what is written in the program' });
  }
};
