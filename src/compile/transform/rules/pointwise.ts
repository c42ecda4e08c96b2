/** Derivatives of the pointwise functions. */

import type { MapFunction, ZipFunction } from '../../../dsl/op.js';
import type { Tensor } from '../../../dsl/tensor.js';
import {
  absolute,
  add,
  affine,
  cos,
  div,
  exp,
  filled,
  greater,
  larger,
  mul,
  sigmoid,
  sign,
  sin,
  square,
  where,
} from '../raw.js';

/** dx times the derivative of the function at x, with value y; undefined if the derivative is zero everywhere. */
export const mapTangent = (fn: MapFunction, x: Tensor, y: Tensor, dx: Tensor): Tensor | undefined => {
  switch (fn) {
    case 'tanh':
      return mul(dx, affine(-1, square(y), 1));
    case 'relu':
      // y is 0 where x is not above it, and NaN where x is
      return mul(dx, sign(y));
    case 'sigmoid':
      return mul(dx, mul(y, affine(-1, y, 1)));
    case 'softplus':
      return mul(dx, sigmoid(x));
    case 'sin':
      return mul(dx, cos(x));
    case 'cos':
      return affine(-1, mul(dx, sin(x)));
    case 'exp':
      return mul(dx, y);
    case 'log':
      return div(dx, x);
    case 'sqrt':
      return div(affine(0.5, dx), y);
    case 'square':
      return mul(dx, affine(2, x));
    case 'abs':
      return mul(dx, sign(x));
    case 'reciprocal':
      return affine(-1, mul(mul(dx, y), y));
    case 'erf':
      return mul(dx, affine(2 / Math.sqrt(Math.PI), exp(affine(-1, square(x)))));
    case 'sign':
    case 'floor':
    case 'stopGradient':
      return undefined;
  }
};

/** The derivative with respect to one argument, as a linear map of tangents (and, pointwise, of cotangents). */
export type LinearMap = (change: Tensor) => Tensor;

/** The derivatives with respect to both arguments. */
export interface ZipDerivatives {
  readonly a: LinearMap;
  readonly b: LinearMap;
}

const times =
  (factor: number | Tensor): LinearMap =>
  (change) =>
    typeof factor === 'number' ? affine(factor, change) : mul(change, factor);

/** The derivatives of a function of two arguments, where its value is y; undefined if they are zero everywhere. */
export const zipDerivatives = (
  fn: ZipFunction,
  a: Tensor,
  b: Tensor,
  y: Tensor,
): ZipDerivatives | undefined => {
  switch (fn) {
    case 'add':
      return { a: times(1), b: times(1) };
    case 'sub':
      return { a: times(1), b: times(-1) };
    case 'mul':
      return { a: times(b), b: times(a) };
    case 'div':
      // b^2 and 1 / b could over- or underflow although the result does not
      return { a: (change) => div(change, b), b: (change) => affine(-1, div(mul(change, y), b)) };
    case 'max': {
      // If both are equal, the gradient goes to a.
      const second = greater(b, a);
      return { a: times(affine(-1, second, 1)), b: times(second) };
    }
    case 'min': {
      const second = greater(a, b);
      return { a: times(affine(-1, second, 1)), b: times(second) };
    }
    case 'greater':
    case 'greaterEqual':
      return undefined;
    case 'atan2':
      return angleDerivatives(a, b);
  }
};

/**
 * The derivatives of the angle of (b, a): b / r^2 and -a / r^2, both 0 at the origin. Both are divided by the larger
 * of |a| and |b| first, so that r^2 is between 1 and 2 and does not overflow.
 */
const angleDerivatives = (a: Tensor, b: Tensor): ZipDerivatives => {
  const size = larger(absolute(a), absolute(b));
  const one = filled(1, []);
  const unit = where(size, size, one);
  const [u, v] = [div(a, unit), div(b, unit)];
  const total = larger(add(square(u), square(v)), one);
  return {
    a: (change) => div(mul(change, div(v, total)), unit),
    b: (change) => affine(-1, div(mul(change, div(u, total)), unit)),
  };
};
