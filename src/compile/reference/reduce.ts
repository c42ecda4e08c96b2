/** Reductions and the spectrum of the reference interpreter. */

import type { OpOf, ReduceFunction } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { build, get, type NdArray, positions, stridesOf } from './array.js';

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const reductions: Readonly<Record<ReduceFunction, (values: readonly number[]) => number>> = {
  sum: total,
  mean: (values) => total(values) / values.length,
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  min: (values) => values.reduce((a, b) => Math.min(a, b)),
};

/** Each element of the result reduces all elements of x that agree with its position on the kept axes. */
export const reduce = ({ fn, axes }: OpOf<'reduce'>, x: NdArray, out: Shape): NdArray => {
  const steps = stridesOf(x.shape);
  const kept = steps.filter((_, axis) => !axes.includes(axis));
  const along = positions(axes.map((axis) => x.shape[axis])).map((reduced) =>
    total(reduced.map((i, nth) => i * steps[axes[nth]])),
  );
  return build(out, (position) => {
    const at = total(position.map((i, nth) => i * kept[nth]));
    return reductions[fn](along.map((off) => x.data[at + off]));
  });
};

/** |sum over t of x[t] exp(-2 pi i k t / T)| for k = 0 ... floor(T / 2), by its definition. */
export const spectrum = (x: NdArray, out: Shape): NdArray => {
  const steps = x.shape[0];
  return build(out, ([k, ...site]) => {
    let re = 0;
    let im = 0;
    for (let t = 0; t < steps; t++) {
      // Reduced to one turn first: cosines of large angles are less exact.
      const angle = (2 * Math.PI * ((k * t) % steps)) / steps;
      const value = get(x, [t, ...site]);
      re += value * Math.cos(angle);
      im -= value * Math.sin(angle);
    }
    // the length of an infinite part and NaN is NaN, although `Math.hypot` gives Infinity
    return Number.isNaN(re) || Number.isNaN(im) ? Number.NaN : Math.hypot(re, im);
  });
};
