/** Laws 1, 2 and 5: energy, work and reversibility of kick-drift steps. */

import type { Oscillator } from '../reading/oscillator.js';
import {
  forceAt,
  impulseAt,
  onesLike,
  paceOf,
  stiffnessOf,
  waveOf,
  zerosLike,
} from '../requirements/force.js';
import * as requirements from '../requirements/requirements.js';
import {
  type Bounded,
  type BoundedNumber,
  dot,
  exact,
  minus,
  over,
  plus,
  scaled,
  sumOf,
  times,
} from '../rounding/bounded.js';
import {
  type BoundedStep,
  exactState,
  isTame,
  lastStep,
  representable,
  stepFrom,
} from '../trial/bounded-steps.js';
import { digits, firstBroken, isNought, isZero, sides } from '../trial/findings.js';
import { type Finding, inconclusive, type Law, type Trial, vacuous } from '../trial/law.js';

const running =
  'running error analysis of the last step; the law holds if the difference of both sides is within its error bound';

/** H~ = z'z/2 + y'Ky/2 - z'hKy/2 for a kick before the drift, with + for a kick after it. */
const modifiedEnergyOf = (
  h: Bounded,
  { y, z }: { readonly y: Bounded; readonly z: Bounded },
  restoring: Bounded,
  sign: 1 | -1 = -1,
): BoundedNumber =>
  sumOf([0.5, dot(z, z)], [0.5, dot(y, restoring)], [sign / 2, dot(times(h, z), restoring)]);

/** Whether a step has a force at all; without one a law of forces cannot be broken. */
const pushes = ({ z }: Oscillator, { before, after }: BoundedStep): boolean =>
  before[z].data.some((v, i) => Math.abs(after[z].value[i] - v) > after[z].error[i]);

const forceless = vacuous('no force acts: nothing is exchanged between displacement and velocity');

const shapeOf = ({ system }: Trial, { y }: Oscillator): readonly number[] => system.fields[y];

/** Runs a property on the last step of an oscillator's trial. */
const onLastStep =
  (property: (trial: Trial, oscillator: Oscillator, step: BoundedStep) => Finding) =>
  (trial: Trial): Finding => {
    const { oscillator } = trial.structure;
    if (oscillator === null) return inconclusive;
    const step = lastStep(trial);
    if (!isTame(step.after) || !isTame(exactState(step.before))) return inconclusive;
    const found = property(trial, oscillator, step);
    return found.kind === 'holds' && !pushes(oscillator, step) ? forceless : found;
  };

const pictures = (trial: Trial, oscillator: Oscillator, { before, after }: BoundedStep) => {
  const shape = shapeOf(trial, oscillator);
  return [
    { title: `${oscillator.y} before`, field: before[oscillator.y] },
    { title: `${oscillator.z} before`, field: before[oscillator.z] },
    { title: `${oscillator.y} after`, field: { shape, data: after[oscillator.y].value } },
    { title: `${oscillator.z} after`, field: { shape, data: after[oscillator.z].value } },
  ];
};

/** Law 1. */
export const modifiedEnergy: Law = {
  name: 'modified energy',
  entry: 1,
  statement: "H~ = z'z/2 + y'Ky/2 - (h/2) z'Ky is the same after every step, for F = -K y",
  source: 'symplectic Euler: Hairer, Lubich & Wanner 2006, Geometric Numerical Integration, ch. IX',
  tolerance: running,
  requirements: [
    requirements.oscillator,
    requirements.linearForce,
    requirements.noiseless,
    requirements.timeless,
    requirements.undampedAtRest,
    requirements.kickFirst,
    requirements.reciprocal,
  ],
  cases: (system, { oscillator }) => ({
    undriven: true,
    // A field that multiplies the velocity is a damping and stays at zero. One that multiplies the displacement is part
    // of K.
    resting: oscillator?.inVelocity === 'none' ? [] : system.externals.map(({ name }) => name),
  }),
  property: onLastStep((trial, oscillator, step) => {
    const { before, after, at } = step;
    const first = waveOf(oscillator, exactState(before));
    const then = waveOf(oscillator, after);
    const pace = paceOf(trial, oscillator);
    if (pace.value.some((h) => h === 0)) return vacuous('the time step is zero somewhere');
    const energies = [first, then].map((wave) =>
      modifiedEnergyOf(pace, wave, stiffnessOf(trial, oscillator, wave.y)),
    );
    const push = forceAt(trial, oscillator, zerosLike(first.y), zerosLike(first.y), at);
    if (push.value.some((v) => v !== 0)) return inconclusive;
    const change = sumOf([1, energies[1]], [-1, energies[0]]);
    return isNought(
      change,
      energies[0].value,
      ({ by, allowed }) =>
        `H~ changes by ${by} in one step, from ${digits(energies[0].value)} to ${digits(energies[1].value)}; ` +
        `rounding allows ${allowed}`,
      () => pictures(trial, oscillator, step),
    );
  }),
};

/** Law 2. */
export const workBalance: Law = {
  name: 'work balance',
  entry: 2,
  statement:
    'H~[t+1] - H~[t] = (h/2) g.(z[t] + z[t+1]), for F = -K y + g with any g(y, z, t); a kick after the drift has + in H~',
  source: 'the difference of law 1 between two steps, with g in the force',
  tolerance: running,
  requirements: [requirements.oscillator, requirements.noiseless, requirements.notDissipative],
  property: onLastStep((trial, oscillator, step) => {
    const { before, after, at } = step;
    const first = waveOf(oscillator, exactState(before));
    const then = waveOf(oscillator, after);
    // The law holds for any symmetric K; if the system has one, it is used, which tests its symmetry as well.
    const own =
      oscillator.pace.length === 0 &&
      requirements.linearForce.missing(trial.system, trial.structure) === null &&
      requirements.reciprocal.missing(trial.system, trial.structure) === null;
    const late = oscillator.order === 'drift-kick';
    const sign = late ? 1 : -1;
    const pace = paceOf(trial, oscillator);
    const restoring = (y: Bounded): Bounded => (own ? stiffnessOf(trial, oscillator, y) : y);
    // h g: the impulse of the step plus that of K.
    const added = impulseAt(trial, oscillator, first.y, first.z, at);
    const g = plus(added, times(pace, restoring(late ? then.y : first.y)));
    const was = modifiedEnergyOf(pace, first, restoring(first.y), sign);
    const gained = sumOf([1, modifiedEnergyOf(pace, then, restoring(then.y), sign)], [-1, was]);
    const work = dot(g, plus(first.z, then.z));
    const difference = sumOf([1, gained], [-0.5, work]);
    return isNought(
      difference,
      Math.max(Math.abs(was.value), Math.abs(gained.value)),
      ({ allowed }) =>
        `H~ gains ${digits(gained.value)} in one step, the forces did ${digits(work.value / 2)} of work; ` +
        `rounding allows a difference of ${allowed}`,
      () => pictures(trial, oscillator, step),
    );
  }),
};

/** Law 5, undamped. */
export const timeReversal: Law = {
  name: 'time reversal',
  entry: 5,
  statement: '(S o step)^2 = identity, with S(y, z) = (y - h z, -z), for any force F(y)',
  source: 'reversible maps: Hairer, Lubich & Wanner 2006, Geometric Numerical Integration, ch. V',
  tolerance: running,
  requirements: [
    requirements.oscillator,
    requirements.noiseless,
    requirements.timeless,
    requirements.undampedAtRest,
    requirements.kickFirst,
  ],
  cases: (system, { oscillator }) => ({
    undriven: true,
    resting: oscillator?.inVelocity === 'none' ? [] : system.externals.map(({ name }) => name),
  }),
  property: onLastStep((trial, oscillator, step) => {
    const { y, z } = oscillator;
    const pace = paceOf(trial, oscillator);
    const turn = (state: { readonly [name: string]: Bounded }) => ({
      ...state,
      [y]: representable(trial, minus(state[y], times(pace, state[z]))),
      [z]: scaled(-1, state[z]),
    });
    const back = turn(stepFrom(trial, turn(step.after)));
    const start = exactState(step.before);
    const shape = shapeOf(trial, oscillator);
    return firstBroken(
      ...[y, z].map(
        (name) => () =>
          isZero(
            minus(back[name], start[name]),
            start[name].value,
            shape,
            ({ place, by, allowed }) =>
              `a step, S, a step and S do not lead back: ${name}${place} is off by ${by}; rounding allows ${allowed}`,
            () => sides(shape, [`${name} at the end`, back[name]], [`${name} at the start`, start[name]]),
          ),
      ),
    );
  }),
};

/** Law 5, damped. */
export const dampedInverse: Law = {
  name: 'damped inverse',
  entry: 5,
  statement: "y = y' - h z' and z = (z' - h F(y)) / (1 - h alpha) undo a damped step, where h alpha != 1",
  source: 'solving the kick-drift step for its start',
  tolerance: running,
  requirements: [
    requirements.oscillator,
    requirements.noiseless,
    requirements.timeless,
    requirements.diagonalDamping,
    requirements.kickFirst,
  ],
  cases: { undriven: true },
  property: onLastStep((trial, oscillator, { before, after }) => {
    const { y, z } = oscillator;
    const pace = paceOf(trial, oscillator);
    const start = exactState(before);
    const then = waveOf(oscillator, after);
    const still = exact(new Float64Array(start[y].value.length));
    // h alpha: the decrease of a velocity of 1 in a step.
    const fade = minus(
      impulseAt(trial, oscillator, still, still),
      impulseAt(trial, oscillator, still, onesLike(still)),
    );
    const factor = minus(onesLike(fade), fade);
    if (factor.value.some((v) => Math.abs(v) < 0.05)) return inconclusive;
    const shape = shapeOf(trial, oscillator);
    const found = {
      y: minus(then.y, times(pace, then.z)),
      z: over(minus(then.z, impulseAt(trial, oscillator, start[y], still)), factor),
    };
    const wrong = (name: string, back: Bounded, was: Bounded) => () =>
      isZero(
        minus(back, was),
        was.value,
        shape,
        ({ place, by, allowed }) => `undone, ${name}${place} is off by ${by}; rounding allows ${allowed}`,
        () => sides(shape, [`${name} undone`, back], [`${name} before`, was]),
      );
    return firstBroken(wrong(y, found.y, start[y]), wrong(z, found.z, start[z]));
  }),
};
