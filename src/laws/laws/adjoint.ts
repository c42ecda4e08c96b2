/** Law 18: the reverse derivative is the adjoint of the forward one. */

import { stream } from '../../base/random.js';
import { remembered } from '../../base/remembered.js';
import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { jvp, jvpNames, vjp, vjpNames } from '../../compile/transform/index.js';
import type { Program } from '../../dsl/program.js';
import { volume } from '../../dsl/shape.js';
import { hasKinks } from '../reading/kinks.js';
import { unit64 } from '../rounding/bounded.js';
import { functionUnits } from '../rounding/pointwise.js';
import { oneStep } from '../system/program.js';
import { type System, sequenceName } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { boundedStep, type Interpreter } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  type Law,
  type Requirement,
  type Trial,
  vacuous,
} from '../trial/law.js';

interface Derived {
  readonly step: Program;
  readonly forward: Program;
  readonly reverse: Program;
}

const derivativesOf = remembered((system: System): Derived => {
  const step = oneStep(system);
  const wrt = { inputs: Object.keys(system.fields), parameters: [], batchNorm: 'running' } as const;
  return { step, forward: jvp(step, wrt), reverse: vjp(step, wrt) };
});

/** Numbers between -1 and 1, exact in float32, for directions that are not part of a case. */
const direction = (shape: readonly number[], seed: number, name: string): NdArray => {
  const random = stream(seed, 'direction', name);
  return { shape, data: Float64Array.from({ length: volume(shape) }, () => (random.integer(65) - 32) / 32) };
};

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

const property = (trial: Trial): Finding => {
  const { system, on, start, around, choices } = trial;
  const { step, forward, reverse } = derivativesOf(system);
  const wrt = { inputs: Object.keys(system.fields), parameters: [] };
  const [tangents, cotangents] = [jvpNames(step, wrt), vjpNames(step, wrt)];
  const weights = Object.fromEntries(
    system.externals.flatMap(({ name, kind }) => (kind === 'weight' ? [[name, around[name]]] : [])),
  );
  const free = Object.fromEntries(
    system.externals.flatMap(({ name, kind }) => (kind === 'field' ? [[name, around[name]]] : [])),
  );
  const drives = Object.fromEntries(
    system.sequences.map((shape, i) => [
      sequenceName(i),
      { shape: [1, ...shape], data: around[sequenceName(i)].data.slice(0, volume(shape)) },
    ]),
  );
  const inputs: NdArrays = { ...start, ...free, ...drives };
  const seed = choices[0];
  const v = Object.fromEntries(
    Object.entries(system.fields).map(([name, shape]) => [name, direction(shape, seed, name)]),
  );
  const ends = Object.fromEntries(
    Object.entries(step.graph.outputs).map(([name, node]) => [name, step.graph.nodes[node].shape]),
  );
  const w = Object.fromEntries(
    Object.entries(ends).map(([name, shape]) => [name, direction(shape, seed + 16, name)]),
  );

  const pushed = on.run(forward, weights, {
    ...inputs,
    ...Object.fromEntries(Object.entries(tangents.inputs).map(([name, given]) => [given, v[name]])),
  });
  const pulled = on.run(reverse, weights, {
    ...inputs,
    ...Object.fromEntries(Object.entries(cotangents.cotangents).map(([name, given]) => [given, w[name]])),
  });
  const left = Object.entries(tangents.tangents).reduce(
    (sum, [name, given]) => sum + dot(pushed[given].data, w[name].data),
    0,
  );
  const right = Object.entries(cotangents.inputs).reduce(
    (sum, [name, given]) => sum + dot(v[name].data, pulled[given].data),
    0,
  );
  const size = magnitude(trial, v, w);
  const room = roundings(system) * on.unit * size;
  if (!Number.isFinite(room)) return vacuous('no error bound is known for what its step computes');
  if (!(Math.abs(left - right) <= room))
    return broken(
      `<J v, w> = ${left.toPrecision(9)} and <v, J'w> = ${right.toPrecision(9)} differ by ${digits(left - right)}; rounding allows ${digits(room)}`,
    );
  const felt = [...Object.values(tangents.tangents)].some((given) =>
    pushed[given].data.some((each) => each !== 0),
  );
  if (!felt) return vacuous('what goes in moves nothing that comes out: both derivatives are zero');
  return on.unit > unit64 || !isSmooth(system)
    ? holds
    : asDifferences(on, { step, weights, inputs }, v, w, right, room, size);
};

/** A bound on the number of roundings: two products with derivatives for every node, and the errors of functions. */
const roundings = (system: System): number =>
  4 * (2 * system.nodes.length + functionUnits) + 2 * volume(Object.values(system.fields)[0] ?? []);

/** sum |w| |J| |v|: errors |v| propagated through the step; all roundings of both derivatives are relative to this. */
const magnitude = ({ system, start, around }: Trial, v: NdArrays, w: NdArrays): number => {
  const small = 2 ** -20;
  const state = Object.fromEntries(
    Object.entries(start).map(([name, { data }]) => [
      name,
      { value: data, error: v[name].data.map((x) => small * Math.abs(x)) },
    ]),
  );
  const next = boundedStep(system, state, around, 0);
  return Object.entries(next).reduce(
    (sum, [name, { error }]) =>
      sum + error.reduce((part, e, i) => part + (e / small) * Math.abs(w[name]?.data[i] ?? 0), 0),
    1,
  );
};

const isSmooth = ({ nodes }: System): boolean =>
  !hasKinks(nodes) &&
  !nodes.some(
    ({ op }) =>
      (op.op === 'map' && op.fn === 'stopGradient') ||
      ((op.op === 'pool' || op.op === 'reduce') && (op.fn === 'max' || op.fn === 'min')) ||
      op.op === 'scan' ||
      op.op === 'spectrum',
  );

/** Compares reverse mode with central differences along v, whose error is estimated by doubling their width. */
const asDifferences = (
  on: Interpreter,
  {
    step,
    weights,
    inputs,
  }: { readonly step: Program; readonly weights: NdArrays; readonly inputs: NdArrays },
  v: NdArrays,
  w: NdArrays,
  reverse: number,
  room: number,
  size: number,
): Finding => {
  const at = (by: number): number => {
    const moved = Object.fromEntries(
      Object.entries(inputs).map(([name, x]) => [
        name,
        v[name] === undefined
          ? x
          : { shape: x.shape, data: x.data.map((value, i) => value + by * v[name].data[i]) },
      ]),
    );
    const outputs = on.run(step, weights, moved);
    return Object.entries(outputs).reduce((sum, [name, { data }]) => sum + dot(data, w[name].data), 0);
  };
  const width = 2 ** -14;
  const slope = (h: number): number => (at(h) - at(-h)) / (2 * h);
  const [one, two, four] = [slope(width), slope(2 * width), slope(4 * width)];
  // If doubling the width does not quadruple the error, the function is not smooth on that scale and differences are
  // inconclusive.
  const [near, far] = [Math.abs(two - one), Math.abs(four - two)];
  if (near > 1e-6 * size && !(far > 3 * near && far < 5 * near)) return holds;
  const values = Math.abs(at(0)) + size;
  // The leading error is a third of the change by doubling; the whole change and the rounding of the quotient are
  // allowed.
  const allowed = near + room + (64 * unit64 * values * step.graph.nodes.length) / width;
  return Math.abs(one - reverse) <= allowed
    ? holds
    : broken(
        `reverse mode gives ${reverse.toPrecision(9)}, central differences ${one.toPrecision(9)}; allowed are ${digits(allowed)} of difference`,
      );
};

const differentiable: Requirement = {
  name: 'derivatives',
  essential: true,
  missing: ({ nodes }) =>
    nodes.some(({ op }) => op.op === 'batchNorm' || op.op === 'spectrum')
      ? 'its batch norm or spectrum has no error bound to be judged by'
      : null,
};

/** Law 18. */
export const adjoint: Law = {
  name: 'adjoint',
  entry: 18,
  statement:
    "<J v, w> = <v, J'w> for the step's forward and reverse derivatives; reverse mode equals central differences",
  source: 'definition of the transposed Jacobian (compile/transform)',
  tolerance: 'n u sum |w||J||v|, n the operations of both derivatives; differences by doubling their width',
  requirements: [differentiable],
  cases: { steps: 1, sites: 16 },
  share: 0.5,
  property,
};
