/** Running systems on the reference in float64 or on another interpreter, and with error bounds. */

import { tick } from '../../base/deadline.js';
import { rememberedBy } from '../../base/remembered.js';
import type { NdArray } from '../../compile/reference/array.js';
import { fault } from '../../compile/reference/fault.js';
import { type NdArrays, runReference } from '../../compile/reference/run.js';
import type { LeafOp } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import { volume } from '../../dsl/shape.js';
import { type Bounded, unit64 } from '../rounding/bounded.js';
import type { BoundedArray } from '../rounding/bounded-array.js';
import { evaluateBounded } from '../rounding/evaluate.js';
import { stepsOf } from '../system/program.js';
import { type System, sequenceName } from '../system/system.js';

/** An interpreter of programs, with its unit roundoff. */
export interface Interpreter {
  /** `float64` or the engine's name. */
  readonly name: string;
  /** Half the distance from 1 to the next number. */
  readonly unit: number;
  /** Outputs of one sample, without a batch axis. */
  readonly run: (program: Program, parameters: NdArrays, inputs: NdArrays) => NdArrays;
}

const bare = ({ shape, data }: NdArray): NdArray => ({ shape: shape.slice(1), data });
/** One sample with a batch axis. */
export const batched = ({ shape, data }: NdArray): NdArray => ({ shape: [1, ...shape], data });
/** The same function of every array. */
export const mapArrays = (arrays: NdArrays, f: (x: NdArray) => NdArray): NdArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, x]) => [name, f(x)]));

/**
 * The reference interpreter: float64, slow, obvious.
 *
 * @example
 * reference.unit === 2 ** -53; // => true
 */
export const reference: Interpreter = {
  name: 'float64',
  unit: unit64,
  run: (program, parameters, inputs) =>
    mapArrays(
      runReference(program, {
        parameters,
        inputs: mapArrays(inputs, batched),
        batch: 1,
        eachStep: tick,
      }).outputs,
      bare,
    ),
};

const programFor = rememberedBy((steps: number) => steps, stepsOf);

/** What a step reads besides its state: weights and fields by name, driving sequences [steps, ...element]. */
export type Surroundings = NdArrays;

/** The fields by name after each step; entry 0 is the start. */
export type Trajectory = readonly NdArrays[];

const only = (arrays: NdArrays, names: readonly string[]): NdArrays =>
  Object.fromEntries(names.map((name) => [name, arrays[name] ?? fault(`'${name}' is missing`)]));

/** The states from a start; for a map, entry 1 is its outputs. */
export const trajectory = (
  on: Interpreter,
  system: System,
  start: NdArrays,
  around: Surroundings,
  steps: number,
): Trajectory => {
  tick();
  const names = Object.keys(system.fields);
  const weights = system.externals.flatMap(({ name, kind }) => (kind === 'weight' ? [name] : []));
  const free = system.externals.flatMap(({ name, kind }) => (kind === 'field' ? [name] : []));
  const drives = system.sequences.map((_, i) => sequenceName(i));
  const state = only(start, names);
  if (steps === 0) return [state];
  const inputs = {
    ...state,
    ...only(around, free),
    ...mapArrays(only(around, drives), (x) => firstEntries(x, steps)),
  };
  const outputs = on.run(programFor(system, steps), only(around, weights), inputs);
  if (system.kind === 'map') return [state, outputs];
  const size = Object.fromEntries(names.map((name) => [name, volume(system.fields[name])]));
  return [
    state,
    ...Array.from({ length: steps }, (_, t) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          {
            shape: system.fields[name],
            data: outputs[name].data.slice(t * size[name], (t + 1) * size[name]),
          },
        ]),
      ),
    ),
  ];
};

const firstEntries = ({ shape, data }: NdArray, steps: number): NdArray => {
  const [, ...element] = shape;
  return { shape: [steps, ...element], data: data.slice(0, steps * volume(element)) };
};

/**
 * One step in float64, with error bounds for an arithmetic with unit roundoff `unit`.
 *
 * @param at the number of the step, for the clock and the driving sequences
 */
export const boundedStep = (
  system: System,
  state: Readonly<Record<string, Bounded>>,
  around: Surroundings,
  unit: number,
  at = 0,
): Readonly<Record<string, Bounded>> => {
  const values = boundedNodes(system, state, around, unit, at);
  return Object.fromEntries(
    Object.entries(system.next).map(([name, node]) => [
      name,
      { value: values[node].array.data, error: values[node].error },
    ]),
  );
};

/** All nodes of such a step, with error bounds. */
export const boundedNodes = (
  system: System,
  state: Readonly<Record<string, Bounded>>,
  around: Surroundings,
  unit: number,
  at = 0,
): readonly BoundedArray[] => {
  tick();
  const leaf = (op: LeafOp): BoundedArray => {
    switch (op.op) {
      case 'state':
        return bounded(state[op.field], system.fields[op.field]);
      case 'input':
        return bounded(state[op.name], system.fields[op.name]);
      case 'parameter':
        return exactArray(around[op.name]);
      case 'external':
        return exactArray(around[system.externals[op.index].name]);
      case 'element': {
        const shape = system.sequences[op.sequence];
        const size = volume(shape);
        const { data } = around[sequenceName(op.sequence)];
        return exactArray({ shape, data: data.slice(at * size, (at + 1) * size) });
      }
      case 'training':
        return exactArray({ shape: [], data: Float64Array.of(0) });
      case 'clock':
        return exactArray({ shape: [], data: Float64Array.of(at) });
    }
  };
  const weighed = unit > unit64;
  const exactArray = (array: NdArray): BoundedArray => ({
    array,
    // Values that are exact in float32 are not rounded by an engine; weights may be.
    error: array.data.map((v) => (weighed && Math.fround(v) !== v ? unit * Math.abs(v) : 0)),
  });
  return evaluateBounded(system.nodes, leaf, unit);
};

const bounded = ({ value, error }: Bounded, shape: readonly number[]): BoundedArray => ({
  array: { shape, data: value },
  error,
});
