/** Pointwise functions: the same thing at every site. */

import type { MapFunction } from '../op.js';
import type { Shape } from '../shape.js';
import { apply, refuse, type Tensor } from '../tensor.js';
import { zip } from './binary.js';

const map =
  (fn: MapFunction) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> =>
    apply(fn, { op: 'map', fn }, x);

/**
 * Hyperbolic tangent: keeps a force within ±1.
 *
 * @example
 * const force = tanh(coupling()(y));   // Tensor<readonly [64, 64, 2]>
 */
export const tanh = map('tanh');

/**
 * max(x, 0); its gradient at 0 is 0. Of NaN both are NaN.
 *
 * @example
 * const damping = relu(conv(2)(image));   // Tensor<readonly [64, 64, 2]>
 */
export const relu = map('relu');

/**
 * 1 / (1 + exp(-x)): a gate between 0 and 1.
 *
 * @example
 * const gate = pipe(concat(y, z), conv(2), sigmoid);   // Tensor<readonly [64, 64, 2]>
 */
export const sigmoid = map('sigmoid');

/**
 * log(1 + exp(x)): a smooth way to keep a frequency or a damping positive.
 *
 * @example
 * const frequency = softplus(conv(2)(image));   // Tensor<readonly [64, 64, 2]>
 */
export const softplus = map('softplus');

/**
 * Sine, of radians. From 2^31 on, where neighbouring floats lie many turns apart, engines give other angles.
 *
 * @example
 * const pull = (theta: typeof y, other: typeof y) => sin(sub(other, theta));   // Kuramoto's coupling
 * const torque = pull(y, z);   // Tensor<readonly [64, 64, 2]>
 */
export const sin = map('sin');

/**
 * Cosine, of radians; large angles as for `sin`.
 *
 * @example
 * const onCircle = concat(cos(y), sin(y));   // Tensor<readonly [64, 64, 4]>
 */
export const cos = map('cos');

/**
 * e^x; above 88 it overflows 32 bits.
 *
 * @example
 * const decay = exp(scale(-dt, relu(z)));   // Tensor<readonly [64, 64, 2]>
 */
export const exp = map('exp');

/**
 * Natural logarithm; of a negative number it is NaN, of 0 it is -Infinity.
 *
 * @example
 * const level = log(offset(1e-6, square(y)));   // Tensor<readonly [64, 64, 2]>
 */
export const log = map('log');

/**
 * Square root; of a negative number it is NaN, at 0 its gradient is infinite: add a little first.
 *
 * @example
 * const amplitude = sqrt(offset(1e-12, add(square(y), square(z))));   // Tensor<readonly [64, 64, 2]>
 */
export const sqrt = map('sqrt');

/**
 * x^2.
 *
 * @example
 * const kinetic = scale(0.5, square(z));   // Tensor<readonly [64, 64, 2]>
 */
export const square = map('square');

/**
 * |x|; its gradient at 0 is 0, of NaN it is NaN.
 *
 * @example
 * const peak = pipe(abs(y), max(0, 1));   // Tensor<readonly [2]>
 */
export const abs = map('abs');

/**
 * 1 / x.
 *
 * @example
 * const period = scale(2 * Math.PI, reciprocal(offset(1, relu(y))));   // Tensor<readonly [64, 64, 2]>
 */
export const reciprocal = map('reciprocal');

/**
 * -1, 0 or 1, and NaN of NaN; no gradient.
 *
 * @example
 * const spin = sign(y);   // Tensor<readonly [64, 64, 2]>
 */
export const sign = map('sign');

/**
 * The largest whole number that is not above x; no gradient.
 *
 * @example
 * const steps = floor(scale(4, y));
 * const fraction = sub(scale(4, y), steps);   // Tensor<readonly [64, 64, 2]>
 */
export const floor = map('floor');

/**
 * The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; within 4e-7 of itself in 32 bits, near 0
 * and far from it. Its derivative is 2 / sqrt(pi) exp(-x^2).
 *
 * @example
 * const gaussianBelow = scale(0.5, offset(1, erf(scale(Math.SQRT1_2, y))));   // Tensor<readonly [64, 64, 2]>
 */
export const erf = map('erf');

/**
 * The value itself, without its gradient.
 *
 * @example
 * const target = stopGradient(y);   // Tensor<readonly [64, 64, 2]>
 */
export const stopGradient = map('stopGradient');

const affine = <S extends Shape>(operation: string, x: Tensor<S>, scale: number, shift: number): Tensor<S> =>
  apply(operation, { op: 'affine', scale, shift }, x);

/**
 * k x, with k a plain number such as the time step.
 *
 * @example
 * const moved = add(y, scale(dt, z));   // Tensor<readonly [64, 64, 2]>
 */
export const scale = <S extends Shape>(k: number, x: Tensor<S>): Tensor<S> => affine('scale', x, k, 0);

/**
 * x + k, with k a plain number.
 *
 * @example
 * const above = offset(1e-6, square(y));   // Tensor<readonly [64, 64, 2]>
 */
export const offset = <S extends Shape>(k: number, x: Tensor<S>): Tensor<S> => affine('offset', x, 1, k);

/**
 * -x.
 *
 * @example
 * const restoring = negate(y);   // Tensor<readonly [64, 64, 2]>
 */
export const negate = <S extends Shape>(x: Tensor<S>): Tensor<S> => affine('negate', x, -1, 0);

/**
 * k - x; `complement(1, gate)` is the other half of a gate.
 *
 * @example
 * const gate = sigmoid(z);
 * const mixed = add(mul(gate, y), mul(complement(1, gate), z));   // Tensor<readonly [64, 64, 2]>
 */
export const complement = <S extends Shape>(k: number, x: Tensor<S>): Tensor<S> =>
  affine('complement', x, -1, k);

/**
 * a + b; shapes are equal, or one is a scalar.
 *
 * @example
 * const both = add(y, z);   // Tensor<readonly [64, 64, 2]>
 * const centred = sub(y, pipe(y, mean(0, 1, 2)));   // Tensor<readonly [64, 64, 2]>
 */
export const add = zip('add', 'add');

/**
 * a - b; shapes as for `add`.
 *
 * @example
 * const difference = sub(y, z);   // Tensor<readonly [64, 64, 2]>
 */
export const sub = zip('sub', 'sub');

/**
 * a b, pointwise; shapes as for `add`.
 *
 * @example
 * const friction = negate(mul(relu(y), z));   // Tensor<readonly [64, 64, 2]>
 */
export const mul = zip('mul', 'mul');

/**
 * a / b, pointwise; shapes as for `add`. Its gradients are g / b and -(g a / b) / b: right wherever the quotient is a
 * float, however small or large b is.
 *
 * @example
 * const ratio = div(y, offset(1, square(z)));   // Tensor<readonly [64, 64, 2]>
 */
export const div = zip('div', 'div');

/**
 * The larger of the two, pointwise, and NaN where one of them is. The gradient goes to b where b is larger, else to a.
 *
 * @example
 * const upper = maximum(y, z);   // Tensor<readonly [64, 64, 2]>
 */
export const maximum = zip('maximum', 'max');

/**
 * The smaller of the two, pointwise, and NaN where one of them is. The gradient goes to b where b is smaller, else
 * to a.
 *
 * @example
 * const lower = minimum(y, z);   // Tensor<readonly [64, 64, 2]>
 */
export const minimum = zip('minimum', 'min');

/**
 * The angle of the vector (x, y) from the x axis, in (-pi, pi], of y first: atan2(y, x). At the origin it is 0 and so is its
 * gradient, which elsewhere is x / r^2 by y and -y / r^2 by x, however long or short the vector is; of infinite arguments
 * the gradient is NaN. Shapes as for `add`.
 *
 * @example
 * const phase = atan2(z, y);   // Tensor<readonly [64, 64, 2]>
 */
export const atan2 = zip('atan2', 'atan2');

/**
 * x kept within [low, high], plain numbers; beyond them the gradient is 0. NaN stays NaN.
 *
 * @example
 * const safe = clamp(-1, 1, y);   // Tensor<readonly [64, 64, 2]>
 */
export const clamp = <S extends Shape>(low: number, high: number, x: Tensor<S>): Tensor<S> => {
  if (low > high) return refuse('clamp', `the lower bound ${low} is above the upper bound ${high}`);
  const scalar = (value: number): Tensor<readonly []> => apply('clamp', { op: 'constant', shape: [], value });
  const above: Tensor<S> = apply('clamp', { op: 'zip', fn: 'max' }, x, scalar(low));
  return apply('clamp', { op: 'zip', fn: 'min' }, above, scalar(high));
};
