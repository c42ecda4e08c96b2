/** The grids of a law's cases. */

import { remembered } from '../../base/remembered.js';
import { type Shape, sameShape, volume } from '../../dsl/shape.js';
import { heavy, resize, valuesOf } from '../system/resize.js';
import type { System } from '../system/system.js';
import type { CaseOptions } from './case.js';

const candidates = (rank: number): readonly Shape[] => {
  const sizes = [2, 3, 4, 5, 6];
  if (rank === 1) return [...sizes, 8, 16].map((n) => [n]);
  const planes = sizes.flatMap((h) => sizes.map((w) => [h, w]));
  const few = [2, 3, 4];
  return rank === 2
    ? [...planes, [12, 12]]
    : few.flatMap((d) => few.flatMap((h) => few.map((w) => [d, h, w]))).filter((grid) => volume(grid) <= 36);
};

/** The system on every small grid that it can be resized to, or on its own if there is none. */
export const sizesOf = remembered((system: System): ReadonlyMap<string, System> => {
  const found = candidates(system.grid.length).flatMap((grid): readonly (readonly [string, System])[] => {
    const moved = system.grid.length === 0 ? null : resize(system, grid);
    return moved === null ? [] : [[grid.join('x'), moved]];
  });
  return new Map(found.length === 0 ? [[system.grid.join('x'), system] as const] : found);
});

/** The system on one of these grids. */
export const systemAt = (system: System, grid: Shape): System | null =>
  sizesOf(system).get(grid.join('x')) ?? (sameShape(grid, system.grid) ? system : resize(system, grid));

/**
 * The system on the grid on which its structure is read. A heavy system is read on the largest small grid:
 * its structure does not depend on the grid, and reading numbers on its own grid takes as long as trying a
 * law.
 */
export const readOn = (system: System): System => {
  if (valuesOf(system) <= heavy) return system;
  const few = [...sizesOf(system).values()].filter(({ grid }) => volume(grid) <= 36);
  return few.reduce((a, b) => (a === system || volume(b.grid) > volume(a.grid) ? b : a), system);
};

/** The grids of a law's cases, smallest first. */
export const gridsFor = (
  system: System,
  { grids = () => true, sites = 36 }: CaseOptions,
): readonly Shape[] => {
  const all = [...sizesOf(system).values()].map(({ grid }) => grid);
  const fitting = all.filter((grid) => grids(grid) && volume(grid) <= sites);
  const nearest = fitting.length > 0 ? fitting : all.filter(grids);
  return [...(nearest.length > 0 ? nearest : [])].sort((a, b) => volume(a) - volume(b));
};
