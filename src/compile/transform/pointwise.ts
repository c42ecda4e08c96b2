/** Derivatives of the pointwise functions. */

import type { MapFunction, ZipFunction } from '../../dsl/op.js';
import type { Tensor } from '../../dsl/tensor.js';
import { affine, cos, div, filled, greater, mul, reciprocal, sigmoid, sign, sin, square } from './raw.js';

/** dx times the derivative of the function at x, whose value there is y; undefined where it is zero everywhere. */
export const mapTangent = (fn: MapFunction, x: Tensor, y: Tensor, dx: Tensor): Tensor | undefined => {
  switch (fn) {
    case 'tanh':
      return mul(dx, affine(-1, square(y), 1));
    case 'relu':
      return mul(dx, greater(x, filled(0, [])));
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
      return affine(-1, mul(dx, square(reciprocal(x))));
    case 'sign':
    case 'stopGradient':
      return undefined;
  }
};

/**
 * What a change of each argument does to the result, as a factor on that change: of the linear ones a number, of the
 * others a tensor. Undefined where there is no gradient.
 */
export interface ZipSlopes {
  readonly a: number | Tensor;
  readonly b: number | Tensor;
}

export const zipSlopes = (fn: ZipFunction, a: Tensor, b: Tensor, y: Tensor): ZipSlopes | undefined => {
  switch (fn) {
    case 'add':
      return { a: 1, b: 1 };
    case 'sub':
      return { a: 1, b: -1 };
    case 'mul':
      return { a: b, b: a };
    case 'div':
      return { a: reciprocal(b), b: affine(-1, div(y, b)) };
    case 'max': {
      // Where both are equal the gradient goes to a.
      const second = greater(b, a);
      return { a: affine(-1, second, 1), b: second };
    }
    case 'min': {
      const second = greater(a, b);
      return { a: affine(-1, second, 1), b: second };
    }
    case 'greater':
      return undefined;
  }
};

/** A change times its slope. */
export const sloped = (slope: number | Tensor, change: Tensor): Tensor =>
  typeof slope === 'number' ? affine(slope, change) : mul(change, slope);
