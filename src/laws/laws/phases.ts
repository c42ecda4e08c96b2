/** Law 15: phases, whose coupling depends only on differences. */

import type { NdArray } from '../../compile/reference/array.js';
import { volume } from '../../dsl/shape.js';
import { phaseNameOf } from '../reading/structure.js';
import { answerOf, couplingOf } from '../requirements/coupling.js';
import * as requirements from '../requirements/requirements.js';
import { type Bounded, exact, minus, plus, sumOf, total, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { exactState, lastStep, representable, stepFrom } from '../trial/bounded-steps.js';
import type { CaseOptions } from '../trial/case.js';
import { digits, isZero, sides } from '../trial/findings.js';
import { broken, holds, type Law, type Requirement, type Trial, vacuous } from '../trial/law.js';

export const phase: Requirement = {
  name: 'a phase',
  essential: true,
  missing: (_, structure) => (structure.phase === null ? 'no field enters through sin and cos alone' : null),
};

export const phasesOnly: Requirement = {
  name: 'nothing but phases',
  essential: true,
  missing: ({ fields }) => (Object.keys(fields).length === 1 ? null : 'it has fields beside its phases'),
};

export const sineCoupling: Requirement = {
  name: 'a coupling K sin(difference)',
  missing: (system) => {
    const coupling = couplingOf(system);
    if (coupling === null) return 'its phases are too many to look at all pairs';
    return coupling.isSine
      ? null
      : 'its coupling is not K sin(theta_j - theta_i) alone (a phase lag, another harmonic, a force of its own)';
  },
};

export const symmetricPull: Requirement = {
  name: 'symmetric coupling',
  missing: (system) =>
    couplingOf(system)?.isSymmetric === false
      ? 'the coupling is not symmetric: what a phase does to another, the other does not do to it'
      : null,
};

export const equalFrequencies: Requirement = {
  name: 'equal frequencies',
  missing: (system) =>
    couplingOf(system)?.isLevel === false ? 'its own frequencies differ from phase to phase' : null,
};

/** Not met by phases that are pinned, forced at a fixed angle or driven by pulses: Kuramoto's model has differences alone. */
const byDifferences: Requirement = {
  name: 'a coupling by differences',
  missing: (system) =>
    answerOf(system) === 'otherwise'
      ? 'a phase is held at an angle of its own, or the coupling depends on more than differences'
      : null,
};

/** Cases whose phases go more than once around. */
export const phaseCases = (system: System): Pick<CaseOptions, 'ranges'> => ({
  ranges: Object.fromEntries(Object.keys(system.fields).map((name) => [name, { low: -4, high: 4 }])),
});

/** The phases a step after all were 0: how far each moves by itself. */
const stepAlone = (trial: Trial, at: number): Bounded => {
  const fields = Object.entries(trial.system.fields).map(
    ([field, shape]) => [field, exact(new Float64Array(volume(shape)))] as const,
  );
  return stepFrom(trial, Object.fromEntries(fields), trial.around, at)[phaseNameOf(trial.structure)];
};

/** Whether a step moved a phase otherwise than by itself; if none, they are not coupled. */
const isCoupled = (alone: Bounded, before: NdArray, after: Bounded): boolean =>
  after.value.some((v, i) => Math.abs(v - before.data[i] - alone.value[i]) > after.error[i] + alone.error[i]);

const uncoupled = vacuous('its phases are not coupled: each moves as if it were alone');

/** Law 15, gauge. */
export const phaseShift: Law = {
  name: 'phase shift',
  entry: 15,
  statement: 'adding phi to all phases adds phi to the output',
  source: 'Kuramoto 1975: the coupling sees differences alone',
  tolerance: 'both steps by running error analysis',
  requirements: [requirements.noiseless, phase, byDifferences],
  cases: phaseCases,
  property: (trial) => {
    const { system, structure, choices } = trial;
    const name = phaseNameOf(structure);
    const { before, after, at } = lastStep(trial);
    const phi = (1 + choices[0]) / 8;
    const state = exactState(before);
    const shift = exact(new Float64Array(volume(system.fields[name])).fill(phi));
    const there = stepFrom(
      trial,
      { ...state, [name]: representable(trial, plus(state[name], shift)) },
      trial.around,
      at,
    );
    const expected = plus(after[name], shift);
    const found = isZero(
      minus(there[name], expected),
      expected.value,
      system.fields[name],
      ({ place, by, allowed }) =>
        `with ${phi} added to all phases ${name}${place} is off by ${by}; rounding allows ${allowed}`,
      () =>
        sides(
          system.fields[name],
          ['step of the shifted phases', there[name]],
          ['the step, shifted', expected],
        ),
    );
    return found.kind === 'holds' && !isCoupled(stepAlone(trial, at), before[name], after[name])
      ? uncoupled
      : found;
  },
};

/** Law 15, mean. */
export const meanFrequency: Law = {
  name: 'mean frequency',
  entry: 15,
  statement: 'symmetric coupling keeps the mean frequency: the phases move on the whole as if uncoupled',
  source: 'K_ij sin(difference) is antisymmetric: Acebron et al. 2005, Rev. Mod. Phys. 77',
  tolerance: 'both steps and the sums by running error analysis',
  requirements: [requirements.noiseless, phase, phasesOnly, sineCoupling, symmetricPull],
  cases: phaseCases,
  property: (trial) => {
    const { structure } = trial;
    const name = phaseNameOf(structure);
    const { before, after, at } = lastStep(trial);
    const alone = stepAlone(trial, at);
    const gained = sumOf([1, total(after[name])], [-1, total(exactState(before)[name])], [-1, total(alone)]);
    if (!(Math.abs(gained.value) <= gained.error))
      return broken(
        `the sum of ${name} moves by ${digits(gained.value)} more in a step than without coupling; rounding allows ${digits(gained.error)}`,
        { title: name, field: before[name] },
      );
    return isCoupled(alone, before[name], after[name]) ? holds : uncoupled;
  },
};

/** The length of the mean of exp(i theta). */
const orderOf = ({ value, error }: Bounded): { readonly value: number; readonly error: number } => {
  const n = value.length;
  const mean = (f: (x: number) => number): number => value.reduce((sum, x) => sum + f(x), 0) / n;
  return {
    value: Math.hypot(mean(Math.cos), mean(Math.sin)),
    // n roundings of a sum of numbers up to 1, and 16 of cos, sin, the division and the root.
    error: error.reduce((sum, e) => sum + e, 0) / n + (n + 16) * unit64,
  };
};

/** Law 15, order parameter. */
export const orderParameter: Law = {
  name: 'order parameter',
  entry: 15,
  statement:
    '|mean exp(i theta)| lies in [0, 1] and is 1 iff all phases are equal; equal phases of equal frequency stay equal',
  source: 'Kuramoto 1975; sin 0 = 0',
  tolerance: 'running error analysis of the step; sums to (n + 16) u',
  requirements: [requirements.noiseless, phase, phasesOnly, sineCoupling, equalFrequencies],
  cases: (system) => ({
    ...phaseCases(system),
    undriven: true,
    resting: system.externals.map(({ name }) => name),
  }),
  property: (trial) => {
    const { structure, system, choices } = trial;
    const name = phaseNameOf(structure);
    const { before, after, at } = lastStep(trial);
    const order = orderOf(after[name]);
    if (!(order.value >= 0 && order.value <= 1 + order.error))
      return broken(`the order parameter is ${order.value}`);
    const spread = Math.max(
      ...after[name].value.map((v) => Math.abs(Math.sin((v - after[name].value[0]) / 2))),
    );
    // Two of n phases that differ by d leave r <= 1 - sin^2(d/2) / n, since 1 - r^2 is the sum of 4 sin^2(difference/2) / n^2
    // over all pairs, and each other phase differs from one of the two. Below 1e-3 rounding hides this.
    if (spread > 1e-3 && order.value > 1 - spread ** 2 / after[name].value.length + order.error)
      return broken(`the order parameter is ${order.value} though phases differ`, {
        title: name,
        field: { shape: system.fields[name], data: after[name].value },
      });
    const equal = exact(new Float64Array(volume(system.fields[name])).fill((choices[0] - 8) / 4));
    const together = stepFrom(trial, { [name]: equal })[name];
    const first: Bounded = {
      value: together.value.map(() => together.value[0]),
      error: together.error.map(() => together.error[0]),
    };
    const found = isZero(
      minus(together, first),
      together.value.map(() => 1),
      system.fields[name],
      ({ place, by, allowed }) =>
        `equal phases come apart: ${name}${place} is off by ${by}; rounding allows ${allowed}`,
      () => [
        {
          title: `${name} after a step of equal phases`,
          field: { shape: system.fields[name], data: together.value },
        },
      ],
    );
    return found.kind === 'holds' && !isCoupled(stepAlone(trial, at), before[name], after[name])
      ? uncoupled
      : found;
  },
};
