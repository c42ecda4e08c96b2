/** Law 15: phases, whose coupling depends only on differences. */

import type { NdArray } from '../../compile/reference/array.js';
import { volume } from '../../dsl/shape.js';
import { answerOf, couplingOf } from '../requirements/coupling.js';
import * as requirements from '../requirements/requirements.js';
import { type Bounded, exact, minus, plus, sumOf, total, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { exactState, lastStep, representable, stepFrom } from '../trial/bounded-steps.js';
import { digits, isZero, sides } from '../trial/findings.js';
import { broken, holds, type Law, type Requirement, type Trial, vacuous } from '../trial/law.js';

export const phase: Requirement = {
  name: 'a phase',
  essential: true,
  missing: (_, structure) => (structure.phase === null ? 'no field enters through sin and cos alone' : null),
};

export const single: Requirement = {
  name: 'nothing but phases',
  essential: true,
  missing: ({ fields }) => (Object.keys(fields).length === 1 ? null : 'it has fields beside its phases'),
};

export const sine: Requirement = {
  name: 'a coupling K sin(difference)',
  missing: (system) => {
    const coupling = couplingOf(system);
    if (coupling === null) return 'its phases are too many to look at all pairs';
    return coupling.isSine
      ? null
      : 'its coupling is not K sin(theta_j - theta_i) alone (a phase lag, another harmonic, a force of its own)';
  },
};

export const symmetric: Requirement = {
  name: 'symmetric coupling',
  missing: (system) =>
    couplingOf(system)?.isSymmetric === false
      ? 'the coupling is not symmetric: what a phase does to another, the other does not do to it'
      : null,
};

export const level: Requirement = {
  name: 'equal frequencies',
  missing: (system) =>
    couplingOf(system)?.isLevel === false
      ? 'its frequencies are its own, and differ from phase to phase'
      : null,
};

/** A phase that is pinned, forced at a fixed angle or driven by pulses does not follow Kuramoto's model. */
const free: Requirement = {
  name: 'a coupling by differences',
  missing: (system) =>
    answerOf(system) === 'otherwise'
      ? 'its phases are held at places of their own, or answer to each other otherwise than by differences'
      : null,
};

export const phaseCases = (system: System) => ({
  ranges: Object.fromEntries(Object.keys(system.fields).map((name) => [name, { low: -4, high: 4 }])),
});

/** Whether a step moved the phases differently from equal phases; otherwise they are not coupled. */
const isCoupled = (trial: Trial, before: NdArray, after: Bounded, at: number): boolean => {
  const name = trial.structure.phase ?? '';
  const fields = Object.entries(trial.system.fields).map(
    ([field, shape]) => [field, exact(new Float64Array(volume(shape)))] as const,
  );
  const alone = stepFrom(trial, Object.fromEntries(fields), trial.around, at)[name];
  return after.value.some(
    (v, i) => Math.abs(v - before.data[i] - alone.value[i]) > after.error[i] + alone.error[i],
  );
};

const uncoupled = vacuous('its phases are not coupled: each moves as if it were alone');

/** Law 15, gauge. */
export const phaseShift: Law = {
  name: 'phase shift',
  entry: 15,
  statement: 'adding phi to all phases adds phi to the output',
  source: 'Kuramoto 1975: the coupling sees differences alone',
  tolerance: 'both steps by running error analysis',
  requirements: [requirements.noiseless, phase, free],
  cases: phaseCases,
  property: (trial) => {
    const { system, structure, choices } = trial;
    const name = structure.phase ?? '';
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
    return found.kind === 'holds' && !isCoupled(trial, before[name], after[name], at) ? uncoupled : found;
  },
};

/** Law 15, mean. */
export const meanFrequency: Law = {
  name: 'mean frequency',
  entry: 15,
  statement: 'symmetric coupling keeps the mean frequency: the phases move on the whole as if uncoupled',
  source: 'K_ij sin(difference) is antisymmetric: Acebron et al. 2005, Rev. Mod. Phys. 77',
  tolerance: 'both steps and the sums by running error analysis',
  requirements: [requirements.noiseless, phase, single, sine, symmetric],
  cases: phaseCases,
  property: (trial) => {
    const { structure, system } = trial;
    const name = structure.phase ?? '';
    const { before, after, at } = lastStep(trial);
    const level = exact(new Float64Array(volume(system.fields[name])));
    const alone = stepFrom(trial, { [name]: level }, trial.around, at)[name];
    const moved = sumOf([1, total(after[name])], [-1, total(exactState(before)[name])], [-1, total(alone)]);
    return Math.abs(moved.value) <= moved.error
      ? isCoupled(trial, before[name], after[name], at)
        ? holds
        : uncoupled
      : broken(
          `the sum of ${name} moves by ${digits(moved.value)} more in a step than without coupling; rounding allows ${digits(moved.error)}`,
          { title: name, field: before[name] },
        );
  },
};

/** The length of the mean of exp(i theta). */
const orderOf = ({ value, error }: Bounded): { readonly value: number; readonly error: number } => {
  const n = value.length;
  const part = (f: (x: number) => number): number => value.reduce((sum, x) => sum + f(x), 0) / n;
  return {
    value: Math.hypot(part(Math.cos), part(Math.sin)),
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
  requirements: [requirements.noiseless, phase, single, sine, level],
  cases: (system) => ({
    ...phaseCases(system),
    undriven: true,
    resting: system.externals.map(({ name }) => name),
  }),
  property: (trial) => {
    const { structure, system, choices } = trial;
    const name = structure.phase ?? '';
    const { before, after, at } = lastStep(trial);
    const free = orderOf(after[name]);
    if (!(free.value >= 0 && free.value <= 1 + free.error))
      return broken(`the order parameter is ${free.value}`);
    const spread = Math.max(
      ...after[name].value.map((v) => Math.abs(Math.sin((v - after[name].value[0]) / 2))),
    );
    // 1 - r is at least 2 sin^2(d/2) (n - 1) / n^2 if one phase differs by d.
    if (spread > 1e-3 && free.value > 1 - spread ** 2 / after[name].value.length ** 2 + free.error)
      return broken(`the order parameter is ${free.value} though phases differ`, {
        title: name,
        field: { shape: system.fields[name], data: after[name].value },
      });
    const level = exact(new Float64Array(volume(system.fields[name])).fill((choices[0] - 8) / 4));
    const together = stepFrom(trial, { [name]: level })[name];
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
    return found.kind === 'holds' && !isCoupled(trial, before[name], after[name], at) ? uncoupled : found;
  },
};
