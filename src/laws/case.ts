/**
 * Cases: what a law is tried on, as little data. A case shrinks to few steps on a small grid with few cells that are
 * not zero, and prints as code.
 */

import fc from 'fast-check';
import type { NdArray } from '../compile/reference/array.js';
import { type Shape, sameShape, volume } from '../dsl/shape.js';
import { type Interval, intervalsOf } from './analysis.js';
import { resize } from './resize.js';
import { chosenBy, isOn, type System, sequenceName } from './system.js';

/** Numbers by their place in an array; all others are zero. */
export type Sparse = Readonly<Record<string, number>>;

/** One case. */
export interface Case {
  readonly grid: Shape;
  readonly steps: number;
  /** Of the program's parameters. */
  readonly seed: number;
  /** Whole numbers from 0 to 15; what they mean is the law's business. */
  readonly choices: readonly number[];
  /** Fields, free externals and driving sequences by name. */
  readonly values: Readonly<Record<string, Sparse>>;
}

/** What cases a law wants. */
export interface CaseOptions {
  /** Most steps; default 6. */
  readonly steps?: number;
  /** Grids that will do. */
  readonly grids?: (grid: Shape) => boolean;
  /** Largest number of sites; default 36. */
  readonly sites?: number;
  /** Ranges of values by name; default -1 to 1, for free externals what the program lets through of that. */
  readonly ranges?: Readonly<Record<string, Interval>>;
  /** Whether what drives the system stays at zero. */
  readonly undriven?: boolean;
  /** Free externals that stay at zero. */
  readonly resting?: readonly string[];
}

/** How many choices a case has. */
const choiceCount = 4;
/** Values are whole multiples of the range's width over 32: exact in float32 as in float64. */
const levels = 32;

const candidates = (rank: number): readonly Shape[] => {
  const sizes = [2, 3, 4, 5, 6];
  if (rank === 1) return [...sizes, 8].map((n) => [n]);
  return sizes.flatMap((h) => sizes.map((w) => [h, w]));
};

const sized = new WeakMap<System, ReadonlyMap<string, System>>();

/** The system on every small grid that it can be moved to, and on its own where there is none. */
export const sizesOf = (system: System): ReadonlyMap<string, System> => {
  const known = sized.get(system);
  if (known !== undefined) return known;
  const found = candidates(system.grid.length).flatMap((grid): readonly (readonly [string, System])[] => {
    const moved = system.grid.length === 0 ? undefined : resize(system, grid);
    return moved === undefined ? [] : [[grid.join('x'), moved]];
  });
  const all = new Map(found.length === 0 ? [[system.grid.join('x'), system] as const] : found);
  sized.set(system, all);
  return all;
};

/** The system on one of these grids. */
export const systemAt = (system: System, grid: Shape): System | undefined =>
  sizesOf(system).get(grid.join('x')) ?? (sameShape(grid, system.grid) ? system : resize(system, grid));

/** The grids that a law's cases lie on. */
export const gridsFor = (
  system: System,
  { grids = () => true, sites = 36 }: CaseOptions,
): readonly Shape[] => {
  const all = [...sizesOf(system).values()].map(({ grid }) => grid);
  const fitting = all.filter((grid) => grids(grid) && volume(grid) <= sites);
  const nearest = fitting.length > 0 ? fitting : all.filter(grids);
  return [...(nearest.length > 0 ? nearest : [])].sort((a, b) => volume(a) - volume(b));
};

const clipped = ({ low, high }: Interval): Interval => ({ low: Math.max(-1, low), high: Math.min(1, high) });

/** The range of every free external: what the program that surrounds the step can give, between -1 and 1. */
const externalRanges = (system: System): Readonly<Record<string, Interval>> => {
  if (system.kind === 'map') return {};
  const { nodes } = system.program.graph;
  const intervals = intervalsOf(nodes, ({ op }) =>
    op.op === 'input' || op.op === 'parameter'
      ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
      : undefined,
  );
  return Object.fromEntries(system.externals.map(({ name, node }) => [name, clipped(intervals[node])]));
};

/** Shapes of everything that a case gives values to. */
const shapesOf = (system: System, steps: number): Readonly<Record<string, Shape>> => ({
  ...chosenBy(system),
  ...Object.fromEntries(system.sequences.map((shape, i) => [sequenceName(i), [steps, ...shape]])),
});

/** The array of these values. */
export const dense = (shape: Shape, values: Sparse): NdArray => {
  const data = new Float64Array(volume(shape));
  for (const [at, value] of Object.entries(values)) data[Number(at)] = value;
  return { shape, data };
};

/** The values of a case as arrays, for the system on the case's grid. */
export const arraysOf = (system: System, { steps, values }: Case): Readonly<Record<string, NdArray>> =>
  Object.fromEntries(
    Object.entries(shapesOf(system, steps)).map(([name, shape]) => [name, dense(shape, values[name] ?? {})]),
  );

/** The entries of an array that a smaller one has too. */
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
    // One case in four has few cells that are not zero: some faults show only there.
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
    if (before === undefined || after === undefined) return c;
    const [from, to] = [shapesOf(before, c.steps), shapesOf(after, steps)];
    const values = Object.fromEntries(
      Object.entries(c.values).map(([name, sparse]) => [name, cropped(sparse, from[name], to[name])]),
    );
    return { ...c, grid, steps, values };
  }

  /** Fewer cells: all of a field, then halves of what is left of all fields, quarters, and so on (delta debugging). */
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

  /** Plainer values: ones. */
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

/** How many cells of a case are not zero. */
export const cellCount = ({ values }: Case): number =>
  Object.values(values).reduce((sum, sparse) => sum + Object.values(sparse).filter((v) => v !== 0).length, 0);

/** Whether an array of this shape lies on the system's grid. */
export const onGrid = ({ grid }: System, shape: Shape): boolean => isOn(grid, shape);
