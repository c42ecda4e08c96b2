/** Linear maps over the last axis: the same at every site, the per-pixel layer. */

import { layer } from '../layer.js';
import { checkedOptions } from '../options.js';
import type { Filled, Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { lettersOf, product } from './einsum.js';
import { type BiasedOptions, biasedOptions, weighted } from './weighted.js';

/** Options of a dense layer. */
export type DenseOptions<V extends ArrayLike<number> = ArrayLike<number>> = BiasedOptions<V>;

/**
 * x weight + bias over the last axis: [..., I] → [..., features].
 *
 * Parameters: weight [I, features], bias [features].
 *
 * Fused kernels add up gradients of weights eight at a time, with zeros past the last feature: where feature i of x is
 * infinite, the gradients of the weights of the features after i may be NaN, since 0 times an infinity is. `opByOp` keeps
 * them apart; of finite numbers nothing differs.
 *
 * @example
 * const logits = pipe(features, dense(256), relu, dense(6));   // Tensor<readonly [64, 64, 6]>
 */
export const dense = <const F extends number, const V extends ArrayLike<number> = ArrayLike<number>>(
  features: F,
  options: DenseOptions<V> = {},
) => {
  const self = layer('dense', checkedOptions('dense', options, biasedOptions).name);
  return <R extends Shape, I extends number>(
    x: Tensor<readonly [...R, I]> & Filled<'dense', readonly [I, F], V>,
  ): Tensor<readonly [...R, F]> => {
    const shape = shapeOf(x);
    if (shape.length === 0) return refuse('dense', 'a scalar has no last axis');
    const inputs = shape[shape.length - 1];
    const fans = { fanIn: inputs, fanOut: features };
    return apply('dense', { op: 'dense' }, ...weighted(self, x, [inputs, features], features, fans, options));
  };
};

/**
 * x matrix over the last axis, with a matrix [I, F] that is itself an expression. Where the matrix differs between
 * samples it is a product as of `einsum`, else the product of a dense layer.
 *
 * @example
 * const rotation = data([0, -1, 1, 0], 2, 2);
 * const turned = matmul(y, rotation);   // Tensor<readonly [64, 64, 2]>
 */
export const matmul = <R extends Shape, I extends number, F extends number>(
  x: Tensor<readonly [...R, I]>,
  matrix: Tensor<readonly [NoInfer<I>, F]>,
): Tensor<readonly [...R, F]> => {
  const [from, to] = [shapeOf(x), shapeOf(matrix)];
  if (!matrix.expr.facts.perSample || to.length !== 2 || from.length === 0 || from[from.length - 1] !== to[0])
    return apply('matmul', { op: 'dense' }, x, matrix);
  const rows = lettersOf('matmul', x, 2).slice(1);
  return { expr: product({ a: [...rows, 'a'], b: ['a', 'b'], out: [...rows, 'b'] }, x, matrix).expr };
};
