/** Law 17: the order of convergence of a step. */

import type { NdArrays } from '../../compile/reference/run.js';
import { volume } from '../../dsl/shape.js';
import { earlierIn, holdsItself, onOneMotion } from '../reading/earlier.js';
import { hasKinks } from '../reading/kinks.js';
import { bareForce } from '../reading/oscillator.js';
import { weightedFor } from '../reading/stages.js';
import { structureOf } from '../reading/structure.js';
import { atRest } from '../requirements/at-rest.js';
import { forceAt } from '../requirements/force.js';
import { atPace, incrementOf } from '../requirements/increments.js';
import * as requirements from '../requirements/requirements.js';
import { startOnSphere } from '../requirements/sphere.js';
import { stepOfStages, timeStepOf, unscaledFields, withTimeStep } from '../requirements/time-step.js';
import { exact, unit64 } from '../rounding/bounded.js';
import { type System, sequenceName } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { trajectory } from '../trial/interpreter.js';
import {
  broken,
  type ClaimedOrder,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  type Trial,
  vacuous,
} from '../trial/law.js';

/** The first step before halving, relative to the system's own: a sixteenth, or longer if rounding hides the change. */
const firsts = [1 / 16, 1 / 4, 1];
/** The same for methods of an order so high that rounding hides what a short step changes. */
const longFirsts = [...firsts, 4];
const spans = 4;

const steadyDrive = (system: System, steps: number): NdArrays =>
  Object.fromEntries(
    system.sequences.map((shape, i) => [
      sequenceName(i),
      { shape: [steps, ...shape], data: new Float64Array(steps * volume(shape)) },
    ]),
  );

/** Fields after the same time, with steps of h first / 2^level. */
const after = (
  trial: Trial,
  h: number,
  level: number,
  first: number,
  start: (system: System, step: number) => NdArrays,
): NdArrays | null => {
  const step = (h * first) / 2 ** level;
  const system = withTimeStep(trial.system, h, step);
  if (system === null) return null;
  const steps = spans * 2 ** level;
  const free = Object.fromEntries(
    Object.entries(trial.around).filter(([name]) =>
      system.externals.some((external) => external.name === name),
    ),
  );
  return trajectory(
    trial.on,
    system,
    start(system, step),
    { ...atRest(system), ...free, ...steadyDrive(system, steps) },
    steps,
  )[steps];
};

/** Ratios of the changes by successive halvings: 2 for first order, 4 for second. */
const ratiosOf = (
  trial: Trial,
  h: number,
  names: readonly string[],
  start: (system: System, step: number) => NdArrays,
  steps: readonly number[] = firsts,
): readonly number[] | string => {
  let why = 'its time step cannot be made smaller';
  for (const first of steps) {
    const found = ratiosFrom(trial, h, names, first, start);
    if (typeof found !== 'string') return found;
    why = found;
  }
  return why;
};

const ratiosFrom = (
  trial: Trial,
  h: number,
  names: readonly string[],
  first: number,
  start: (system: System, step: number) => NdArrays,
): readonly number[] | string => {
  const ends = [0, 1, 2, 3].map((level) => after(trial, h, level, first, start));
  if (ends.some((end) => end === null)) return 'its time step cannot be made smaller';
  const vector = (end: NdArrays | null): readonly number[] =>
    names.flatMap((name) => [...(end?.[name].data ?? [])]);
  const changes = [0, 1, 2].map((level) => vector(ends[level]).map((v, i) => v - vector(ends[level + 1])[i]));
  const size = Math.max(1e-300, ...vector(ends[3]).map(Math.abs));
  const norm = (v: readonly number[]): number => Math.hypot(...v);
  if (!vector(ends[3]).every(Number.isFinite)) return 'its numbers grow beyond all bounds';
  // A change that is too small is rounding, not convergence.
  if (norm(changes[2]) < 1e5 * trial.on.unit * size * Math.sqrt(names.length))
    return 'a smaller time step changes nothing: nothing moves, or what moves is exact';
  return [norm(changes[0]) / norm(changes[1]), norm(changes[1]) / norm(changes[2])];
};

/** The last ratio may differ from its limit by as much as the one before, plus a tenth. */
const approaches = (ratios: readonly number[], limit: number): boolean =>
  Math.abs(ratios[1] - limit) <= Math.max(0.75 * Math.abs(ratios[0] - limit), 0.05 * limit) &&
  Math.abs(ratios[1] - limit) < limit / 2;

const float64Only: Requirement = {
  name: 'smooth functions',
  missing: ({ nodes }) => (hasKinks(nodes) ? 'its step has kinks' : null),
};

const canRefine = (system: System): boolean => {
  const h = timeStepOf(system);
  return h !== null && withTimeStep(system, h, h / 2) !== null;
};

const continuous: Requirement = {
  name: 'a time step',
  essential: true,
  missing: (system) =>
    system.kind === 'map'
      ? 'it has no scan: there is no step to repeat'
      : !canRefine(system)
        ? (bareForce(system) ??
          'its time step cannot be told from its other numbers; a function ({ dt }) => program(…) tells it')
        : null,
};

/** The order of a method with these ratios; null if they do not approach a power of 2. */
const orderOf = (ratios: readonly number[]): number | null =>
  [1, 2, 3, 4, 5, 6, 7, 8].find((order) => approaches(ratios, 2 ** order)) ?? null;

/**
 * Law 17, the order of the method, compared with the order that a method claims, if one is given. Then a step may have
 * kinks, such as those of a choice of step sizes: if the order is lower, they may be the reason, and nothing is said.
 */
export const convergenceOf = (method: ClaimedOrder | null): Law => ({
  name: 'convergence',
  ...(method === null ? {} : { claims: method }),
  entry: 17,
  statement:
    'halving h divides the error by 2^p for a method of order p: by 2 for a kick and a drift, by 16 where four forces are ' +
    'added as in Runge-Kutta, and by no less than its method claims',
  source: 'Taylor expansion of one step; measured by halving',
  tolerance: 'the ratio of successive changes comes closer to 2^p with every halving, or is within 5 % of it',
  requirements: [
    requirements.noiseless,
    requirements.timeless,
    continuous,
    requirements.independent,
    ...(method === null ? [float64Only] : []),
  ],
  cases: { undriven: true, steps: 1, sites: 16 },
  share: 0.5,
  property: (trial): Finding => {
    if (trial.on.unit > unit64) return vacuous('float32 rounds more than halving the time step changes');
    const h = timeStepOf(trial.system);
    if (h === null) return inconclusive;
    const start = startOnSphere(trial);
    const earlier = earlierIn(trial.system);
    const increment = incrementOf(trial.system);
    const ratios = ratiosOf(
      trial,
      h,
      Object.keys(trial.system.fields).filter((name) => !earlier.has(name) && name !== increment),
      (system, step) => onOneMotion(system, atPace(trial.system, start, step / h), step),
      method !== null && method.order > 4 ? longFirsts : firsts,
    );
    if (typeof ratios === 'string') return vacuous(ratios);
    const found = `halving the time step divides the change by ${digits(ratios[0])}, then by ${digits(ratios[1])}`;
    // Far below first order: the steps do not converge to one motion.
    if (!(ratios[1] > 1.5) && holdsItself(trial.system))
      return vacuous('its state holds earlier values of itself: no start for a smaller time step follows');
    const unscaled = ratios[1] > 1.5 ? [] : unscaledFields(trial.system).filter((name) => !earlier.has(name));
    if (unscaled.length > 0)
      return vacuous(
        `${found}, since ${unscaled.join(' and ')} changes by as much whatever the time step: if its factor has a dt in it, as ` +
          '0.25 * dt has, write scale(dt, scale(0.25, …)), or give a function ({ dt }) => program(…); if not, a dt is missing there',
      );
    if (!(ratios[1] > 1.5))
      return broken(
        `${found}, instead of 2 or more: the steps do not approach one motion (is a dt missing?)`,
      );
    const order = orderOf(ratios);
    const meant = weightedFor(trial.system);
    if (order === null) return vacuous(`${found}: no order can be read from that`);
    if (method !== null && order < method.order)
      return hasKinks(trial.system.nodes)
        ? vacuous(
            `${found}, and ${method.name} claims order ${method.order}: its step has kinks, which lower the order`,
          )
        : broken(
            `${found}, as a method of order ${order} does, instead of ${2 ** method.order}: ${method.name} claims order ${method.order}`,
          );
    if (meant !== null && order < meant.order && stepOfStages(trial.system) !== null)
      return vacuous(
        `${found}, and its forces are added ${meant.as}, which is of order ${meant.order}: the parts of its time step may be ` +
          'taken for other numbers of it; a function ({ dt }) => program(…) tells them',
      );
    return meant !== null && earlier.size === 0 && order < meant.order
      ? broken(
          `${found}, as a method of order ${order} does, instead of ${2 ** meant.order}: its forces are added ${meant.as}, which is ` +
            `of order ${meant.order} (is a coefficient of a stage wrong?)`,
        )
      : holds;
  },
});

/** Law 17, the order of the method. */
export const convergence: Law = convergenceOf(null);

/** Law 17, leapfrog. */
export const secondOrder: Law = {
  name: 'leapfrog',
  entry: 17,
  statement:
    'kick-drift states read as leapfrog (z half a step earlier) are of second order: halving h divides the error by 4',
  source: 'Hairer, Lubich & Wanner 2006, ch. I.1.4',
  tolerance: 'the ratio of successive changes comes closer to 4 with every halving, or is within 5 % of it',
  requirements: [
    requirements.oscillator,
    requirements.evenPace,
    requirements.noiseless,
    requirements.timeless,
    continuous,
    float64Only,
    requirements.undampedAtRest,
    requirements.kickFirst,
  ],
  cases: (system, { oscillator }) => ({
    undriven: true,
    steps: 1,
    sites: 16,
    resting: oscillator?.inVelocity === 'none' ? [] : system.externals.map(({ name }) => name),
  }),
  share: 0.5,
  property: (trial): Finding => {
    const { oscillator } = trial.structure;
    if (oscillator === null || trial.on.unit > unit64) return inconclusive;
    const { y, z } = oscillator;
    // z half a step earlier: z0 - (h/2) F(y0).
    const start = (system: System, step: number): NdArrays => {
      const own = structureOf(system).oscillator ?? oscillator;
      const paced = atPace(trial.system, trial.start, step / oscillator.h);
      const [y0, z0] = [exact(trial.start[y].data), exact(paced[z].data)];
      const force = forceAt(
        { system, around: { ...atRest(system), ...trial.around } },
        own,
        y0,
        exact(new Float64Array(y0.value.length)),
      );
      return {
        ...trial.start,
        [z]: { shape: trial.start[z].shape, data: z0.value.map((v, i) => v - (own.h / 2) * force.value[i]) },
      };
    };
    const ratios = ratiosOf(trial, oscillator.h, [y], start);
    if (typeof ratios === 'string') return vacuous(ratios);
    return approaches(ratios, 4)
      ? holds
      : broken(
          `halving the time step divides the change of ${y} by ${digits(ratios[0])}, then by ${digits(ratios[1])}, instead of 4`,
        );
  },
};
