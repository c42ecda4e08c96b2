/** Fourier transforms of the reference interpreter: every mode by its definition, axis by axis. */

import type { OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { bodyOf } from '../../dsl/shape-rules.js';
import type { NdArray } from './array.js';

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Sums of x[t] exp(-2 pi i k t / n) along one axis, or of x[t] exp(2 pi i k t / n). */
const along = ({ re, im }: Complex, shape: Shape, axis: number, conjugate: boolean): Complex => {
  const [n, after] = [shape[axis], volume(shape.slice(axis + 1))];
  // Reduced to one turn: cosines of large angles are less exact.
  const angle = ((conjugate ? 1 : -1) * 2 * Math.PI) / n;
  const cosines = Float64Array.from({ length: n }, (_, i) => Math.cos(angle * i));
  const sines = Float64Array.from({ length: n }, (_, i) => Math.sin(angle * i));
  const out: Complex = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let first = 0; first < re.length; first += n * after)
    for (let site = first; site < first + after; site++)
      for (let k = 0; k < n; k++) {
        let [sumRe, sumIm] = [0, 0];
        for (let t = 0; t < n; t++) {
          const [x, y] = [re[site + t * after], im[site + t * after]];
          const [c, s] = [cosines[(k * t) % n], sines[(k * t) % n]];
          sumRe += x * c - y * s;
          sumIm += x * s + y * c;
        }
        out.re[site + k * after] = sumRe;
        out.im[site + k * after] = sumIm;
      }
  return out;
};

/** The transform for one sample. */
export const fourier = (op: OpOf<'fourier'>, x: NdArray, shape: Shape): NdArray => {
  const body = bodyOf(op, x.shape);
  const size = volume(body);
  const start: Complex =
    op.from === 'real'
      ? { re: x.data, im: new Float64Array(size) }
      : {
          re: Float64Array.from({ length: size }, (_, i) => x.data[2 * i]),
          im: Float64Array.from({ length: size }, (_, i) => x.data[2 * i + 1]),
        };
  const { re, im } = op.axes.reduce((value, axis) => along(value, body, axis, op.conjugate), start);
  if (op.to === 'real') return { shape, data: re };
  return { shape, data: Float64Array.from({ length: 2 * size }, (_, i) => (i % 2 === 0 ? re : im)[i >> 1]) };
};
