/** Law 15: phases that pull at each other, and unit vectors. */

import type { NdArray } from '../../compile/reference/array.js';
import { volume } from '../../dsl/shape.js';
import { type Bounded, exact, minus, plus, sumOf, total, unit64 } from '../bounded.js';
import { formsOf } from '../forms.js';
import { broken, type Finding, holds, type Law, type Need, silent, type Trial } from '../law.js';
import * as needs from '../needs.js';
import { resize } from '../resize.js';
import { boundedStep, trajectory } from '../run.js';
import { structureOf } from '../structure.js';
import { type System, weightsOf } from '../system.js';
import {
  atRest,
  digits,
  exactState,
  held,
  isZero,
  lastStep,
  matrixOf,
  sample,
  sides,
  stepFrom,
} from '../tools.js';

const phase: Need = {
  name: 'a phase',
  essential: true,
  missing: (_, structure) =>
    structure.phase === undefined ? 'no field enters through sin and cos alone' : undefined,
};

const single: Need = {
  name: 'nothing but phases',
  essential: true,
  missing: ({ fields }) => (Object.keys(fields).length === 1 ? undefined : 'it has fields beside its phases'),
};

const phaseCases = (system: System) => ({
  ranges: Object.fromEntries(Object.keys(system.fields).map((name) => [name, { low: -4, high: 4 }])),
});

/** Law 15, gauge. */
export const phaseShift: Law = {
  name: 'phase shift',
  entry: 15,
  statement: 'adding phi to all phases adds phi to the output',
  source: 'Kuramoto 1975: the coupling sees differences alone',
  tolerance: 'both steps by running error analysis',
  needs: [needs.noiseless, phase],
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
      { ...state, [name]: held(trial, plus(state[name], shift)) },
      trial.around,
      at,
    );
    const expected = plus(after[name], shift);
    return isZero(
      minus(there[name], expected),
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
  },
};

/** Law 15, mean. */
export const meanFrequency: Law = {
  name: 'mean frequency',
  entry: 15,
  statement: 'symmetric coupling keeps the mean frequency: the phases move on the whole as if uncoupled',
  source: 'K_ij sin(difference) is antisymmetric: Acebron et al. 2005, Rev. Mod. Phys. 77',
  tolerance: 'both steps and the sums by running error analysis',
  needs: [needs.noiseless, phase, single, needs.reciprocalKernels],
  cases: phaseCases,
  property: (trial) => {
    const { structure, system } = trial;
    const name = structure.phase ?? '';
    const { before, after, at } = lastStep(trial);
    const level = exact(new Float64Array(volume(system.fields[name])));
    const alone = stepFrom(trial, { [name]: level }, trial.around, at)[name];
    const moved = sumOf([1, total(after[name])], [-1, total(exactState(before)[name])], [-1, total(alone)]);
    return Math.abs(moved.value) <= moved.error
      ? holds
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
  needs: [needs.noiseless, phase, single],
  cases: (system) => ({
    ...phaseCases(system),
    undriven: true,
    resting: system.externals.map(({ name }) => name),
  }),
  property: (trial) => {
    const { structure, system, choices } = trial;
    const name = structure.phase ?? '';
    const { after } = lastStep(trial);
    const free = orderOf(after[name]);
    if (!(free.value >= 0 && free.value <= 1 + free.error))
      return broken(`the order parameter is ${free.value}`);
    const spread = Math.max(
      ...after[name].value.map((v) => Math.abs(Math.sin((v - after[name].value[0]) / 2))),
    );
    // 1 - r is at least 2 sin^2(d/2) (n - 1) / n^2 for one phase that is off by d.
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
    return isZero(
      minus(together, first),
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
  },
};

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

const normalised: Need = {
  name: 'unit vectors',
  essential: true,
  missing: (_, { unit }) => (unit === undefined ? 'no field is divided by its own norm' : undefined),
};

/** What is added below the root, so that a vector of zeros can be divided by its length. */
const guardOf = ({ nodes }: System): number =>
  Math.max(
    0,
    ...nodes.map(({ op, inputs }) => {
      const below = op.op === 'map' && op.fn === 'sqrt' ? nodes[inputs[0]].op : undefined;
      return below?.op === 'affine' ? below.shift : 0;
    }),
  );

/** Vectors of length 1 along these; a vector of zeros points along its first component. */
const onSphere = ({ shape, data }: NdArray, n: number): NdArray => ({
  shape,
  data: data.map((v, i) => {
    const first = i - (i % n);
    const length = Math.hypot(...data.subarray(first, first + n));
    return Math.fround(length === 0 ? Number(i === first) : v / length);
  }),
});

/** How many components are squared and summed before the root: the length of each vector. */
const componentsOf = ({ nodes }: System): number => {
  for (const { op, inputs } of nodes)
    if (op.op === 'reduce' && op.fn === 'sum' && op.axes.length === 1) {
      const from = nodes[inputs[0]].shape;
      if (op.axes[0] === from.length - 1) return from[from.length - 1];
    }
  return 1;
};

/** Law 15, AKOrN. */
export const unitNorms: Law = {
  name: 'unit norms',
  entry: 15,
  statement: '|x_i| = 1 after every step',
  source: 'AKOrN: Miyato et al. 2024, arXiv 2410.13821, eq. 2',
  tolerance:
    'running error analysis of the step and of the sum of squares, and what guards its root from zero',
  needs: [needs.steps, needs.noiseless, normalised],
  property: (trial): Finding => {
    const { system, structure } = trial;
    const name = structure.unit ?? '';
    const n = componentsOf(system);
    const start = { ...trial.start, [name]: onSphere(trial.start[name], n) };
    const { after } = lastStep({ ...trial, start });
    const { value, error } = after[name];
    // From the sphere a step along the tangent leads outward, so a guard e shortens a square by at most e.
    const guard = 2 * guardOf(system);
    for (let at = 0; at < value.length; at += n) {
      const part: Bounded = { value: value.slice(at, at + n), error: error.slice(at, at + n) };
      const norm = sumOf(
        ...[...part.value.keys()].map(
          (i) =>
            [
              1,
              {
                value: part.value[i] ** 2,
                error: 2 * Math.abs(part.value[i]) * part.error[i] + part.error[i] ** 2,
              },
            ] as const,
        ),
        [-1, { value: 1, error: 0 }],
      );
      // A vector that was zero has no direction.
      if (!Number.isFinite(norm.error) || part.value.every((v) => v === 0)) continue;
      if (Math.abs(norm.value) > norm.error + guard)
        return broken(
          `vector ${at / n} of ${name} has the squared norm ${(1 + norm.value).toPrecision(8)}; rounding allows ${digits(norm.error + guard)}`,
          { title: name, field: { shape: system.fields[name], data: value } },
        );
    }
    return holds;
  },
};
