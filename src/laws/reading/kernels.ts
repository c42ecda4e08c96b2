/** The values of the kernels applied to the state. */

import type { NdArray } from '../../compile/reference/array.js';
import { evaluate } from '../../compile/reference/evaluate.js';
import { type System, weightsOf } from '../system/system.js';
import type { Structure } from './structure.js';

/** The kernels of the convolutions that read the state, with initial parameters. */
export const kernelsOf = (system: System, { convolutions }: Structure, seed = 0): readonly NdArray[] => {
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
  return convolutions.filter(({ ofState }) => ofState).map(({ weight }) => valueAt(weight));
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
