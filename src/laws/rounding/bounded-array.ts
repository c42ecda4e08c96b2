/** Arrays with an error bound for each element, and operations on these bounds. */

import { tick } from '../../base/deadline.js';
import { evaluate, type Value } from '../../compile/reference/evaluate.js';
import type { Op } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';

/** An array with an error bound for each element. */
export interface BoundedArray {
  readonly array: Value;
  readonly error: Float64Array;
}

const surroundings = {
  noiseSeed: 0,
  sample: 0,
  eachStep: tick,
  leaf: (): never => {
    throw new Error('an operation on given arrays reads no leaf');
  },
};

/** One operation on arrays in float64. */
export const applied = (op: Op, inputs: readonly Value[], shape: Shape): Value =>
  evaluate(op, inputs, shape, surroundings);

/** An array of the same shape with other values. */
export const like = ({ array }: BoundedArray, data: Float64Array): Value => ({ shape: array.shape, data });

/** Absolute values. */
export const absolute = (x: BoundedArray): Value => like(x, x.array.data.map(Math.abs));

/** The bounds as an array. */
export const errorsOf = (x: BoundedArray): Value => like(x, x.error);

/** The bounds plus `units` roundings of each element. */
export const rounded = (x: BoundedArray, units: number): Value =>
  like(
    x,
    x.array.data.map((v, i) => x.error[i] + units * Math.abs(v)),
  );
