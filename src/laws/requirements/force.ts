/** The force of an oscillator, its stiffness and its damping, measured by running one step. */

import { tick } from '../../base/deadline.js';
import { volume } from '../../dsl/shape.js';
import type { Oscillator } from '../reading/oscillator.js';
import { type Bounded, exact, minus, over, scaled, times, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import type { BoundedState } from '../trial/bounded-steps.js';
import { boundedNodes, boundedStep } from '../trial/interpreter.js';
import type { Trial } from '../trial/law.js';

/** Displacement and velocity of a state. */
export const waveOf = (
  { y, z }: Oscillator,
  state: BoundedState,
): { readonly y: Bounded; readonly z: Bounded } => ({
  y: state[y],
  z: state[z],
});

/** h at every element: one number, or multiplied by learned time scales. */
export const paceOf = (
  { system, around }: Pick<Trial, 'system' | 'around'>,
  { y, h, pace }: Oscillator,
): Bounded => {
  const size = volume(system.fields[y]);
  const one = exact(new Float64Array(size).fill(h));
  if (pace.length === 0) return one;
  const values = boundedNodes(system, rest(system), around, unit64);
  return pace.reduce((product, node) => {
    const { array, error } = values[node];
    const alone = array.data.length === 1;
    return times(product, {
      value: alone ? new Float64Array(size).fill(array.data[0]) : array.data,
      error: alone ? new Float64Array(size).fill(error[0]) : error,
    });
  }, one);
};

/** z' - z: the impulse of a step, in float64 with bounds. */
export const impulseAt = (
  { system, around }: Pick<Trial, 'system' | 'around'>,
  oscillator: Oscillator,
  y: Bounded,
  z: Bounded,
  at = 0,
): Bounded => {
  const state = { ...rest(system), [oscillator.y]: y, [oscillator.z]: z };
  return minus(boundedStep(system, state, around, unit64, at)[oscillator.z], z);
};

/** (z' - z) / h: the force of a step, in float64 with bounds. */
export const forceAt = (
  { system, around }: Pick<Trial, 'system' | 'around'>,
  oscillator: Oscillator,
  y: Bounded,
  z: Bounded,
  at = 0,
): Bounded => {
  const change = impulseAt({ system, around }, oscillator, y, z, at);
  return oscillator.pace.length === 0
    ? scaled(1 / oscillator.h, change)
    : over(change, paceOf({ system, around }, oscillator));
};

/** All fields at zero, exactly. */
export const rest = (system: System): BoundedState =>
  Object.fromEntries(
    Object.entries(system.fields).map(([name, shape]) => [name, exact(new Float64Array(volume(shape)))]),
  );

/** Zeros of the same size. */
export const zerosLike = ({ value }: Bounded): Bounded => exact(new Float64Array(value.length));

/** Ones of the same size. */
export const onesLike = ({ value }: Bounded): Bounded => exact(new Float64Array(value.length).fill(1));

/** K y = -(F(y, 0) - F(0, 0)): the stiffness of a force that is linear in the displacement. */
export const stiffnessOf = (
  trial: Pick<Trial, 'system' | 'around'>,
  oscillator: Oscillator,
  y: Bounded,
): Bounded => {
  const still = zerosLike(y);
  const moved = forceAt(trial, oscillator, y, still);
  return minus(forceAt(trial, oscillator, still, still), moved);
};

/** alpha = -(F(0, 1) - F(0, 0)): the damping at every site, if it is a number at each. */
export const dampingOf = (trial: Pick<Trial, 'system' | 'around'>, oscillator: Oscillator): Bounded => {
  const size = volume(trial.system.fields[oscillator.y]);
  const still = exact(new Float64Array(size));
  return minus(forceAt(trial, oscillator, still, still), forceAt(trial, oscillator, still, onesLike(still)));
};

/** The matrix of a linear map given as a function, column by column. */
export const matrixOf = (
  size: number,
  map: (unit: Float64Array) => Float64Array,
): readonly (readonly number[])[] => {
  const rows = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let column = 0; column < size; column++) {
    tick();
    const image = map(Float64Array.from({ length: size }, (_, i) => (i === column ? 1 : 0)));
    for (let row = 0; row < size; row++) rows[row][column] = image[row];
  }
  return rows;
};
