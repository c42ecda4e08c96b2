/** Encoders and the per-pixel MLP: stacks of the same layer. */

import { type ConvOptions, conv } from '../convolution.js';
import { dense } from '../dense.js';
import { checkedOptions } from '../options.js';
import { relu } from '../pointwise.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { type BiasedOptions, biasedOptions } from '../weighted.js';

const { name: _, ...unnamed } = biasedOptions;

/**
 * A stack of convolutions with ReLU between them, none after the last: [H, W, C] → [H, W, out].
 *
 * Zero boundary, kernel 3 and a bias, as the reference's encoders, unless the options say otherwise.
 *
 * @example
 * const damping = relu(encoder([16, 16], 2)(image));   // Tensor<readonly [64, 64, 2]>
 */
export const encoder = <const O extends number>(
  hidden: readonly number[],
  out: O,
  options: Omit<
    ConvOptions<number, 1, 'zero' | 'circular' | 'reflect'>,
    'stride' | 'dilation' | 'groups' | 'name'
  > = {},
) => {
  checkedOptions('encoder', options, { kernel: true, boundary: true, ...unnamed });
  const layers = hidden.map((channels) =>
    conv(channels, { ...options, stride: 1, boundary: options.boundary ?? 'zero' }),
  );
  const last = conv(out, { ...options, stride: 1, boundary: options.boundary ?? 'zero' });
  return <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [H, W, O]> =>
    last(layers.reduce<Tensor<readonly [H, W, number]>>((y, layer) => relu(layer(y)), x));
};

/**
 * The same multilayer perceptron at every site: dense layers with ReLU between them over the last axis.
 *
 * @example
 * const logits = mlp([256, 256, 256], 6)(features);   // Tensor<readonly [64, 64, 6]>
 */
export const mlp = <const O extends number>(
  hidden: readonly number[],
  out: O,
  options: Omit<BiasedOptions, 'name'> = {},
) => {
  checkedOptions('mlp', options, unnamed);
  const layers = hidden.map((features) => dense(features, options));
  const last = dense(out, options);
  return <R extends Shape, I extends number>(x: Tensor<readonly [...R, I]>): Tensor<readonly [...R, O]> =>
    last(layers.reduce<Tensor<readonly [...R, number]>>((y, layer) => relu(layer(y)), x));
};
