/** Values that a step is given: kernels that are applied to the state, and numbers that multiply modes. */

import { type NdArray, positions } from '../../compile/reference/array.js';
import { evaluate } from '../../compile/reference/evaluate.js';
import { dilationOf, extentsOf, sidesOf } from '../../dsl/kernel.js';
import type { OpOf } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { type System, weightsOf } from '../system/system.js';
import type { Structure } from './structure.js';

/** The values of nodes that depend on weights and constants alone, with initial parameters. */
export const givenValues = (system: System, seed = 0): ((node: number) => NdArray) => {
  const weights = weightsOf(system, seed);
  const valueAt = (number: number): NdArray => {
    const { op, inputs, shape } = system.nodes[number];
    return evaluate(op, inputs.map(valueAt), shape, {
      noiseSeed: 0,
      sample: 0,
      leaf: (leaf) =>
        leaf.op === 'external'
          ? weights[system.externals[leaf.index].name]
          : leaf.op === 'parameter'
            ? weights[leaf.name]
            : { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) },
    });
  };
  return valueAt;
};

/**
 * The kernels of the convolutions that read the state, with initial parameters, each written without dilation
 * or groups: with zeros between its taps, and zeros between channels of different groups.
 */
export const kernelsOf = (system: System, { convolutions }: Structure, seed = 0): readonly NdArray[] => {
  const valueAt = givenValues(system, seed);
  return convolutions.filter(({ ofState }) => ofState).map(({ weight, op }) => written(op, valueAt(weight)));
};

/** The kernel with its dilation and its groups written out. */
const written = (op: OpOf<'conv'>, kernel: NdArray): NdArray => {
  const { groups = 1 } = op;
  if (op.dilation === undefined && groups === 1) return kernel;
  const sides = sidesOf(kernel.shape);
  const [inside, outside] = kernel.shape.slice(-2);
  const dilation = dilationOf(op);
  const extents = extentsOf(op, sides);
  const shape = [...extents, inside * groups, outside];
  const data = new Float64Array(volume(shape));
  for (const [tap, at] of positions(sides).entries()) {
    const place = at.reduce((sum, i, axis) => sum * extents[axis] + i * dilation[axis], 0);
    for (let i = 0; i < inside; i++)
      for (let o = 0; o < outside; o++) {
        const from = Math.floor(o / (outside / groups)) * inside + i;
        data[(place * inside * groups + from) * outside + o] = kernel.data[(tap * inside + i) * outside + o];
      }
  }
  return { shape, data };
};

export const same = (a: NdArray, b: NdArray): boolean =>
  a.shape.every((n, axis) => n === b.shape[axis]) && a.data.every((value, i) => value === b.data[i]);

/** The kernel of the transposed convolution: mirrored at its centre, with channels exchanged. */
export const transposedKernel = ({ shape, data }: NdArray, rank: number): NdArray => {
  const [inputs, outputs] = shape.slice(rank);
  const taps = data.length / (inputs * outputs);
  const out = new Float64Array(data.length);
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++)
        out[((taps - 1 - tap) * inputs + o) * outputs + i] = data[(tap * inputs + i) * outputs + o];
  return { shape, data: out };
};
