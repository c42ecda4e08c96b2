/** Law 15: phases that attract each other synchronise, and two of them lock. */

import { remembered } from '../../base/remembered.js';
import { volume } from '../../dsl/shape.js';
import { formsOf } from '../reading/forms.js';
import { phaseNameOf, structureOf } from '../reading/structure.js';
import { atRest, smallAtRest } from '../requirements/at-rest.js';
import { couplingOf, pullsOf } from '../requirements/coupling.js';
import * as requirements from '../requirements/requirements.js';
import { unit64 } from '../rounding/bounded.js';
import { resize } from '../system/resize.js';
import { type System, weightsOf } from '../system/system.js';
import { lastStep } from '../trial/bounded-steps.js';
import { digits } from '../trial/findings.js';
import { trajectory } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  vacuous,
} from '../trial/law.js';
import { equalFrequencies, phase, phaseCases, phasesOnly, sineCoupling, symmetricPull } from './phases.js';

/** Whether all phases repel each other. */
export const repels = (system: System): boolean => {
  const { system: small, around } = smallAtRest(system);
  const pulls = pullsOf(small, around).flat();
  return pulls.some((v) => v < -64 * unit64) && pulls.every((v) => v < 64 * unit64);
};

const attracting: Requirement = {
  name: 'coupling K >= 0 with h <= 1 / max row sum',
  essential: true,
  missing: (system) => {
    const coupling = couplingOf(system);
    if (coupling === null) return 'its phases are too many to look at all pairs';
    const { pulls } = coupling;
    if (pulls.some((row) => row.some((v) => v < -64 * unit64))) return 'a coupling is repelling';
    const most = Math.max(...pulls.map((row) => row.reduce((sum, v) => sum + v, 0)));
    return most <= 1 + 1e-12
      ? null
      : `h times the largest row sum of the coupling is ${digits(most)}, above 1`;
  },
};

const energyOf = (pulls: readonly (readonly number[])[], phases: ArrayLike<number>): number =>
  -0.5 *
  pulls.reduce(
    (sum, row, i) => sum + row.reduce((part, k, j) => part + k * Math.cos(phases[i] - phases[j]), 0),
    0,
  );

/** Law 15, energy. */
export const phaseEnergy: Law = {
  name: 'phases fall together',
  entry: 15,
  statement:
    'E = -1/2 sum K cos(difference) never rises, for equal frequencies, symmetric K >= 0 and h <= 1 / max row sum',
  source:
    'gradient descent on E with a step below 2 / L, L the Lipschitz constant of its gradient: Nesterov 2004, Introductory Lectures on Convex Optimization, sec. 1.2.3',
  tolerance: 'error of the step times the slope of E, and the rounding of its sum',
  requirements: [
    requirements.noiseless,
    phase,
    phasesOnly,
    sineCoupling,
    equalFrequencies,
    symmetricPull,
    attracting,
  ],
  cases: (system) => ({
    ...phaseCases(system),
    undriven: true,
    resting: system.externals.map(({ name }) => name),
    sites: 20,
  }),
  share: 0.25,
  property: (trial) => {
    const { structure, system } = trial;
    const name = phaseNameOf(structure);
    const { before, after } = lastStep(trial);
    const pulls = pullsOf(system, trial.around);
    const row = Math.max(...pulls.map((each) => each.reduce((sum, v) => sum + v, 0)));
    const fits = pulls.every((each, i) =>
      each.every((v, j) => v > -1e-14 && Math.abs(v - pulls[j][i]) < 1e-12),
    );
    if (row > 1 + 1e-12 || !fits)
      return vacuous(
        'with the weights that were drawn its coupling is not symmetric, not attracting, or too strong',
      );
    const [was, is] = [energyOf(pulls, before[name].data), energyOf(pulls, after[name].value)];
    const size = pulls.reduce((sum, row) => sum + row.reduce((part, v) => part + Math.abs(v), 0), 0);
    const worst = Math.max(...after[name].error);
    const room = size * (worst + 64 * volume(system.grid) * unit64);
    return is <= was + room
      ? was - is > room
        ? holds
        : vacuous('E does not fall: its phases are not coupled, or equal')
      : broken(
          `E rises from ${was.toPrecision(8)} to ${is.toPrecision(8)} in one step; rounding allows ${digits(room)}`,
          { title: name, field: before[name] },
        );
  },
};

/** The free external that is the natural frequency, and its coefficient in one step. */
const frequencyOf = (system: System): { readonly name: string; readonly h: number } | null => {
  const name = phaseNameOf(structureOf(system));
  const form = formsOf(system.nodes)[system.next[name]];
  for (const [node, h] of form?.terms ?? []) {
    const { op } = system.nodes[node];
    if (op.op === 'external' && system.externals[op.index].kind === 'field')
      return { name: system.externals[op.index].name, h };
  }
  return null;
};

const pairOf = remembered((system: System): System | null => {
  const last = system.grid.length - 1;
  return resize(
    system,
    system.grid.map((_, axis) => (axis === last ? 2 : 1)),
  );
});

const pairable: Requirement = {
  name: 'two oscillators with frequencies of their own',
  essential: true,
  missing: (system) => {
    if (frequencyOf(system) === null) return 'its natural frequencies are not given from outside';
    const pair = pairOf(system);
    if (pair === null || volume(Object.values(pair.fields)[0]) !== 2)
      return 'it cannot be made of two oscillators';
    const pulls = pullsOf(pair, { ...atRest(pair), ...weightsOf(system, 0) });
    return pulls[0][1] + pulls[1][0] > 0 ? null : 'two of its oscillators do not attract each other';
  },
};

/** Law 15, locking. */
export const locking: Law = {
  name: 'locking',
  entry: 15,
  statement: 'two oscillators with coupling K/2 lock iff |dw| <= K',
  source: 'Adler 1946; Kuramoto 1975',
  tolerance: 'none: 5 % within and beyond the bound, for as long as the slip takes',
  requirements: [requirements.noiseless, phase, phasesOnly, sineCoupling, pairable],
  cases: { steps: 1, sites: 4, undriven: true },
  share: 0.5,
  property: (trial): Finding => {
    const { on, structure, choices } = trial;
    const name = phaseNameOf(structure);
    const pair = pairOf(trial.system);
    const frequency = frequencyOf(trial.system);
    if (pair === null || frequency === null) return inconclusive;
    const around = {
      ...atRest(pair),
      ...Object.fromEntries(
        Object.entries(trial.around).filter(([external]) =>
          pair.externals.some((e) => e.name === external && e.kind === 'weight'),
        ),
      ),
    };
    const pulls = pullsOf(pair, around);
    // One step moves the difference by h dw - h (K_12 + K_21) sin(difference).
    const k = pulls[0][1] + pulls[1][0];
    const inside = 0.5 + 0.45 * (choices[0] / 15);
    const outside = 1.05 + choices[1] / 8;
    const shape = pair.fields[name];
    const run = (share: number, steps: number): number => {
      const half = Math.fround((share * k) / 2 / frequency.h);
      const path = trajectory(
        on,
        pair,
        { [name]: { shape, data: Float64Array.of(0, 0) } },
        { ...around, [frequency.name]: { shape, data: Float64Array.of(-half, half) } },
        steps,
      );
      const { data } = path[steps][name];
      return data[1] - data[0];
    };
    const slip = (2 * Math.PI) / (k * Math.sqrt(outside ** 2 - 1));
    const steps = Math.min(4000, Math.ceil(2 * slip) + 2);
    const locked = run(inside, steps);
    if (!(Math.abs(locked) < Math.PI / 2))
      return broken(
        `with |dw| = ${digits(inside)} K two oscillators should lock, after ${steps} steps they are ${digits(locked)} apart`,
      );
    const slipped = run(outside, steps);
    return slipped > 2 * Math.PI || steps === 4000
      ? holds
      : broken(
          `with |dw| = ${digits(outside)} K two oscillators should slip, after ${steps} steps they are only ${digits(slipped)} apart`,
        );
  },
};
