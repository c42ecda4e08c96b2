/**
 * Axes whose sizes may change together.
 *
 * Every axis of every value gets a number. First the relations between axes are collected (equal, a function of others,
 * equal products); then they are solved from the given sizes. An axis that nothing decides keeps its size.
 */

import * as E from 'fp-ts/lib/Either.js';

/** An axis of a value, as a number. */
export type Axis = number;

/** A size and its origin, as the start of a sentence, such as `the input 'image'`. */
interface Decided {
  readonly size: number;
  readonly by: string;
  /** The source of the size, if an operation only passes it on. */
  readonly from?: string | undefined;
  /** A second source of the size, which does not change. */
  readonly beside?: string | undefined;
  /** What to do where it is contradicted. */
  readonly otherwise?: string | undefined;
}

interface Derived {
  readonly out: Axis;
  readonly from: readonly Axis[];
  /** The size of `out`, or a sentence why it is unknown. */
  readonly size: (...from: readonly number[]) => E.Either<string, number>;
  readonly by: string;
}

interface Products {
  readonly left: readonly Axis[];
  readonly right: readonly Axis[];
  readonly by: string;
}

/** The relations between axes. */
export interface Axes {
  /** A new axis with this present size. */
  readonly axis: (size: number) => Axis;
  /** Both axes have the same size. */
  readonly same: (a: Axis, b: Axis) => void;
  /** Whether both axes are known to have the same size. */
  readonly areSame: (a: Axis, b: Axis) => boolean;
  /** An axis gets this size. */
  readonly decide: (axis: Axis, size: number, by: string) => void;
  /** An axis keeps its present size; `otherwise` is what to do where it cannot. */
  readonly keep: (axis: Axis, by: string, otherwise?: string) => void;
  /** The size of an axis is a function of others. */
  readonly derive: (
    out: Axis,
    from: readonly Axis[],
    by: string,
    size: (...from: readonly number[]) => E.Either<string, number>,
  ) => void;
  /** The same, used only if nothing else decides the size of `out`. */
  readonly suggest: (
    out: Axis,
    from: readonly Axis[],
    by: string,
    size: (...from: readonly number[]) => E.Either<string, number>,
  ) => void;
  /** The products of both lists are equal: a reshape. */
  readonly products: (left: readonly Axis[], right: readonly Axis[], by: string) => void;
  /** The size of each axis, or one sentence about two relations that contradict each other. */
  readonly solve: () => E.Either<string, (axis: Axis) => number>;
}

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

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** No axes yet. */
export const axes = (): Axes => {
  const sizes: number[] = [];
  const parents: number[] = [];
  const decisions: { readonly axis: Axis; readonly decided: Decided }[] = [];
  const derivations: Derived[] = [];
  const suggestions: Derived[] = [];
  const reshapes: Products[] = [];

  const root = (axis: Axis): Axis => {
    let at = axis;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  };

  const solve = (): E.Either<string, (axis: Axis) => number> => {
    const known = new Map<Axis, Decided>();
    const sizeOf = (axis: Axis): number | undefined => known.get(root(axis))?.size;
    const open = (list: readonly Axis[]): readonly Axis[] =>
      list.filter((axis) => sizeOf(axis) === undefined);
    const settle = (axis: Axis, decided: Decided): E.Either<string, boolean> => {
      const before = known.get(root(axis));
      if (before === undefined) known.set(root(axis), decided);
      return before === undefined || before.size === decided.size
        ? E.right(before === undefined)
        : E.left(
            `an axis is ${before.size} by ${told(before)}, and ${decided.size} by ${told(decided)}${tellingApart(before, decided)}${insteadOf(before, decided)}`,
          );
    };

    const decidedOf = (axis: Axis): Decided | undefined => known.get(root(axis));
    /** The origin of the first of these axes whose size changed. */
    const originOf = (list: readonly Axis[]): string | undefined => {
      const moved = list.find((axis) => sizeOf(axis) !== undefined && sizeOf(axis) !== sizes[axis]);
      const decided = moved === undefined ? undefined : decidedOf(moved);
      return decided?.from ?? decided?.by;
    };
    /** The origins of the axes that do not change, if they have one. */
    const besideOf = (list: readonly Axis[]): string | undefined => {
      const fixed = list.flatMap((axis) => {
        const decided = decidedOf(axis);
        return decided === undefined || decided.size === 1 || decided.size !== sizes[axis]
          ? []
          : [`${decided.size} by ${told(decided)}`];
      });
      return fixed.length === 0 ? undefined : fixed.join(', ');
    };
    /** The origins of the axes of a reshape that does not fit: those that changed, and those that must not. */
    const reasonsOf = (list: readonly Axis[]): string => {
      const reasons = new Set(
        list.flatMap((axis) => {
          const decided = decidedOf(axis);
          return decided === undefined || decided.size === 1
            ? []
            : [`${decided.size} is by ${told(decided)}`];
        }),
      );
      return reasons.size === 0 ? '' : `; ${[...reasons].join(', ')}`;
    };

    /** One pass over all relations; returns whether anything new was found. */
    const follow = (): E.Either<string, boolean> => {
      let found = false;
      for (const { out, from, size, by } of derivations) {
        const given = from.map(sizeOf).filter((n) => n !== undefined);
        if (given.length < from.length) continue;
        // A size that did not change needs no rule, so its rule is not applied.
        const unchanged = from.every((axis, i) => sizes[axis] === given[i]);
        const next = unchanged ? E.right(sizes[out]) : size(...given);
        if (E.isLeft(next)) return E.left(`${by}: ${next.left}`);
        const settled = settle(out, { size: next.right, by, from: originOf(from), beside: besideOf(from) });
        if (E.isLeft(settled)) return settled;
        found ||= settled.right;
      }
      for (const { left, right, by } of reshapes) {
        for (const [whole, parts] of [
          [left, right],
          [right, left],
        ] as const) {
          const unknown = open(parts);
          if (open(whole).length > 0 || unknown.length > 1) continue;
          const total = product(whole.map((axis) => sizeOf(axis) ?? 1));
          const rest = product(parts.map((axis) => sizeOf(axis) ?? 1));
          if (unknown.length === 0 ? total !== rest : total % rest !== 0)
            return E.left(
              `${by}: ${total} numbers do not fill axes of ${rest}${reasonsOf([...whole, ...parts])}`,
            );
          for (const axis of unknown) {
            const settled = settle(axis, { size: total / rest, by, from: originOf([...whole, ...parts]) });
            if (E.isLeft(settled)) return settled;
            found = true;
          }
        }
      }
      return E.right(found);
    };

    /** A reshape with an unchanged side keeps the other side; returns whether there was one. */
    const keepReshape = (): boolean => {
      for (const { left, right, by } of reshapes)
        for (const [whole, parts] of [
          [left, right],
          [right, left],
        ] as const) {
          if (open(whole).length > 0 || whole.some((axis) => sizeOf(axis) !== sizes[axis])) continue;
          const unknown = open(parts);
          for (const axis of unknown) known.set(root(axis), { size: sizes[axis], by });
          if (unknown.length > 0) return true;
        }
      return false;
    };

    /** Takes the first suggested size that nothing decided; returns whether there was one. */
    const suggest = (): E.Either<string, boolean> => {
      for (const { out, from, size, by } of suggestions) {
        const given = from.map(sizeOf).filter((n) => n !== undefined);
        if (given.length < from.length || sizeOf(out) !== undefined) continue;
        const next = from.every((axis, i) => sizes[axis] === given[i]) ? E.right(sizes[out]) : size(...given);
        if (E.isLeft(next)) return E.left(`${by}: ${next.left}`);
        known.set(root(out), { size: next.right, by, from: originOf(from) });
        return E.right(true);
      }
      return E.right(false);
    };

    /**
     * If two reshapes split an axis into parts of the same sizes, such as the sites of a plane in a row, and one has
     * its new sizes, the other gets the same. Returns whether there was one.
     */
    const cutAlike = (): boolean => {
      const cuts = reshapes.flatMap(({ left, right, by }) =>
        left.length === 1
          ? [{ whole: left[0], parts: right, by }]
          : right.length === 1
            ? [{ whole: right[0], parts: left, by }]
            : [],
      );
      for (const { whole, parts, by } of cuts) {
        if (parts.length < 2 || open(parts).length < 2) continue;
        const other = cuts.find(
          (cut) =>
            root(cut.whole) === root(whole) &&
            cut.parts.length === parts.length &&
            open(cut.parts).length === 0 &&
            cut.parts.every((axis, i) => sizes[axis] === sizes[parts[i]]),
        );
        if (other === undefined) continue;
        for (const [i, axis] of parts.entries())
          if (sizeOf(axis) === undefined)
            known.set(root(axis), {
              size: sizeOf(other.parts[i]) ?? sizes[axis],
              by,
              from: originOf(other.parts),
            });
        return true;
      }
      return false;
    };

    /** A reshape with one side changed and several unknown sizes on the other. */
    const ambiguous = (): Products | undefined =>
      reshapes.find(({ left, right }) =>
        [
          [left, right],
          [right, left],
        ].some(
          ([whole, parts]) =>
            open(whole).length === 0 &&
            open(parts).length > 1 &&
            product(whole.map((axis) => sizeOf(axis) ?? 1)) !== product(whole.map((axis) => sizes[axis])),
        ),
      );

    for (const { axis, decided } of decisions) {
      const settled = settle(axis, decided);
      if (E.isLeft(settled)) return settled;
    }
    // First all that follows from relations, then suggestions, from which undecided sizes may follow.
    const roots = (list: readonly Derived[]): ReadonlySet<Axis> => new Set(list.map(({ out }) => root(out)));
    const [derived, suggested] = [roots(derivations), roots(suggestions)];
    const rank = (axis: Axis): number => (derived.has(root(axis)) ? 2 : suggested.has(root(axis)) ? 1 : 0);
    const order = [...sizes.keys()].sort((a, b) => rank(a) - rank(b));
    for (let next = 0; ; ) {
      const followed = follow();
      if (E.isLeft(followed)) return followed;
      if (followed.right || keepReshape()) continue;
      const guessed = suggest();
      if (E.isLeft(guessed)) return guessed;
      if (guessed.right || cutAlike()) continue;
      const unclear = ambiguous();
      if (unclear !== undefined)
        return E.left(
          `${unclear.by}: which of its axes changes cannot be told; build the program at the new size`,
        );
      while (next < order.length && sizeOf(order[next]) !== undefined) next++;
      if (next === order.length) return E.right((axis) => sizeOf(axis) ?? sizes[axis]);
      known.set(root(order[next]), { size: sizes[order[next]], by: 'what is written in the program' });
    }
  };

  const decide = (axis: Axis, size: number, by: string, otherwise?: string): void =>
    void decisions.push({ axis, decided: { size, by, otherwise } });
  return {
    axis: (size) => {
      parents.push(sizes.length);
      return sizes.push(size) - 1;
    },
    same: (a, b) => {
      parents[root(b)] = root(a);
    },
    areSame: (a, b) => root(a) === root(b),
    decide,
    keep: (axis, by, otherwise) => decide(axis, sizes[axis], by, otherwise),
    derive: (out, from, by, size) => void derivations.push({ out, from, size, by }),
    suggest: (out, from, by, size) => void suggestions.push({ out, from, size, by }),
    products: (left, right, by) => void reshapes.push({ left, right, by }),
    solve,
  };
};
