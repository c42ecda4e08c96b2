/** Law 3: the largest stable time step, tested from both sides. */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { volume } from '../../dsl/shape.js';
import type { Oscillator } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { dampingOf, impulseAt, matrixOf, paceOf, rest, stiffnessOf } from '../requirements/force.js';
import { forSmall, linearised } from '../requirements/linearise.js';
import * as requirements from '../requirements/requirements.js';
import { withTimeStep } from '../requirements/time-step.js';
import { exact, times, unit64 } from '../rounding/bounded.js';
import { settled } from '../system/settled.js';
import { type System, weightsOf } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { gridsFor, systemAt } from '../trial/grids.js';
import { boundedStep, trajectory } from '../trial/interpreter.js';
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

interface Spectrum {
  readonly low: number;
  readonly high: number;
  /** The mode of the largest eigenvalue. */
  readonly mode: readonly number[];
  readonly values: readonly number[];
}

const spectrumOf = (trial: Trial, oscillator: Oscillator, size: number): Spectrum => {
  const k = matrixOf(size, (unit) => stiffnessOf(trial, oscillator, exact(unit)).value);
  const even = new Matrix(k.map((row, i) => row.map((v, j) => (v + k[j][i]) / 2)));
  const { realEigenvalues: values, eigenvectorMatrix } = new EigenvalueDecomposition(even, {
    assumeSymmetric: true,
  });
  const at = values.indexOf(Math.max(...values));
  return {
    low: Math.min(...values),
    high: values[at],
    mode: eigenvectorMatrix.getColumn(at),
    values,
  };
};

/** The largest modulus of the roots of r^2 - (2 - h^2 l - h a) r + (1 - h a): one mode of a damped step. */
const growthOf = (h: number, l: number, a: number): number => {
  const [trace, det] = [2 - h * h * l - h * a, 1 - h * a];
  const d = (trace * trace) / 4 - det;
  return d < 0
    ? Math.sqrt(Math.max(0, det))
    : Math.max(Math.abs(trace / 2 + Math.sqrt(d)), Math.abs(trace / 2 - Math.sqrt(d)));
};

/** The spectral radius of a whole step, with an error bound. */
const radiusOf = (
  system: System,
  { y, z }: Oscillator,
  trial: Trial,
  size: number,
): { readonly value: number; readonly error: number } => {
  const moved = (state: Float64Array): Float64Array => {
    const next = boundedStep(
      system,
      { ...rest(system), [y]: exact(state.subarray(0, size)), [z]: exact(state.subarray(size)) },
      trial.around,
      unit64,
    );
    return Float64Array.from([...next[y].value, ...next[z].value]);
  };
  // A constant force is not part of the matrix.
  const push = moved(new Float64Array(2 * size));
  const matrix = matrixOf(2 * size, (state) => moved(state).map((v, i) => v - push[i]));
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(
    new Matrix(matrix.map((row) => [...row])),
  );
  const norm = Math.max(...matrix.map((row) => row.reduce((sum, v) => sum + Math.abs(v), 0)));
  return {
    value: Math.max(...realEigenvalues.map((re, i) => Math.hypot(re, imaginaryEigenvalues[i]))),
    // A double eigenvalue, such as that of a mode without restoring force, changes by the square root of a
    // perturbation.
    error: 4 * Math.sqrt(2 * size * unit64 * norm),
  };
};

/** h^2 l + 2 h a = 4 for h. */
const limitOf = (l: number, a: number): number =>
  l <= 0 ? Number.POSITIVE_INFINITY : (-a + Math.sqrt(a * a + 4 * l)) / l;

/**
 * Stability with a time step D for each unit: with y = D x, the step has time step 1 in x and z and stiffness D K D.
 */
const paced = (whole: Trial, trial: Trial, oscillator: Oscillator): Finding => {
  const high = (one: Trial, found: Oscillator): readonly number[] => {
    const size = volume(one.system.fields[found.y]);
    const pace = paceOf(one, found);
    const still = exact(new Float64Array(size));
    const rested = impulseAt(one, found, still, still).value;
    const k = matrixOf(size, (unit) => {
      const pushed = impulseAt(one, found, times(pace, exact(unit)), still).value;
      return pushed.map((v, i) => rested[i] - v);
    });
    const even = new Matrix(k.map((row, i) => row.map((v, j) => (v + k[j][i]) / 2)));
    return new EigenvalueDecomposition(even, { assumeSymmetric: true }).realEigenvalues;
  };
  const values = high(trial, oscillator);
  const [low, most] = [Math.min(...values), Math.max(...values)];
  const noise = 64 * values.length * unit64 * Math.max(1, most, -low);
  if (most <= noise && low >= -noise) return vacuous('nothing is pulled back: there is no largest time step');
  if (low < -noise)
    return always(whole, (one, found) => Math.min(...high(one, found)) < -noise)
      ? broken(`the force pushes away from rest: the stiffness D K D has the eigenvalue ${digits(low)}`)
      : drawnSo;
  if (most < 4 * (1 + noise)) return holds;
  // Time steps that were chosen by the case are not a fault of the system.
  const isChosen = trial.system.externals.some(({ kind }) => kind === 'field');
  return !isChosen && always(whole, (one, found) => Math.max(...high(one, found)) >= 4)
    ? broken(
        `the time steps are beyond the limit: the largest eigenvalue of D K D is ${digits(most)}, not below 4`,
      )
    : drawnSo;
};

const property = (whole: Trial): Finding => {
  const small = linearised(whole.system);
  const trial: Trial = { ...whole, system: small, structure: structureOf(small) };
  const { system, structure, choices } = trial;
  const { oscillator } = structure;
  if (oscillator === null) return inconclusive;
  if (oscillator.pace.length > 0)
    return oscillator.inVelocity === 'none' ? paced(whole, trial, oscillator) : inconclusive;
  const size = volume(system.fields[oscillator.y]);
  const spectrum = spectrumOf(trial, oscillator, size);
  const damping = dampingOf(trial, oscillator).value;
  const [least, most] = [Math.min(...damping), Math.max(...damping)];
  const top = {
    title: 'the mode of the largest eigenvalue',
    field: { shape: system.fields[oscillator.y], data: Float64Array.from(spectrum.mode) },
  };
  const noise = 64 * size * unit64 * Math.max(1, spectrum.high, -spectrum.low);
  if (spectrum.low < -noise && !always(whole, pushesAway)) return drawnSo;
  if (spectrum.low < -noise)
    return broken(
      `the force pushes away from rest: the stiffness K has the eigenvalue ${digits(spectrum.low)}`,
      top,
    );
  if (least < -noise)
    return broken(`the damping feeds energy in: alpha = ${digits(least)}, its force is along the velocity`);
  const { h } = oscillator;
  const limit = limitOf(spectrum.high, most);
  if (!Number.isFinite(limit)) return vacuous('nothing is pulled back: there is no largest time step');
  const sum = h * h * spectrum.high + 2 * h * most;
  if (sum >= 4 * (1 + noise) && !always(whole, isBeyond)) return drawnSo;
  if (sum >= 4 * (1 + noise))
    return broken(
      `h = ${digits(h)} is beyond the limit ${digits(limit)}: h^2 lambda_max + 2 h alpha = ${digits(sum)} is not below 4`,
      top,
    );
  return withinAndBeyond(
    trial,
    oscillator,
    spectrum,
    most,
    most - least < noise,
    limit,
    choices[0] / 15,
    top,
  );
};

/** Whether a fault occurs for all initial weights; otherwise it is due to the weights, not the system. */
const always = (whole: Trial, isThere: (trial: Trial, oscillator: Oscillator) => boolean): boolean =>
  !whole.system.externals.some(
    ({ kind, node }) => kind === 'weight' && whole.system.program.graph.nodes[node].op.op !== 'constant',
  ) ||
  [0, 1, 2, 3, 4, 5].every((seed) => {
    const drawn = settled(whole.system, seed);
    const system = linearised(drawn);
    const structure = structureOf(system);
    return (
      structure.oscillator !== null &&
      isThere(
        { ...whole, system, structure, around: { ...whole.around, ...weightsOf(drawn, seed) } },
        structure.oscillator,
      )
    );
  });

const pushesAway = (trial: Trial, oscillator: Oscillator): boolean =>
  spectrumOf(trial, oscillator, volume(trial.system.fields[oscillator.y])).low < -1e-9;

const isBeyond = (trial: Trial, oscillator: Oscillator): boolean => {
  const { high } = spectrumOf(trial, oscillator, volume(trial.system.fields[oscillator.y]));
  const { h } = oscillator;
  return h * h * high + 2 * h * Math.max(...dampingOf(trial, oscillator).value) >= 4;
};

const drawnSo = vacuous('whether it is stable depends on how its weights are drawn');

const withinAndBeyond = (
  trial: Trial,
  oscillator: Oscillator,
  spectrum: Spectrum,
  alpha: number,
  isUniform: boolean,
  limit: number,
  share: number,
  top: {
    readonly title: string;
    readonly field: { readonly shape: readonly number[]; readonly data: Float64Array };
  },
): Finding => {
  const { system } = trial;
  const size = volume(system.fields[oscillator.y]);
  const inside = limit * (0.3 + 0.69 * share);
  const stable = withTimeStep(system, oscillator.h, inside);
  if (stable === null) return vacuous('its time step cannot be told from its other numbers');
  const radius = radiusOf(stable, structureOf(stable).oscillator ?? oscillator, trial, size);
  if (radius.value > 1 + radius.error)
    return broken(
      `with h = ${digits(inside)}, inside the limit ${digits(limit)}, the step still grows: its largest eigenvalue is ` +
        `${radius.value.toPrecision(8)}`,
      top,
    );
  const outside = limit * (1.01 + 0.3 * share);
  const unstable = isUniform ? withTimeStep(system, oscillator.h, outside) : null;
  if (unstable === null) return holds;
  const growth = Math.max(...spectrum.values.map((l) => growthOf(outside, l, alpha)));
  const found = radiusOf(unstable, structureOf(unstable).oscillator ?? oscillator, trial, size);
  if (Math.abs(found.value - growth) > found.error * growth)
    return broken(
      `with h = ${digits(outside)}, beyond the limit ${digits(limit)}, the step should grow by ${growth.toPrecision(8)}, it ` +
        `grows by ${found.value.toPrecision(8)}`,
      top,
    );
  return blowsUp(trial, unstable, oscillator, spectrum.mode, growth, top);
};

/** Simulates the growing mode until it is a hundred times as large. */
const blowsUp = (
  trial: Trial,
  unstable: System,
  { y }: Oscillator,
  mode: readonly number[],
  growth: number,
  top: {
    readonly title: string;
    readonly field: { readonly shape: readonly number[]; readonly data: Float64Array };
  },
): Finding => {
  const steps = Math.min(60, Math.ceil(Math.log(100) / Math.log(growth)));
  if (growth ** steps < 4) return holds;
  const shape = unstable.fields[y];
  const start = {
    ...Object.fromEntries(
      Object.entries(unstable.fields).map(([name, of]) => [
        name,
        { shape: of, data: new Float64Array(volume(of)) },
      ]),
    ),
    [y]: { shape, data: Float64Array.from(mode, Math.fround) },
  };
  const silence = unstable.sequences.map((element, i) => [
    `drive${i}`,
    { shape: [steps, ...element], data: new Float64Array(steps * volume(element)) },
  ]);
  const path = trajectory(
    trial.on,
    unstable,
    start,
    { ...trial.around, ...Object.fromEntries(silence) },
    steps,
  );
  const size = (data: Float64Array): number => Math.hypot(...data);
  const grown = Math.max(...path.slice(-3).map((state) => size(state[y].data))) / size(start[y].data);
  // A growing root has at least half the weight of a mode that starts from rest, one power less.
  return grown >= growth ** (steps - 3) / 8
    ? holds
    : broken(
        `beyond the limit the mode should grow ${digits(growth ** steps)} times in ${steps} steps, it grew ${digits(grown)} times`,
        top,
      );
};

/** Eigenvalues of larger matrices take minutes. */
const most = 256;

const moderate: Requirement = {
  name: 'a grid that is small enough for eigenvalues',
  essential: true,
  missing: (system, { oscillator }) => {
    const [least] = gridsFor(system, { sites: 9 });
    const small = least === undefined ? system : (systemAt(system, least) ?? system);
    const size = volume(small.fields[oscillator?.y ?? ''] ?? []);
    return size <= most
      ? null
      : `its step cannot be moved to a small grid, and eigenvalues of ${size} numbers take minutes`;
  },
};

/** Law 3. */
export const stability: Law = {
  name: 'stability',
  entry: 3,
  statement:
    'stable iff h^2 lambda_max(K) + 2 h alpha < 4, alpha >= 0, for small displacements (undamped five-point: h < 1 / (c sqrt 2))',
  source: 'Courant, Friedrichs & Lewy 1928; with damping: Jury conditions of the step',
  tolerance:
    'eigenvalues to 4 sqrt(2 N u |M|), since a double eigenvalue changes by the square root of a perturbation',
  requirements: [
    requirements.oscillator,
    requirements.linearForce,
    requirements.noiseless,
    requirements.diagonalDamping,
    requirements.changeableStep,
    requirements.kickFirst,
    requirements.reciprocal,
    moderate,
  ].map(forSmall),
  cases: (system) => ({
    undriven: true,
    steps: 1,
    sites: 9,
    ranges: Object.fromEntries(
      system.externals.flatMap(({ name, kind }) => (kind === 'field' ? [[name, { low: 0, high: 1 }]] : [])),
    ),
  }),
  share: 0.5,
  property,
};
