/** Gradients of the reference interpreter, by central differences: slow, and independent of every reverse mode. */

import { stream } from '../../base/random.js';
import { inputsOf, parametersOf } from '../../dsl/graph.js';
import type { Program } from '../../dsl/program.js';
import { volume } from '../../dsl/shape.js';
import type { NdArray } from './array.js';
import { type NdArrays, type ReferenceOptions, runReference } from './run.js';

/** One number among the parameters or inputs of a run. */
export interface Coordinate {
  readonly of: 'parameters' | 'inputs';
  readonly name: string;
  /** The index in the array's row-major data; an input has the leading batch axis. */
  readonly index: number;
}

/** A function of a program's outputs, such as a loss. */
export type ScalarOf = (outputs: NdArrays) => number;

/**
 * d loss / d coordinate for each coordinate, as (loss(v + step) - loss(v - step)) / (2 step).
 *
 * The error is of order step^2 times the third derivative, plus rounding of order 1e-16 |loss| / step; the default
 * 1e-5 balances them for values near 1. It is the derivative of the computed function: `stopGradient` does not stop
 * it, and where a maximum is reached twice, or a ReLU is at zero, it is the mean of both sides.
 *
 * @example
 * const loss = ({ y }: Arrays) => y.data.reduce((sum, value) => sum + value * value, 0);
 * numericalGradient(p, loss, options, randomCoordinates(p, 1, 10, 0));   // ten numbers
 */
export const numericalGradient = (
  p: Program,
  loss: ScalarOf,
  options: ReferenceOptions,
  coordinates: readonly Coordinate[],
  step = 1e-5,
): readonly number[] => {
  const lossAt = (coordinate: Coordinate, change: number): number =>
    loss(runReference(p, moved(options, coordinate, change)).outputs);
  return coordinates.map((at) => (lossAt(at, step) - lossAt(at, -step)) / (2 * step));
};

const moved = (
  options: ReferenceOptions,
  { of, name, index }: Coordinate,
  change: number,
): ReferenceOptions => {
  const { shape, data } = options[of][name];
  const changed: NdArray = { shape, data: data.with(index, data[index] + change) };
  return { ...options, [of]: { ...options[of], [name]: changed } };
};

/** `count` coordinates, each first an array of the program (trainable parameters and inputs), then one of its places. */
export const randomCoordinates = (
  p: Program,
  batch: number,
  count: number,
  seed: number,
): readonly Coordinate[] => {
  const random = stream(seed, 'coordinates');
  const arrays = [
    ...parametersOf(p.graph)
      .filter(({ trainable }) => trainable)
      .map(({ name, shape }) => ({ of: 'parameters' as const, name, size: volume(shape) })),
    ...Object.entries(inputsOf(p.graph)).map(([name, shape]) => ({
      of: 'inputs' as const,
      name,
      size: batch * volume(shape),
    })),
  ];
  if (arrays.length === 0) return [];
  return Array.from({ length: count }, () => {
    const { of, name, size } = arrays[random.integer(arrays.length)];
    return { of, name, index: random.integer(size) };
  });
};
