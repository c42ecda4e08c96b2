/** Steps of a trial with bounds on the rounding error of their result. */

import { rememberedBy } from '../../base/remembered.js';
import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import type { Node } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { type Bounded, exact, unit64, within } from '../rounding/bounded.js';
import { type System, sequenceName } from '../system/system.js';
import { boundedStep, type Surroundings, trajectory } from './interpreter.js';
import type { Trial } from './law.js';

/** Fields by name, with error bounds. */
export type BoundedState = Readonly<Record<string, Bounded>>;

/** A step of a trial: the exact state before, and the interpreter's result after it with error bounds. */
export interface BoundedStep {
  readonly before: NdArrays;
  readonly after: BoundedState;
  /** The number of the step. */
  readonly at: number;
}

/** Fields with error bounds of zero. */
export const exactState = (arrays: NdArrays): BoundedState =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, exact(data)]));

/** The result of an interpreter's step with error bounds, from a state with error bounds. */
export const withErrorBounds = (
  { system, on }: Pick<Trial, 'system' | 'on'>,
  before: BoundedState,
  result: NdArrays,
  around: Surroundings,
  at: number,
): BoundedState => {
  const bounds = boundedStep(system, before, around, on.unit, at);
  return Object.fromEntries(
    Object.entries(bounds).map(([name, { error }]) => [name, within(result[name].data, error)]),
  );
};

/** The last step of a trial. */
export const lastStep = (trial: Trial): BoundedStep => {
  const { system, on, start, around, steps } = trial;
  const count = system.kind === 'map' ? 1 : steps;
  const path = trajectory(on, system, start, around, count);
  const before = path[count - 1];
  return {
    before,
    after: withErrorBounds(trial, exactState(before), path[count], around, count - 1),
    at: count - 1,
  };
};

/** The system with its clock fixed at a number. */
const withClockAt = rememberedBy(
  (at: number) => at,
  (system: System, at): System =>
    at === 0 || !system.nodes.some(({ op }) => op.op === 'clock')
      ? system
      : {
          ...system,
          nodes: system.nodes.map(
            (node): Node =>
              node.op.op === 'clock' ? { ...node, op: { op: 'constant', shape: [], value: at } } : node,
          ),
        },
);

/** One step from a state made by a law, driven like step `at` and at its time. */
export const stepFrom = (
  trial: Trial,
  before: BoundedState,
  around: Surroundings = trial.around,
  at = 0,
): BoundedState => {
  const system = withClockAt(trial.system, at);
  const { on } = trial;
  const values = Object.fromEntries(
    Object.entries(before).map(([name, { value }]) => [name, { shape: system.fields[name], data: value }]),
  );
  const shifted = Object.fromEntries(
    Object.entries(around).map(([name, x]) => [
      name,
      system.sequences.some((_, i) => sequenceName(i) === name) ? from(x, at) : x,
    ]),
  );
  const path = trajectory(on, system, values, shifted, 1);
  return withErrorBounds({ system, on }, before, path[1], shifted, 0);
};

export const from = ({ shape, data }: NdArray, at: number): NdArray => {
  const [steps, ...element] = shape;
  return { shape: [steps - at, ...element], data: data.slice(at * volume(element)) };
};

/** The nearest numbers that an interpreter can represent, with the rounding added to the bounds. */
export const representable = ({ on }: Pick<Trial, 'on'>, wanted: Bounded): Bounded => {
  if (on.unit <= unit64) return wanted;
  const value = wanted.value.map(Math.fround);
  return { value, error: wanted.error.map((e, i) => e + Math.abs(value[i] - wanted.value[i])) };
};

/** Whether all numbers are finite and not too large for float32. */
export const isTame = (state: BoundedState): boolean =>
  Object.values(state).every(({ value }) => value.every((v) => Math.abs(v) < 1e12));
