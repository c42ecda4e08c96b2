/** Reductions over axes. */

import type { ReduceFunction } from '../op.js';
import type { Bins, Distinct, OnAxes, Shape, Unimpeded, Without } from '../shape.js';
import { apply, shapeOf, type Tensor } from '../tensor.js';

const reduction =
  (fn: ReduceFunction) =>
  <const P extends Shape, A extends number = P[number]>(...axes: P & Distinct<P>) =>
  <S extends Shape>(x: Tensor<S> & Unimpeded<Without<S, A>>): Tensor<Without<S, A>> =>
    apply(fn, { op: 'reduce', fn, axes }, x);

/**
 * Sum over axes, which are removed.
 *
 * @example
 * const energy = pipe(square(z), sum(0, 1, 2));   // Tensor<readonly []>
 */
export const sum = reduction('sum');

/**
 * Mean over axes, which are removed.
 *
 * @example
 * const perChannel = pipe(y, mean(0, 1));   // Tensor<readonly [2]>
 */
export const mean = reduction('mean');

/**
 * Maximum over axes, which are removed; NaN if any value is NaN. The gradient goes to the first maximum in row-major
 * order, or to the first NaN.
 *
 * @example
 * const crest = pipe(sequence, max(0));   // Tensor<readonly [64, 64, 2]>
 */
export const max = reduction('max');

/**
 * Minimum over axes; NaN and its gradient as for `max`.
 *
 * @example
 * const trough = pipe(sequence, min(0));   // Tensor<readonly [64, 64, 2]>
 */
export const min = reduction('min');

/**
 * Magnitude of the real Fourier transform over the first axis: [T, ...S] → [floor(T/2)+1, ...S], unnormalised. Where
 * the magnitude is zero, its gradient is zero. It is accurate at every scale, from 1e-38 to the largest float.
 *
 * Bin k is the frequency k / (T dt), in cycles per unit of time, for samples dt apart.
 *
 * @example
 * const bins = spectrum(sequence);   // Tensor<readonly [51, 64, 64, 2]>
 */
export const spectrum = <T extends number, S extends Shape>(
  sequence: Tensor<readonly [T, ...S]>,
): Tensor<readonly [Bins<T>, ...S]> => apply('spectrum', { op: 'spectrum' }, sequence);

/** A reduction over one axis, repeated along that axis, as a normalisation needs it. */
const along = <S extends Shape>(
  operation: string,
  fn: ReduceFunction,
  axis: number,
  x: Tensor<S>,
): Tensor<S> => {
  const shape = shapeOf(x);
  const reduced = apply(operation, { op: 'reduce', fn, axes: [axis] }, x);
  const kept = apply(operation, { op: 'reshape', shape: shape.map((n, i) => (i === axis ? 1 : n)) }, reduced);
  return apply(operation, { op: 'broadcast', shape }, kept);
};

const lastAxis = (x: Tensor): number => shapeOf(x).length - 1;

const repeated =
  (operation: string, fn: ReduceFunction) =>
  <const A extends number = never>(axis?: A) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<S> =>
    along(operation, fn, axis ?? lastAxis(x), x);

/**
 * The sum along an axis (the last by default), repeated along that axis, so that it has the shape of x.
 *
 * @example
 * const dot = sumAlong()(mul(y, z));
 * const tangent = sub(z, mul(y, dot));   // Tensor<readonly [64, 64, 2]>
 */
export const sumAlong = repeated('sumAlong', 'sum');

/**
 * The mean along an axis (the last by default), repeated along that axis.
 *
 * @example
 * const centred = sub(y, meanAlong(0)(y));   // Tensor<readonly [64, 64, 2]>
 */
export const meanAlong = repeated('meanAlong', 'mean');

/**
 * The maximum along an axis (the last by default), repeated along that axis; its gradient as for `max`.
 *
 * @example
 * const relative = sub(y, maxAlong()(y));   // Tensor<readonly [64, 64, 2]>
 */
export const maxAlong = repeated('maxAlong', 'max');

/**
 * Unit length along an axis (the last by default): x / sqrt(|x|^2 + epsilon). Keeps the state of vector oscillators on
 * the sphere (AKOrN, Miyato et al. 2024). Squares are summed in 32 bits: for components from 1e19 on the sum is
 * infinite and the result is 0. A vector shorter than the root of epsilon stays shorter than 1.
 *
 * @example
 * const unit = pipe(y, normalise());   // Tensor<readonly [64, 64, 2]>
 */
export const normalise =
  <const A extends number = never>(axis?: A, epsilon = 1e-12) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<S> => {
    const squares = apply('normalise', { op: 'map', fn: 'square' }, x);
    const total = along('normalise', 'sum', axis ?? lastAxis(x), squares);
    const guarded = apply('normalise', { op: 'affine', scale: 1, shift: epsilon }, total);
    const length = apply('normalise', { op: 'map', fn: 'sqrt' }, guarded);
    return apply('normalise', { op: 'zip', fn: 'div' }, x, length);
  };

/**
 * exp(x) over its sum along an axis (the last by default), computed from x minus its maximum.
 *
 * @example
 * const shares = pipe(y, softmax());   // Tensor<readonly [64, 64, 2]>
 */
export const softmax =
  <const A extends number = never>(axis?: A) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<S> => {
    const over = axis ?? lastAxis(x);
    // The maximum only guards against overflow; the result does not depend on it, so neither does the gradient.
    const top = apply('softmax', { op: 'map', fn: 'stopGradient' }, along('softmax', 'max', over, x));
    const shifted = apply('softmax', { op: 'zip', fn: 'sub' }, x, top);
    const powers = apply('softmax', { op: 'map', fn: 'exp' }, shifted);
    const total = along('softmax', 'sum', over, powers);
    return apply('softmax', { op: 'zip', fn: 'div' }, powers, total);
  };

/**
 * Mean 0 and variance 1 along an axis (the last by default): (x - mean) / sqrt(variance + epsilon), without gain and
 * offset. Each sample is treated by itself, so it may be used in a scan, unlike batch norm. Squares overflow as for
 * `normalise`.
 *
 * @example
 * const tame = pipe(y, standardise());   // Tensor<readonly [64, 64, 2]>
 */
export const standardise =
  <const A extends number = never>(axis?: A, epsilon = 1e-5) =>
  <S extends Shape>(x: Tensor<S> & OnAxes<S, A>): Tensor<S> => {
    const over = axis ?? lastAxis(x);
    const centred = apply('standardise', { op: 'zip', fn: 'sub' }, x, along('standardise', 'mean', over, x));
    const squares = apply('standardise', { op: 'map', fn: 'square' }, centred);
    const variance = along('standardise', 'mean', over, squares);
    const guarded = apply('standardise', { op: 'affine', scale: 1, shift: epsilon }, variance);
    const deviation = apply('standardise', { op: 'map', fn: 'sqrt' }, guarded);
    return apply('standardise', { op: 'zip', fn: 'div' }, centred, deviation);
  };
