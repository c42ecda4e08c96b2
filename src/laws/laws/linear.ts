/** Laws 9 and 10: superposition, oddness, and the mode without a restoring force. */

import { remembered } from '../../base/remembered.js';
import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { probe, smallAtRest } from '../requirements/at-rest.js';
import { stiffnessOf, waveOf } from '../requirements/force.js';
import * as requirements from '../requirements/requirements.js';
import { type Bounded, exact, minus, plus, scaled, sumOf, total, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { sequenceName } from '../system/system.js';
import { exactState, isTame, lastStep, stepFrom } from '../trial/bounded-steps.js';
import { digits, firstBroken, isZero, sides } from '../trial/findings.js';
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

/** Maps everything that a linear step is linear in: fields and drives. */
const scaleAll = (system: System, arrays: NdArrays, f: (x: NdArray) => NdArray): NdArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, x]) => [
      name,
      Object.hasOwn(system.fields, name) || system.sequences.some((_, i) => sequenceName(i) === name)
        ? f(x)
        : x,
    ]),
  );

const timesOf =
  (k: number) =>
  ({ shape, data }: NdArray): NdArray => ({ shape, data: data.map((v) => k * v) });

/** Law 9, linear. */
export const superposition: Law = {
  name: 'superposition',
  entry: 9,
  statement: "step(a s + b s') = a step(s) + b step(s'), without tanh and without a constant",
  source: 'definition of a linear map',
  tolerance: 'all three steps by running error analysis',
  requirements: [requirements.noiseless, requirements.linear],
  cases: { steps: 1 },
  property: (trial) => {
    const { system, start, around, choices } = trial;
    const [a, b] = [(choices[0] - 8) / 4, (choices[1] - 7) / 4];
    const second = ({ shape, data }: NdArray): NdArray => ({
      shape,
      data: data.toReversed().map((v, i) => (i % 3 === 1 ? -v : v) / 2),
    });
    const mixed = (x: NdArray): NdArray => {
      const other = second(x);
      return { shape: x.shape, data: x.data.map((v, i) => a * v + b * other.data[i]) };
    };
    const step = (f: (x: NdArray) => NdArray) =>
      stepFrom(trial, exactState(scaleAll(system, start, f)), scaleAll(system, around, f));
    const [whole, one, two] = [step(mixed), step((x) => x), step(second)];
    return firstBroken(
      ...Object.entries(system.next).map(([name, node]) => () => {
        const { shape } = system.nodes[node];
        const expected = plus(scaled(a, one[name]), scaled(b, two[name]));
        return isZero(
          minus(whole[name], expected),
          expected.value,
          shape,
          ({ place, by, allowed }) =>
            `the step of ${a} s + ${b} s' is not ${a} times that of s and ${b} times that of s': ${name}${place} is off by ${by}; ` +
            `rounding allows ${allowed}`,
          () => sides(shape, ["step of a s + b s'", whole[name]], ['a step + b step', expected]),
        );
      }),
    );
  },
};

/** Law 9, odd. */
export const oddness: Law = {
  name: 'oddness',
  entry: 9,
  statement: 'step(-s) = -step(s), with tanh and no bias',
  source: 'tanh is odd',
  tolerance: 'both steps by running error analysis',
  requirements: [requirements.noiseless, requirements.odd],
  property: (trial) => {
    const { system } = trial;
    const { before, after, at } = lastStep(trial);
    if (!isTame(after)) return inconclusive;
    const minusOne = timesOf(-1);
    const there = stepFrom(
      trial,
      exactState(scaleAll(system, before, minusOne)),
      scaleAll(system, trial.around, minusOne),
      at,
    );
    return firstBroken(
      ...Object.entries(system.next).map(([name, node]) => () => {
        const { shape } = system.nodes[node];
        return isZero(
          plus(there[name], after[name]),
          after[name].value,
          shape,
          ({ place, by, allowed }) =>
            `the step of -s is not that of s with its sign changed: ${name}${place} is off by ${by}; rounding allows ${allowed}`,
          () => sides(shape, ['step of -s', there[name]], ['-step of s', scaled(-1, after[name])]),
        );
      }),
    );
  },
};

/** The largest total force on the lattice from the displacement of a single site, with everything else at rest. */
const leak = (system: System): number => {
  const { oscillator } = structureOf(system);
  if (oscillator === null) return Number.POSITIVE_INFINITY;
  const trial = smallAtRest(system);
  const size = volume(trial.system.fields[oscillator.y]);
  // Single sites one after the other; if there are many, three displacements of all sites.
  const tries =
    size <= few
      ? Array.from({ length: size }, (_, i) =>
          Float64Array.from({ length: size }, (_v, j) => Number(i === j)),
        )
      : [1, 2, 3].map((seed) => probe(size, seed));
  let most = 0;
  for (const displaced of tries) {
    const pulled = total(stiffnessOf(trial, oscillator, exact(displaced)));
    if (Math.abs(pulled.value) > pulled.error + 64 * unit64) most = Math.max(most, Math.abs(pulled.value));
  }
  return most;
};

const few = 64;

const leakOf = remembered((system: System): number => leak(system));

const balanced: Requirement = {
  name: 'kernel entries that sum to zero for each input',
  missing: (system) => {
    const found = leakOf(system);
    return found === 0
      ? null
      : `its force does not sum to zero: a displaced site pulls at the whole with ${digits(found)}`;
  },
};

const drifts = (trial: Trial): Finding => {
  const { oscillator } = trial.structure;
  if (oscillator === null) return inconclusive;
  const { before, after } = lastStep(trial);
  if (!isTame(after)) return inconclusive;
  const [was, is] = [waveOf(oscillator, exactState(before)), waveOf(oscillator, after)];
  const sums = (x: Bounded) => total(x);
  const momentum = sumOf([1, sums(is.z)], [-1, sums(was.z)]);
  if (Math.abs(momentum.value) > momentum.error)
    return broken(
      `the sum of ${oscillator.z} changes by ${digits(momentum.value)} in one step; rounding allows ${digits(momentum.error)}`,
      { title: `${oscillator.y} before`, field: before[oscillator.y] },
      { title: `${oscillator.z} before`, field: before[oscillator.z] },
    );
  const place = sumOf([1, sums(is.y)], [-1, sums(was.y)], [-oscillator.h, sums(was.z)]);
  const acts = before[oscillator.z].data.some((v, i) => Math.abs(is.z.value[i] - v) > is.z.error[i]);
  return Math.abs(place.value) <= place.error
    ? acts
      ? holds
      : vacuous('no force acts, so no velocity changes at all')
    : broken(
        `the sum of ${oscillator.y} does not move by h times the sum of ${oscillator.z}: it is off by ${digits(place.value)}; ` +
          `rounding allows ${digits(place.error)}`,
        { title: `${oscillator.y} before`, field: before[oscillator.y] },
        { title: `${oscillator.z} before`, field: before[oscillator.z] },
      );
};

/** Law 10. */
export const zeroMode: Law = {
  name: 'zero mode',
  entry: 10,
  statement: 'sum z is constant and sum y affine in n, for omega = alpha = 0',
  source: 'adding up the step over all sites: a kernel that sums to zero leaves the mean as it is',
  tolerance: 'running error analysis of the step and of the sums',
  requirements: [
    requirements.oscillator,
    requirements.evenPace,
    requirements.linearForce,
    requirements.noiseless,
    requirements.timeless,
    requirements.undampedAtRest,
    requirements.circular,
    balanced,
    requirements.kickFirst,
  ],
  cases: (system) => ({ undriven: true, resting: system.externals.map(({ name }) => name) }),
  property: drifts,
};
