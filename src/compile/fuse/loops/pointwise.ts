/** A group of pointwise maps in plain loops. */

import type { Group, PointwiseStep } from '../kernels/pointwise.js';
import type { Loops } from '../list/kernel.js';
import { angle, angleVjp } from './angle.js';
import { functions } from './functions.js';
import { length, lengthVjp } from './length.js';
import { add, div, fround, mul, sub } from './single.js';

type Compute = (values: Float32Array) => number;

const zips = {
  add,
  sub,
  mul,
  div,
  max: Math.max,
  min: Math.min,
  greater: (a: number, b: number) => (a > b ? 1 : 0),
  greaterEqual: (a: number, b: number) => (a >= b ? 1 : 0),
  atan2: angle,
  keep: (a: number, b: number) => (b > 0 ? a : b),
  length,
} as const;

const computed = (step: PointwiseStep): Compute => {
  switch (step.op) {
    case 'constant':
      return () => step.value;
    case 'map': {
      const f = functions[step.fn];
      return (values) => f(values[step.of]);
    }
    case 'affine': {
      const [scale, shift] = [fround(step.scale), fround(step.shift)];
      return (values) => {
        const product = step.scale === 1 ? values[step.of] : mul(values[step.of], scale);
        return step.shift === 0 ? product : add(product, shift);
      };
    }
    case 'zip': {
      const f = zips[step.fn];
      return (values) => f(values[step.of], values[step.with]);
    }
    case 'lengthVjp':
      return (values) => lengthVjp(values[step.cotangent], values[step.of], values[step.with]);
    case 'angleVjp':
      return (values) => angleVjp(values[step.cotangent], values[step.of], values[step.with]);
    case 'where':
      return (values) => (values[step.condition] <= 0 ? values[step.with] : values[step.of]);
  }
};

export const pointwiseLoops = ({ operands, steps, results }: Group): Loops => {
  const computes = steps.map(computed);
  const values = new Float32Array(operands.length + steps.length);
  return ({ floats }, strips, planes, vectors, ...addresses) => {
    const pixels = 4 * vectors;
    for (let s = 0; s < strips; s++)
      for (let p = 0; p < planes; p++)
        for (let i = 0; i < pixels; i++) {
          const full = (s * planes + p) * pixels + i;
          for (const [k, kind] of operands.entries())
            values[k] = floats[addresses[k] / 4 + (kind === 'full' ? full : kind === 'plane' ? p : 0)];
          for (const [k, compute] of computes.entries()) values[operands.length + k] = compute(values);
          for (const [k, result] of results.entries())
            floats[addresses[operands.length + k] / 4 + full] = values[result];
        }
  };
};
