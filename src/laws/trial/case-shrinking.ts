/** Smaller cases of a law: fewer steps, smaller grids, fewer nonzero cells, simpler values. */

import { type Shape, volume } from '../../dsl/shape.js';
import type { Interval } from '../reading/interval.js';
import type { System } from '../system/system.js';
import { type Case, type Sparse, shapesOf } from './case.js';
import { systemAt } from './grids.js';

/** What cases are drawn from: a system, its grids, and the ranges of values by name. */
export interface Drawn {
  readonly system: System;
  readonly grids: readonly Shape[];
  readonly ranges: Readonly<Record<string, Interval>>;
}

/** Smaller cases, in the order in which they are tried. */
export const smaller = (drawn: Drawn, c: Case): readonly Case[] => [
  ...withFewerSteps(drawn, c),
  ...onSmallerGrids(drawn, c),
  ...withFewerCells(c),
  ...withSimplerValues(drawn, c),
  ...withSmallerChoices(c),
];

const withFewerSteps = ({ system }: Drawn, c: Case): readonly Case[] => {
  const fewer = [...new Set([1, Math.floor(c.steps / 2), c.steps - 1])].filter((n) => n >= 1 && n < c.steps);
  return fewer.map((steps) => moved(system, c, c.grid, steps));
};

const onSmallerGrids = ({ system, grids }: Drawn, c: Case): readonly Case[] =>
  grids
    .filter((grid) => volume(grid) < volume(c.grid) && grid.every((n, axis) => n <= c.grid[axis]))
    .map((grid) => moved(system, c, grid, c.steps));

/** The case on another grid and with another number of steps; cells outside of them are dropped. */
const moved = (system: System, c: Case, grid: Shape, steps: number): Case => {
  const [before, after] = [systemAt(system, c.grid), systemAt(system, grid)];
  if (before === null || after === null) return c;
  const [from, to] = [shapesOf(before, c.steps), shapesOf(after, steps)];
  const values = Object.fromEntries(
    Object.entries(c.values).map(([name, sparse]) => [name, cropped(sparse, from[name], to[name])]),
  );
  return { ...c, grid, steps, values };
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

/**
 * Fewer nonzero cells: without a whole field, then without halves of the remaining cells, quarters, and so on (delta
 * debugging).
 */
const withFewerCells = (c: Case): readonly Case[] => {
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
  const found: Case[] = [];
  for (let size = cells.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < cells.length; at += size) found.push(without(cells.slice(at, at + size)));
  return found;
};

/** Simpler values: ones. */
const withSimplerValues = ({ ranges }: Drawn, c: Case): readonly Case[] =>
  Object.entries(c.values).flatMap(([name, sparse]) =>
    Object.entries(sparse).flatMap(([at, value]) => {
      const { high, low } = ranges[name] ?? { low: -1, high: 1 };
      const one = high >= 1 ? 1 : value > 0 ? high : low;
      return value === one || value === 0 || (value === -1 && high >= 1 && one === value)
        ? []
        : [{ ...c, values: { ...c.values, [name]: { ...sparse, [at]: one } } }];
    }),
  );

const withSmallerChoices = (c: Case): readonly Case[] => [
  ...(c.seed > 0 ? [{ ...c, seed: 0 }] : []),
  ...c.choices.flatMap((choice, i) =>
    [...new Set([0, Math.floor(choice / 2), choice - 1])]
      .filter((n) => n >= 0 && n < choice)
      .map((n) => ({ ...c, choices: c.choices.with(i, n) })),
  ),
];
