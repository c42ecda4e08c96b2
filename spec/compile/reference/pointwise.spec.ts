import {
  abs,
  add,
  clamp,
  complement,
  cos,
  div,
  exp,
  fill,
  greater,
  log,
  maximum,
  minimum,
  mul,
  negate,
  offset,
  reciprocal,
  relu,
  scale,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  tanh,
} from '../../../src/dsl/index.js';
import { computed, hasValues } from './compute.js';

type Line = Tensor<readonly [3]>;

describe('reference: pointwise', () => {
  const x = [-2, 0, 1];
  const cases: readonly (readonly [string, (x: Line) => Line, readonly number[], readonly number[]])[] = [
    ['tanh', tanh, [0, Math.log(2), -Math.log(3)], [0, 3 / 5, -4 / 5]],
    ['relu', relu, x, [0, 0, 1]],
    ['sigmoid', sigmoid, [0, Math.log(3), -Math.log(3)], [1 / 2, 3 / 4, 1 / 4]],
    ['softplus', softplus, [0, Math.log(3), 1000], [Math.log(2), Math.log(4), 1000]],
    ['sin', sin, [0, Math.PI / 6, Math.PI / 2], [0, 1 / 2, 1]],
    ['cos', cos, [0, Math.PI / 3, Math.PI], [1, 1 / 2, -1]],
    ['exp', exp, [0, 1, Math.log(5)], [1, Math.E, 5]],
    ['log', log, [1, Math.E, 8], [0, 1, 3 * Math.LN2]],
    ['sqrt', sqrt, [0, 4, 2.25], [0, 2, 1.5]],
    ['square', square, x, [4, 0, 1]],
    ['abs', abs, x, [2, 0, 1]],
    ['reciprocal', reciprocal, [-2, 4, 1], [-0.5, 0.25, 1]],
    ['sign', sign, x, [-1, 0, 1]],
    ['stopGradient', stopGradient, x, x],
    ['scale', (v) => scale(3, v), x, [-6, 0, 3]],
    ['offset', (v) => offset(3, v), x, [1, 3, 4]],
    ['negate', negate, x, [2, 0, -1]],
    ['complement', (v) => complement(1, v), x, [3, 1, 0]],
    ['clamp', (v) => clamp(-1, 0.5, v), x, [-1, 0, 0.5]],
    ['add', (v) => add(v, square(v)), x, [2, 0, 2]],
    ['sub', (v) => sub(v, square(v)), x, [-6, 0, 0]],
    ['mul', (v) => mul(v, offset(1, v)), x, [2, 0, 2]],
    ['div', (v) => div(v, offset(1, square(v))), x, [-2 / 5, 0, 1 / 2]],
    ['maximum', (v) => maximum(v, negate(v)), x, [2, 0, 1]],
    ['minimum', (v) => minimum(v, negate(v)), x, [-2, 0, -1]],
    ['greater', (v) => greater(v, negate(v)), x, [0, 0, 1]],
    ['a scalar on the left', (v) => sub(fill(10), v), x, [12, 10, 9]],
    ['a scalar on the right', (v) => div(v, fill(2)), x, [-1, 0, 0.5]],
  ];
  for (const [name, f, from, to] of cases)
    it(name, () => {
      hasValues(computed([3], from, f), [3], to);
    });
});
