/** Fields of unit vectors: states off the sphere are none of theirs. */

import type { NdArray } from '../compile/reference/array.js';
import type { Arrays } from '../compile/reference/run.js';
import type { Trial } from './law.js';
import type { System } from './system.js';

/** Vectors of length 1 along these; a vector of zeros points along its first component. */
const onSphere = ({ shape, data }: NdArray, n: number): NdArray => ({
  shape,
  data: data.map((v, i) => {
    const first = i - (i % n);
    const length = Math.hypot(...data.subarray(first, first + n));
    return Math.fround(length === 0 ? Number(i === first) : v / length);
  }),
});

/** How many components are squared and summed before the root: the length of each vector. */
export const componentsOf = ({ nodes }: System): number => {
  for (const { op, inputs } of nodes)
    if (op.op === 'reduce' && op.fn === 'sum' && op.axes.length === 1) {
      const from = nodes[inputs[0]].shape;
      if (op.axes[0] === from.length - 1) return from[from.length - 1];
    }
  return 1;
};

/** What a trial starts with, its unit vectors on the sphere: a vector of zeros has no direction to go on in. */
export const startOnSphere = ({ system, structure, start }: Trial): Arrays =>
  structure.unit === undefined
    ? start
    : { ...start, [structure.unit]: onSphere(start[structure.unit], componentsOf(system)) };
