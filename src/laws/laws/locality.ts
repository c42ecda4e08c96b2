/** Law 6: the light cone of a step. */

import * as E from 'fp-ts/lib/Either.js';
import { tick } from '../../base/deadline.js';
import { rememberedBy } from '../../base/remembered.js';
import { type LightCone, lightCone } from '../../compile/light-cone/index.js';
import { type NdArray, positions } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { extentsOf, sidesOf } from '../../dsl/kernel.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { probe } from '../requirements/at-rest.js';
import * as requirements from '../requirements/requirements.js';
import { stepsOf } from '../system/program.js';
import { isOn, type System } from '../system/system.js';
import { digits, placeOf } from '../trial/findings.js';
import { gridsFor } from '../trial/grids.js';
import { trajectory } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  type Trial,
  vacuous,
} from '../trial/law.js';

/** The light cone of a site of an output after some steps. */
const coneOf = rememberedBy(
  (steps: number, output: string, site: readonly number[]) => `${steps} ${output} ${site.join()}`,
  (system: System, steps, output, site) => {
    tick();
    return lightCone(stepsOf(system, steps), {
      output,
      site: system.kind === 'map' ? site : [steps - 1, ...site],
      eachStep: tick,
    });
  },
);

/** A site of an output, a number of steps, and the light cone that it has after them. */
interface Watched {
  readonly output: string;
  readonly shape: Shape;
  readonly site: readonly number[];
  readonly steps: number;
  readonly cone: LightCone;
}

/** The site that a trial looks at, after as many steps as leave something outside of its cone; null if it has no cone. */
const watchedIn = ({ system, choices, steps: most }: Trial): Watched | null => {
  const outputs = Object.keys(system.next);
  const output = outputs[choices[0] % outputs.length];
  const { shape } = system.nodes[system.next[output]];
  if (!isOn(system.grid, shape)) return null;
  const site = system.grid.map((n, axis) => (choices[(1 + axis) % choices.length] + choices[3]) % n);
  const leaves = (n: number): boolean => {
    const seen = coneOf(system, n, output, site);
    return (
      E.isRight(seen) && Object.values(seen.right).some(({ mask }) => mask.some((isSeen) => isSeen === 0))
    );
  };
  // The largest number of steps after which the cone does not cover the whole grid.
  const descending = Array.from({ length: system.kind === 'map' ? 1 : most }, (_, i) => i + 1).reverse();
  const steps = descending.find(leaves) ?? 1;
  const cone = coneOf(system, steps, output, site);
  return E.isLeft(cone) ? null : { output, shape, site, steps, cone: cone.right };
};

/**
 * What is added to the values of a field: between a quarter and three quarters, so that no function of the library is too flat to
 * show it, and different at each site, so that a Laplacian feels it too.
 */
const changesOf = (size: number, field: number): Float64Array =>
  probe(size, field + 1).map((v) => 0.5 + v / 4);

/** The start with all values changed that lie inside of a cone, or all that lie outside of it. */
const changedAt = (where: 'inside' | 'outside', { system, start }: Trial, cone: LightCone): NdArrays => {
  const sites = volume(system.grid);
  return Object.fromEntries(
    Object.entries(start).map(([name, field], number) => {
      const mask = cone[name]?.mask;
      if (mask === undefined || !isOn(system.grid, field.shape)) return [name, field];
      const channels = field.data.length / sites;
      const changes = changesOf(field.data.length, number);
      const isChanged = (i: number): boolean =>
        (mask[Math.floor(i / channels)] !== 0) === (where === 'inside');
      return [
        name,
        { shape: field.shape, data: field.data.map((v, i) => (isChanged(i) ? v + changes[i] : v)) },
      ];
    }),
  );
};

/** Whether two numbers are the same; 0 and -0 are, as in a product with a weight of 0, and NaN is the same as NaN. */
const isSame = (a: number, b: number): boolean => a === b || Object.is(a, b);

/** Changes everything outside of the cone at once; the site must keep its values. */
const unseenIsUnfelt = (trial: Trial): Finding => {
  const { system, on, start, around } = trial;
  const watched = watchedIn(trial);
  if (watched === null) return inconclusive;
  const { output, shape, site, steps, cone } = watched;
  const endFrom = (from: NdArrays): NdArray => trajectory(on, system, from, around, steps)[steps][output];
  const other = changedAt('outside', trial, cone);
  const [here, there] = [endFrom(start), endFrom(other)];
  const channels = volume(shape) / volume(system.grid);
  const first = site.reduce((offset, i, axis) => offset * system.grid[axis] + i, 0) * channels;
  const places = Array.from({ length: channels }, (_, channel) => first + channel);
  const felt = places.find((place) => !isSame(here.data[place], there.data[place]));
  if (felt !== undefined)
    return broken(
      `${output}${placeOf(felt, shape)} after ${steps} steps feels what its light cone does not hold: it changes by ` +
        digits(there.data[felt] - here.data[felt]),
      { title: `${output}`, field: here },
      { title: `${output}, unseen sites changed`, field: there },
    );
  const grown = growsByRadius(trial, watched);
  if (grown.kind === 'broken') return grown;
  const differs = Object.entries(other).some(([name, { data }]) =>
    data.some((v, i) => v !== start[name].data[i]),
  );
  if (!differs)
    return vacuous('its light cone holds every site of the grid: nothing is left that it must not feel');
  const inside = endFrom(changedAt('inside', trial, cone));
  return places.some((place) => here.data[place] !== inside.data[place])
    ? grown
    : vacuous('it feels nothing at all, not even what its light cone holds');
};

/** The distance to the furthest site in the cone, measured the shorter way around; with walls this can only be too small. */
const furthest = (mask: ArrayLike<number>, grid: Shape, site: readonly number[]): number => {
  let most = 0;
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    let rest = at;
    for (let axis = grid.length - 1; axis >= 0; axis--) {
      const far = Math.abs((rest % grid[axis]) - site[axis]);
      most = Math.max(most, Math.min(far, grid[axis] - far));
      rest = Math.floor(rest / grid[axis]);
    }
  }
  return most;
};

/** The largest of some distances; null if one of them is not known. */
const most = (distances: readonly (number | null)[]): number | null =>
  distances.reduce((all, each) => (all === null || each === null ? null : Math.max(all, each)), 0);

/** How far a cone reaches on the grid; null if it holds values without a place there, whose distance is not known. */
const reachOf = (cone: LightCone, { fields, grid }: System, site: readonly number[]): number | null =>
  most(
    Object.entries(fields).map(([field, shape]) => {
      const mask = cone[field]?.mask;
      if (mask === undefined || mask.every((isSeen) => isSeen === 0)) return 0;
      return isOn(grid, shape) ? furthest(mask, grid, site) : null;
    }),
  );

/**
 * After n steps the cone reaches at most n radii, the radius of a step being the largest at any site: on a graph the
 * radius differs between sites, and a path passes sites of larger radius.
 */
const growsByRadius = ({ system }: Trial, { output, site, steps, cone }: Watched): Finding => {
  if (system.kind === 'map') return holds;
  const radiusAt = (from: readonly number[]): number | null =>
    most(
      Object.keys(system.fields).flatMap((name) => {
        const step = coneOf(system, 1, name, from);
        return E.isLeft(step) ? [] : [reachOf(step.right, system, from)];
      }),
    );
  const all = reachOf(cone, system, site);
  const here = radiusAt(site);
  if (all === null || here === null) return unknownReach;
  if (all <= steps * here) return holds;
  const one = most(positions(system.grid).map(radiusAt));
  if (one === null) return unknownReach;
  return all <= steps * one
    ? holds
    : broken(`after ${steps} steps ${output} sees ${all} sites far, single steps only ${one}`);
};

const unknownReach = vacuous(
  'it reads a field that does not lie on the grid: how far a step sees is not known',
);

export const outputsOnGrid: Requirement = {
  name: 'outputs on the grid',
  essential: true,
  missing: (system) =>
    Object.values(system.next).some((node) => isOn(system.grid, system.nodes[node].shape))
      ? null
      : 'no output lies on the grid',
};

/** Law 6. */
export const locality: Law = {
  name: 'light cone',
  entry: 6,
  statement:
    'a change reaches at most Chebyshev distance n r after n steps; beyond, every value stays the same',
  source: 'Courant, Friedrichs & Lewy 1928; the cone is computed from the graph (compile/light-cone)',
  tolerance: 'none: equal to the last bit, where 0 equals -0',
  requirements: [requirements.space, outputsOnGrid],
  cases: (system, { convolutions }) => {
    const reach = convolutions.reduce(
      (sum, { op, weight }) => sum + Math.max(0, ...extentsOf(op, sidesOf(system.nodes[weight].shape))) / 2,
      0,
    );
    // A large window covers a small grid completely.
    const wide = { steps: 2, sites: 256, grids: (grid: Shape) => Math.min(...grid) >= 12 };
    return reach >= 4 && gridsFor(system, wide).length > 0 ? wide : { steps: 3 };
  },
  property: unseenIsUnfelt,
};
