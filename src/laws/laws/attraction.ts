/** Law 15: phases that attract each other fall together, and two of them lock. */

import { volume } from '../../dsl/shape.js';
import { exact, unit64 } from '../bounded.js';
import { digits } from '../findings.js';
import { matrixOf } from '../force.js';
import { broken, type Finding, holds, type Law, type Need, silent, type Trial } from '../law.js';
import * as needs from '../needs.js';
import { formsOf } from '../reading/forms.js';
import { structureOf } from '../reading/structure.js';
import { resize } from '../resize.js';
import { boundedStep, trajectory } from '../run.js';
import { atRest, sample } from '../sample.js';
import { type System, weightsOf } from '../system.js';
import { lastStep } from '../taken.js';
import { phase, phaseCases, single } from './phases.js';

/** h K_ij: what a phase of pi/2 at j does to i, in units of one step. */
const pullsOf = (system: System, around: Trial['around']): readonly (readonly number[])[] => {
  const name = structureOf(system).phase ?? '';
  const size = volume(system.fields[name]);
  const quarter = Math.PI / 2;
  const rest = boundedStep(system, { [name]: exact(new Float64Array(size)) }, around, unit64)[name].value;
  return matrixOf(size, (unit) => {
    const next = boundedStep(system, { [name]: exact(unit.map((v) => v * quarter)) }, around, unit64)[name]
      .value;
    return next.map((v, i) => (unit[i] === 1 ? 0 : v - rest[i]));
  });
};

/** Whether phases push each other apart, all of them. */
export const repels = (system: System): boolean => {
  const { system: small, around } = sample(system);
  const pulls = pullsOf(small, around).flat();
  return pulls.some((v) => v < -64 * unit64) && pulls.every((v) => v < 64 * unit64);
};

const attracting: Need = {
  name: 'coupling K >= 0 with h <= 1 / max row sum',
  essential: true,
  missing: (system) => {
    const { system: small, around } = sample(system);
    const pulls = pullsOf(small, around);
    if (pulls.some((row) => row.some((v) => v < -64 * unit64))) return 'a coupling is repelling';
    if (pulls.some((row, i) => row.some((v, j) => Math.abs(v - pulls[j][i]) > 64 * unit64)))
      return 'the coupling is not symmetric';
    const most = Math.max(...pulls.map((row) => row.reduce((sum, v) => sum + v, 0)));
    return most <= 1 + 1e-12
      ? undefined
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
  source: 'a gradient flow with step below 2 / Lipschitz: laws.md',
  tolerance: 'error of the step times the slope of E, and the rounding of its sum',
  needs: [needs.noiseless, phase, single, needs.reciprocalKernels, attracting],
  cases: (system) => ({
    ...phaseCases(system),
    undriven: true,
    resting: system.externals.map(({ name }) => name),
    sites: 20,
  }),
  share: 0.25,
  property: (trial) => {
    const { structure, system } = trial;
    const name = structure.phase ?? '';
    const { before, after } = lastStep(trial);
    const pulls = pullsOf(system, trial.around);
    const [was, is] = [energyOf(pulls, before[name].data), energyOf(pulls, after[name].value)];
    const size = pulls.reduce((sum, row) => sum + row.reduce((part, v) => part + Math.abs(v), 0), 0);
    const worst = Math.max(...after[name].error);
    const room = size * (worst + 64 * volume(system.grid) * unit64);
    return is <= was + room
      ? holds
      : broken(
          `E rises from ${was.toPrecision(8)} to ${is.toPrecision(8)} in one step; rounding allows ${digits(room)}`,
          { title: name, field: before[name] },
        );
  },
};

/** The free external that is the natural frequency, and what one step makes of 1 of it. */
const frequencyOf = (system: System): { readonly name: string; readonly h: number } | undefined => {
  const name = structureOf(system).phase ?? '';
  const form = formsOf(system.nodes)[system.next[name]];
  for (const [node, h] of form?.terms ?? []) {
    const { op } = system.nodes[node];
    if (op.op === 'external' && system.externals[op.index].kind === 'field')
      return { name: system.externals[op.index].name, h };
  }
  return undefined;
};

const pairs = new WeakMap<System, System | undefined>();

const pairOf = (system: System): System | undefined => {
  if (!pairs.has(system)) pairs.set(system, resize(system, system.grid.length === 1 ? [2] : [1, 2]));
  return pairs.get(system);
};

const pairable: Need = {
  name: 'two oscillators with frequencies of their own',
  essential: true,
  missing: (system) => {
    if (frequencyOf(system) === undefined) return 'its natural frequencies are not given from outside';
    const pair = pairOf(system);
    if (pair === undefined || volume(Object.values(pair.fields)[0]) !== 2)
      return 'it cannot be made of two oscillators';
    const [[, pull]] = pullsOf(pair, { ...atRest(pair), ...weightsOf(system, 0) });
    return pull > 0 ? undefined : 'two of its oscillators do not attract each other';
  },
};

/** Law 15, locking. */
export const locking: Law = {
  name: 'locking',
  entry: 15,
  statement: 'two oscillators with coupling K/2 lock iff |dw| <= K',
  source: 'Adler 1946; Kuramoto 1975',
  tolerance: 'none: 5 % within and beyond the bound, for as long as the slip takes',
  needs: [needs.noiseless, phase, single, pairable],
  cases: { steps: 1, sites: 4, undriven: true },
  share: 0.5,
  property: (trial): Finding => {
    const { on, structure, choices } = trial;
    const name = structure.phase ?? '';
    const pair = pairOf(trial.system);
    const frequency = frequencyOf(trial.system);
    if (pair === undefined || frequency === undefined) return silent;
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
