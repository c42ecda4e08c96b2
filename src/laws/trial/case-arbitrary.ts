/** Random cases of a law, which shrink to few steps on a small grid with few nonzero cells. */

import fc from 'fast-check';
import { type Shape, volume } from '../../dsl/shape.js';
import { type Interval, intervalsOf } from '../reading/interval.js';
import type { System } from '../system/system.js';
import { type Case, type CaseOptions, type Sparse, shapesOf } from './case.js';
import { gridsFor, systemAt } from './grids.js';

/** The number of choices of a case. */
const choiceCount = 4;

/** Values are whole multiples of the range's width over 32: exact in float32. */
const levels = 32;

const clipped = ({ low, high }: Interval): Interval => ({ low: Math.max(-1, low), high: Math.min(1, high) });

/** The range of every free external: the values that the rest of the program can produce, within [-1, 1]. */
const externalRanges = (system: System): Readonly<Record<string, Interval>> => {
  if (system.kind === 'map') return {};
  const { nodes } = system.program.graph;
  const intervals = intervalsOf(nodes, ({ op }) =>
    op.op === 'input' || op.op === 'parameter'
      ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
      : null,
  );
  return Object.fromEntries(system.externals.map(({ name, node }) => [name, clipped(intervals[node])]));
};

/** The entries of an array that also exist in a smaller one. */
const cropped = (values: Sparse, from: Shape, to: Shape): Sparse =>
  Object.fromEntries(
    Object.entries(values).flatMap(([at, value]) => {
      let rest = Number(at);
      let place = 0;
      const position = [...from].reverse().map((n) => {
        const i = rest % n;
        rest = Math.floor(rest / n);
        return i;
      });
      for (const [axis, n] of to.entries()) {
        const i = position[to.length - 1 - axis];
        if (i >= n) return [];
        place = place * n + i;
      }
      return [[String(place), value]];
    }),
  );

class CaseArbitrary extends fc.Arbitrary<Case> {
  private readonly system: System;
  private readonly options: CaseOptions;
  private readonly grids: readonly Shape[];
  private readonly ranges: Readonly<Record<string, Interval>>;

  constructor(system: System, options: CaseOptions) {
    super();
    this.system = system;
    this.options = options;
    this.grids = gridsFor(system, options);
    this.ranges = { ...externalRanges(system), ...options.ranges };
  }

  override generate(random: fc.Random): fc.Value<Case> {
    const grid = this.grids[random.nextInt(0, this.grids.length - 1)];
    const steps = random.nextInt(1, this.options.steps ?? 6);
    const seed = random.nextInt(0, 999);
    const choices = Array.from({ length: choiceCount }, () => random.nextInt(0, 15));
    const system = systemAt(this.system, grid) ?? this.system;
    // One case in four has few nonzero cells, since some faults only show there.
    const thin = random.nextInt(0, 3) === 0 ? random.nextInt(2, 12) : 1;
    const values = Object.fromEntries(
      Object.entries(shapesOf(system, steps)).flatMap(([name, shape]) => {
        const still =
          this.options.resting?.includes(name) || (this.options.undriven && name.startsWith('drive'));
        if (still) return [];
        const { low, high } = this.ranges[name] ?? { low: -1, high: 1 };
        const entries = Array.from({ length: volume(shape) }, (_, i): readonly [string, number] => [
          String(i),
          random.nextInt(0, thin - 1) > 0 ? 0 : low + ((high - low) * random.nextInt(0, levels)) / levels,
        ]);
        return [[name, Object.fromEntries(entries.filter(([, value]) => value !== 0))]];
      }),
    );
    return new fc.Value({ grid, steps, seed, choices, values }, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Case {
    return typeof value === 'object' && value !== null && 'grid' in value && 'values' in value;
  }

  override shrink(value: Case): fc.Stream<fc.Value<Case>> {
    return fc.Stream.of(...this.smaller(value)).map((smaller) => new fc.Value(smaller, undefined));
  }

  private smaller(c: Case): readonly Case[] {
    return [
      ...this.shorter(c),
      ...this.narrower(c),
      ...this.emptier(c),
      ...this.plainer(c),
      ...this.lowered(c),
    ];
  }

  private shorter(c: Case): readonly Case[] {
    const fewer = [...new Set([1, Math.floor(c.steps / 2), c.steps - 1])].filter(
      (n) => n >= 1 && n < c.steps,
    );
    return fewer.map((steps) => this.moved(c, c.grid, steps));
  }

  private narrower(c: Case): readonly Case[] {
    return this.grids
      .filter((grid) => volume(grid) < volume(c.grid) && grid.every((n, axis) => n <= c.grid[axis]))
      .map((grid) => this.moved(c, grid, c.steps));
  }

  private moved(c: Case, grid: Shape, steps: number): Case {
    const [before, after] = [systemAt(this.system, c.grid), systemAt(this.system, grid)];
    if (before === null || after === null) return c;
    const [from, to] = [shapesOf(before, c.steps), shapesOf(after, steps)];
    const values = Object.fromEntries(
      Object.entries(c.values).map(([name, sparse]) => [name, cropped(sparse, from[name], to[name])]),
    );
    return { ...c, grid, steps, values };
  }

  /**
   * Fewer nonzero cells: without a whole field, then without halves of the remaining cells, quarters, and so on (delta
   * debugging).
   */
  private emptier(c: Case): readonly Case[] {
    const cells = Object.entries(c.values).flatMap(([name, sparse]) =>
      Object.keys(sparse).map((at) => ({ name, at })),
    );
    const without = (dropped: readonly { readonly name: string; readonly at: string }[]): Case => {
      const gone = new Set(dropped.map(({ name, at }) => `${name} ${at}`));
      return {
        ...c,
        values: Object.fromEntries(
          Object.entries(c.values).map(([name, sparse]) => [
            name,
            Object.fromEntries(Object.entries(sparse).filter(([at]) => !gone.has(`${name} ${at}`))),
          ]),
        ),
      };
    };
    const smaller: Case[] = [];
    for (let size = cells.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let at = 0; at < cells.length; at += size) smaller.push(without(cells.slice(at, at + size)));
    return smaller;
  }

  /** Simpler values: ones. */
  private plainer(c: Case): readonly Case[] {
    return Object.entries(c.values).flatMap(([name, sparse]) =>
      Object.entries(sparse).flatMap(([at, value]) => {
        const { high, low } = this.ranges[name] ?? { low: -1, high: 1 };
        const one = high >= 1 ? 1 : value > 0 ? high : low;
        return value === one || value === 0 || (value === -1 && high >= 1 && one === value)
          ? []
          : [{ ...c, values: { ...c.values, [name]: { ...sparse, [at]: one } } }];
      }),
    );
  }

  private lowered(c: Case): readonly Case[] {
    return [
      ...(c.seed > 0 ? [{ ...c, seed: 0 }] : []),
      ...c.choices.flatMap((choice, i) =>
        [...new Set([0, Math.floor(choice / 2), choice - 1])]
          .filter((n) => n >= 0 && n < choice)
          .map((n) => ({ ...c, choices: c.choices.with(i, n) })),
      ),
    ];
  }
}

/**
 * Cases for a system: small grids, few steps, values that are exact in float32.
 *
 * @example
 * fc.assert(fc.property(caseArbitrary(system, { steps: 3 }), ({ grid }) => grid.length === 2));
 */
export const caseArbitrary = (system: System, options: CaseOptions = {}): fc.Arbitrary<Case> =>
  new CaseArbitrary(system, options);
