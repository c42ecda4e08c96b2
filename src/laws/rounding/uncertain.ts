/** Arrays whose elements may each be wrong by so much, and operations on such bounds. */

import { evaluate, type Value } from '../../compile/reference/evaluate.js';
import type { Op } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { tick } from '../trial/deadline.js';

/** An array whose elements may each be wrong by so much. */
export interface Uncertain {
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

/** Other numbers in the place of an array's. */
export const like = ({ array }: Uncertain, data: Float64Array): Value => ({ shape: array.shape, data });

/** Absolute values. */
export const absolute = (x: Uncertain): Value => like(x, x.array.data.map(Math.abs));

/** Bounds alone. */
export const errorsOf = (x: Uncertain): Value => like(x, x.error);

/** Bounds, with what `units` roundings of each element add. */
export const rounded = (x: Uncertain, units: number): Value =>
  like(
    x,
    x.array.data.map((v, i) => x.error[i] + units * Math.abs(v)),
  );
