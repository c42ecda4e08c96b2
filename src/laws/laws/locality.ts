/** Law 6: the light cone of a step. */

import * as E from 'fp-ts/lib/Either.js';
import { tick } from '../../base/deadline.js';
import { lightCone } from '../../compile/light-cone/index.js';
import { type NdArray, positions } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { extentsOf, sidesOf } from '../../dsl/kernel.js';
import { type Shape, volume } from '../../dsl/shape.js';
import * as requirements from '../requirements/requirements.js';
import { stepsOf } from '../system/program.js';
import { isOn, type System } from '../system/system.js';
import { digits, placeOf } from '../trial/findings.js';
import { gridsFor } from '../trial/grids.js';
import { type Trajectory, trajectory } from '../trial/interpreter.js';
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

const cones = new WeakMap<System, Map<string, ReturnType<typeof lightCone>>>();

const coneOf = (
  system: System,
  steps: number,
  output: string,
  site: readonly number[],
): ReturnType<typeof lightCone> => {
  tick();
  const made = cones.get(system) ?? new Map<string, ReturnType<typeof lightCone>>();
  cones.set(system, made);
  const key = `${steps} ${output} ${site.join()}`;
  const cone =
    made.get(key) ??
    lightCone(stepsOf(system, steps), {
      output,
      site: system.kind === 'map' ? site : [steps - 1, ...site],
      eachStep: tick,
    });
  made.set(key, cone);
  return cone;
};

/** Changes everything outside of the cone at once; the site must stay bit-identical. */
const unseenIsUnfelt = (trial: Trial): Finding => {
  const { system, on, start, around, choices } = trial;
  const outputs = Object.keys(system.next);
  const output = outputs[choices[0] % outputs.length];
  const shape = system.nodes[system.next[output]].shape;
  if (!isOn(system.grid, shape)) return inconclusive;
  const site = system.grid.map((n, axis) => (choices[(1 + axis) % choices.length] + choices[3]) % n);
  // The largest number of steps after which the cone does not cover the whole grid.
  const fewer = Array.from({ length: system.kind === 'map' ? 1 : trial.steps }, (_, i) => i + 1).reverse();
  const leaves = (n: number): boolean => {
    const seen = coneOf(system, n, output, site);
    return (
      E.isRight(seen) && Object.values(seen.right).some(({ mask }) => mask.some((isSeen) => isSeen === 0))
    );
  };
  const steps = fewer.find(leaves) ?? 1;
  const cone = coneOf(system, steps, output, site);
  if (E.isLeft(cone)) return inconclusive;
  const sites = volume(system.grid);
  const moved = (inside: boolean): NdArrays =>
    Object.fromEntries(
      Object.entries(start).map(([name, { shape: of, data }]) => {
        const mask = cone.right[name]?.mask;
        const channels = data.length / sites;
        const changed = isOn(system.grid, of) && mask !== undefined;
        return [
          name,
          {
            shape: of,
            data: data.map((v, i) =>
              changed && (mask[Math.floor(i / channels)] !== 0) === inside ? v + 0.5 : v,
            ),
          },
        ];
      }),
    );
  const other = moved(false);
  const differs = Object.entries(other).some(([name, { data }]) =>
    data.some((v, i) => v !== start[name].data[i]),
  );
  const end = (path: Trajectory): NdArray => path[path.length - 1][output];
  const [here, there] = [start, other].map((from) => end(trajectory(on, system, from, around, steps)));
  const channels = volume(shape) / sites;
  const first = site.reduce((offset, i, axis) => offset * system.grid[axis] + i, 0) * channels;
  for (let at = first; at < first + channels; at++)
    if (!Object.is(here.data[at], there.data[at]) && !(here.data[at] === there.data[at]))
      return broken(
        `${output}${placeOf(at, shape)} after ${steps} steps feels what its light cone does not hold: it changes by ` +
          digits(there.data[at] - here.data[at]),
        { title: `${output}`, field: here },
        { title: `${output}, unseen sites changed`, field: there },
      );
  const grown = growsByRadius(trial, output, site, steps);
  if (grown.kind === 'broken') return grown;
  if (!differs)
    return vacuous('its light cone holds every site of the grid: nothing is left that it must not feel');
  const inside = end(trajectory(on, system, moved(true), around, steps));
  return [...here.data.subarray(first, first + channels)].some((v, i) => v !== inside.data[first + i])
    ? grown
    : vacuous('it feels nothing at all, not even what its light cone holds');
};

/** The distance to the furthest site in the cone, around the ring, which is at most the distance between walls. */
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

/**
 * After n steps the cone reaches at most n radii, the radius of a step being the largest at any site: on a graph sites
 * differ, and the way leads through others.
 */
const growsByRadius = (
  { system }: Trial,
  output: string,
  site: readonly number[],
  steps: number,
): Finding => {
  if (system.kind === 'map') return holds;
  const sees = (n: number, name: string, from: readonly number[]): number => {
    const cone = coneOf(system, n, name, from);
    if (E.isLeft(cone)) return Number.POSITIVE_INFINITY;
    return Math.max(
      ...Object.entries(system.fields).map(([field, shape]) => {
        const mask = cone.right[field]?.mask;
        return mask === undefined || !isOn(system.grid, shape)
          ? Number.POSITIVE_INFINITY
          : furthest(mask, system.grid, from);
      }),
    );
  };
  const radiusAt = (from: readonly number[]): number =>
    Math.max(
      0,
      ...Object.keys(system.fields).flatMap((name) =>
        E.isLeft(coneOf(system, 1, name, from)) ? [] : [sees(1, name, from)],
      ),
    );
  const all = sees(steps, output, site);
  if (all <= steps * radiusAt(site)) return holds;
  const one = Math.max(...positions(system.grid).map(radiusAt));
  return all <= steps * one
    ? holds
    : broken(`after ${steps} steps ${output} sees ${all} sites far, single steps only ${one}`);
};

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
  statement: 'a change reaches at most Chebyshev distance n r after n steps; beyond, all is bit-identical',
  source: 'Courant, Friedrichs & Lewy 1928; the cone is computed from the graph (compile/light-cone)',
  tolerance: 'none: equal to the last bit',
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
