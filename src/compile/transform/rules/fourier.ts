import { bins, volume } from '../../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import {
  absolute,
  add,
  affine,
  by,
  filled,
  greater,
  larger,
  mul,
  reshape,
  sqrt,
  square,
  transpose,
} from '../raw.js';

/** cos or -sin of 2 pi k t / T: [T, K], or turned around [K, T]. */
const fourier = (steps: number, wave: (angle: number) => number, turned: boolean): Tensor => {
  const count = bins(steps);
  const shape = turned ? [count, steps] : [steps, count];
  const value = Array.from({ length: steps * count }, (_, i) => {
    const [row, column] = [Math.floor(i / shape[1]), i % shape[1]];
    return wave((2 * Math.PI * ((row * column) % steps)) / steps);
  });
  return by({ op: 'constant', shape, value });
};

const real = (angle: number): number => Math.cos(angle);
const imaginary = (angle: number): number => -Math.sin(angle);

/** A matrix over the first axis: [A, ...S] → [B, ...S]. */
const overFirst = (matrix: Tensor, x: Tensor): Tensor => {
  const [first, ...rest] = shapeOf(x);
  const columns = transpose([1, 0], reshape([first, volume(rest)], x));
  const moved = transpose([1, 0], by({ op: 'dense' }, columns, matrix));
  return reshape([shapeOf(matrix)[1], ...rest], moved);
};

/** The real and the imaginary part of the transform over the first axis. */
export const fourierTransform = (x: Tensor): readonly [Tensor, Tensor] => {
  const [steps] = shapeOf(x);
  return [overFirst(fourier(steps, real, false), x), overFirst(fourier(steps, imaginary, false), x)];
};

/** The adjoint of `transformed`. */
export const fourierAdjoint = (steps: number, re: Tensor, im: Tensor): readonly Tensor[] => [
  overFirst(fourier(steps, real, true), re),
  overFirst(fourier(steps, imaginary, true), im),
];

/** Outside of these bounds a square over- or underflows: parts are scaled first, by powers of two, which is exact. */
const far = { from: 2 ** 40, scale: 2 ** -70 };
const near = { below: 2 ** -40, scale: 2 ** 90 };

/**
 * Both parts of the transform and their length, scaled by the same factor; if both parts are 0, the length is
 * positive.
 */
export const directions = (
  x: Tensor,
): { readonly re: Tensor; readonly im: Tensor; readonly length: Tensor } => {
  const [re, im] = fourierTransform(x);
  const size = larger(absolute(re), absolute(im));
  const large = greater(size, filled(far.from, []));
  const small = greater(filled(near.below, []), size);
  const between = affine(-1, add(large, small), 1);
  const factor = add(add(affine(far.scale, large), affine(near.scale, small)), between);
  const [a, b] = [mul(re, factor), mul(im, factor)];
  return { re: a, im: b, length: larger(sqrt(add(square(a), square(b))), filled(1e-30, [])) };
};
