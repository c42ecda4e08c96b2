/** Law 14: a ring along which the state travels. */

import { remembered } from '../../base/remembered.js';
import { volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { atRest, smallAtRest } from '../requirements/at-rest.js';
import * as requirements from '../requirements/requirements.js';
import { exact, minus, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { isZero, sides } from '../trial/findings.js';
import { boundedStep, trajectory } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  vacuous,
} from '../trial/law.js';

/** The result of one step from a single 1 on a ring: its new position and value. */
interface Shift {
  readonly by: number;
  readonly as: number;
}

const shiftOf = remembered((system: System): Shift | string => readShift(system));

const readShift = (system: System): Shift | string => {
  const names = Object.keys(system.fields);
  if (names.length !== 1 || system.grid.length !== 1) return 'it is not one field on a ring';
  if (!['linear', 'affine'].includes(structureOf(system).degree)) return 'its activation is not the identity';
  const trial = smallAtRest(system);
  const shape = trial.system.fields[names[0]];
  const channels = volume(shape) / shape[0];
  const start = Float64Array.from({ length: volume(shape) }, (_, i) => (i === 0 ? 1 : 0));
  const { value } = boundedStep(trial.system, { [names[0]]: exact(start) }, trial.around, unit64)[names[0]];
  const hit = [...value.keys()].filter((i) => value[i] !== 0);
  if (hit.length !== 1 || hit[0] % channels !== 0 || hit[0] === 0)
    return 'its kernel is not the identity shifted by one site';
  const at = hit[0] / channels;
  const by = at === 1 ? 1 : at === shape[0] - 1 ? -1 : undefined;
  return by === undefined ? 'its kernel is not the identity shifted by one site' : { by, as: value[hit[0]] };
};

const shifted: Requirement = {
  name: 'a shifted identity kernel and identity activation',
  essential: true,
  missing: (system) => {
    const found = shiftOf(system);
    return typeof found === 'string' ? found : null;
  },
};

/** Law 14. */
export const carrying: Law = {
  name: 'carrying',
  entry: 14,
  statement:
    'with a shifted identity kernel, identity activation and no input the state moves by exactly one site a step: period n',
  source: 'Keller, Muller, Sejnowski & Welling 2024, arXiv 2309.08045v2, eq. 3',
  tolerance: 'none: equal to the last bit',
  requirements: [requirements.steps, requirements.noiseless, shifted],
  cases: { undriven: true, steps: 2 },
  property: ({ system, on, start, around, steps }): Finding => {
    const found = shiftOf(system);
    if (typeof found === 'string') return inconclusive;
    const [name] = Object.keys(system.fields);
    const shape = system.fields[name];
    const [n] = shape;
    const channels = volume(shape) / n;
    const round = { ...around, ...atRest(system, n) };
    const path = trajectory(on, system, start, round, n);
    for (const t of new Set([1, steps, n])) {
      const expected = Float64Array.from({ length: n * channels }, (_, i) => {
        const site = Math.floor(i / channels);
        return start[name].data[((((site - found.by * t) % n) + n) % n) * channels + (i % channels)];
      });
      const result = isZero(
        minus(exact(path[t][name].data), exact(expected)),
        expected,
        shape,
        ({ place, by }) =>
          `after ${t} of ${n} steps ${name}${place} is off by ${by} from the start moved by ${t} sites`,
        () =>
          sides(shape, ['after the steps', exact(path[t][name].data)], ['the start, moved', exact(expected)]),
      );
      // Nothing is rounded, so not even the rounding of the comparison is allowed.
      const differs = path[t][name].data.some((v, i) => v !== expected[i]);
      if (result.kind === 'broken' || differs)
        return result.kind === 'broken'
          ? result
          : broken(
              `after ${t} of ${n} steps the state is not the start moved by ${t} sites, to the last bit`,
            );
    }
    return start[name].data.some((v) => v !== start[name].data[0])
      ? holds
      : vacuous('the state is the same at every site: carried on, it is what it was');
  },
};
