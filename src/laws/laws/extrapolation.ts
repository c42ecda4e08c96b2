/** Law 21: a step does not depend on the size of its grid. */

import * as E from 'fp-ts/lib/Either.js';
import { tick } from '../../base/deadline.js';
import { rememberedBy } from '../../base/remembered.js';
import { lightCone } from '../../compile/light-cone/index.js';
import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { extentsOf, sidesOf } from '../../dsl/kernel.js';
import { type Shape, volume } from '../../dsl/shape.js';
import * as requirements from '../requirements/requirements.js';
import { type Bounded, minus, within } from '../rounding/bounded.js';
import { oneStep } from '../system/program.js';
import { resize } from '../system/resize.js';
import { hasSites, isOn, type System, sequenceName } from '../system/system.js';
import { exactState, isTame, lastStep, stepFrom } from '../trial/bounded-steps.js';
import { firstBroken, isZero } from '../trial/findings.js';
import { gridsFor } from '../trial/grids.js';
import { type Finding, inconclusive, type Law, type Requirement, type Trial, vacuous } from '../trial/law.js';
import { outputsOnGrid } from './locality.js';

/** The system on a grid that is `by` sites longer along each axis; null if it cannot be moved there. */
const grownBy = rememberedBy(
  (by: number) => by,
  (system: System, by) =>
    resize(
      system,
      system.grid.map((n) => n + by),
    ),
);

const places = (sizes: Shape): readonly Shape[] =>
  Array.from({ length: volume(sizes) }, (_, flat) =>
    sizes.map((n, axis) => Math.floor(flat / volume(sizes.slice(axis + 1))) % n),
  );

/** How many sites a step looks to each side along each axis; null if it sees the whole of an axis. */
const reachOf = (system: System, output: string): Shape | null => {
  tick();
  const centre = system.grid.map((n) => Math.floor(n / 2));
  const site = system.kind === 'map' ? centre : [0, ...centre];
  const cone = lightCone(oneStep(system), { output, site, eachStep: tick });
  if (E.isLeft(cone)) return null;
  const all = places(system.grid);
  const seen = Object.values(cone.right).flatMap(({ mask }) =>
    mask.length === all.length ? all.filter((_, flat) => mask[flat] !== 0) : [],
  );
  const reach = system.grid.map((_, axis) =>
    Math.max(0, ...seen.map((place) => Math.abs(place[axis] - centre[axis]))),
  );
  return reach.every((r, axis) => 2 * r + 1 < system.grid[axis]) ? reach : null;
};

/** An array on the small grid as a window of one on the large grid; around it lie the same numbers in another order. */
const surrounded = (
  { shape, data }: NdArray,
  from: Shape,
  to: Shape,
  before: number,
  first: number,
): NdArray => {
  const size = [...shape.slice(0, first), ...to, ...shape.slice(first + from.length)];
  const index = (place: Shape): number => place.reduce((flat, at, axis) => flat * shape[axis] + at, 0);
  return {
    shape: size,
    data: Float64Array.from(places(size), (place) => {
      const moved = place.map((at, axis) => (from[axis - first] === undefined ? at : at - before));
      const inside = from.every((n, axis) => moved[axis + first] >= 0 && moved[axis + first] < n);
      return data[
        index(
          inside
            ? moved
            : moved.map((at, axis) => {
                const n = from[axis - first];
                return n === undefined ? at : n - 1 - (((at % n) + n) % n);
              }),
        )
      ];
    }),
  };
};

/** The sites of a field that lie at least `margin` from the edges of a window. */
const middle = (
  { value, error }: Bounded,
  shape: Shape,
  window: Shape,
  before: number,
  margin: Shape,
): Bounded => {
  const channels = volume(shape.slice(window.length));
  const sites = places(window.map((n, axis) => n - 2 * margin[axis])).flatMap((place) => {
    const flat = place.reduce((at, i, axis) => at * shape[axis] + i + before + margin[axis], 0);
    return Array.from({ length: channels }, (_, channel) => flat * channels + channel);
  });
  return within(
    sites.map((at) => value[at]),
    Float64Array.from(sites, (at) => error[at]),
  );
};

const property = (trial: Trial): Finding => {
  const { system, choices } = trial;
  const by = 1 + (choices[0] % 3);
  const before = choices[1] % (by + 1);
  const large = grownBy(system, by);
  if (large === null) return inconclusive;
  const { before: state, after, at } = lastStep(trial);
  if (!isTame(after)) return inconclusive;
  const around = (arrays: NdArrays): NdArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, x]) => {
        const drive = system.sequences.findIndex((_, i) => sequenceName(i) === name);
        const kernel = system.externals.some((one) => one.name === name && one.kind === 'weight');
        const first = drive < 0 ? 0 : 1;
        return [
          name,
          !kernel && hasSites(system.grid, x.shape.slice(first))
            ? surrounded(x, system.grid, large.grid, before, first)
            : x,
        ];
      }),
    );
  const there = stepFrom({ ...trial, system: large }, exactState(around(state)), around(trial.around), at);
  return firstBroken(
    ...Object.entries(system.next).map(([name, node]) => () => {
      const { shape } = system.nodes[node];
      if (!isOn(system.grid, shape)) return inconclusive;
      const margin = reachOf(large, name);
      if (margin === null || margin.some((r, axis) => system.grid[axis] <= 2 * r))
        return vacuous('its light cone is as wide as the grid: no site is out of reach of the edges');
      const here = middle(after[name], shape, system.grid, 0, margin);
      const wide = middle(there[name], large.nodes[large.next[name]].shape, system.grid, before, margin);
      return isZero(
        minus(here, wide),
        here.value,
        [...system.grid.map((n, axis) => n - 2 * margin[axis]), ...shape.slice(system.grid.length)],
        ({ place, by: off, allowed }) =>
          `on a grid of ${large.grid.join('x')} ${name}${place}, out of reach of the edges, is off by ${off} from its value on ` +
          `${system.grid.join('x')}; rounding allows ${allowed}`,
      );
    }),
  );
};

const freeSize: Requirement = {
  name: 'a step of any grid',
  essential: true,
  missing: (system) => (grownBy(system, 1) === null ? 'its step depends on the size of its grid' : null),
};

/** Law 21. */
export const extrapolation: Law = {
  name: 'extrapolation',
  entry: 21,
  statement:
    'a step on a larger grid gives the same values at every site whose light cone does not meet the edges of the smaller one',
  source: 'a step of convolutions and pointwise functions holds no size; the cone is computed from the graph',
  tolerance: 'both sides by running error analysis',
  requirements: [requirements.space, outputsOnGrid, requirements.noiseless, freeSize],
  cases: (system, { convolutions }) => {
    const reach = convolutions.reduce(
      (sum, { op, weight }) => sum + Math.max(0, ...extentsOf(op, sidesOf(system.nodes[weight].shape))) / 2,
      0,
    );
    // A wide window leaves no site in the middle of a small grid.
    const wide = { steps: 2, sites: 256, grids: (grid: Shape) => Math.min(...grid) >= 12 };
    return reach >= 2 && gridsFor(system, wide).length > 0
      ? wide
      : { steps: 3, sites: 36, grids: (grid) => Math.min(...grid) >= 3 };
  },
  share: 0.5,
  property,
};
