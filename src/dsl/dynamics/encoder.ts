/** Encoders and the per-pixel MLP: stacks of the same layer. */

import { type ConvOptions, conv, conv1d, conv3d } from '../functions/convolution.js';
import { dense } from '../functions/dense.js';
import { relu } from '../functions/pointwise.js';
import { type BiasedOptions, biasedOptions } from '../functions/weighted.js';
import { checkedOptions } from '../options.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { listOf } from '../untyped.js';

const { name: _, ...unnamed } = biasedOptions;

/** Options of an encoder, of all its layers. */
export type EncoderOptions = Omit<
  ConvOptions<number, 1, 'zero' | 'circular' | 'reflect'>,
  'stride' | 'dilation' | 'groups' | 'name'
>;
const known = { kernel: true, boundary: true, ...unnamed } as const;

/** The options of each layer. */
const layerOptions = (operation: string, options: EncoderOptions) =>
  ({
    ...checkedOptions(operation, options, known),
    stride: 1,
    boundary: options.boundary ?? 'zero',
  }) as const;

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
  options: EncoderOptions = {},
) => {
  const each = layerOptions('encoder', options);
  const layers = listOf('encoder', 'the hidden channels', hidden).map((channels) => conv(channels, each));
  const last = conv(out, each);
  return <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [H, W, O]> =>
    last(layers.reduce<Tensor<readonly [H, W, number]>>((y, layer) => relu(layer(y)), x));
};

/**
 * `encoder` of a line: [L, C] → [L, out].
 *
 * @example
 * const damping = relu(encoder1d([16, 16], 2)(line));   // Tensor<readonly [128, 2]>
 */
export const encoder1d = <const O extends number>(
  hidden: readonly number[],
  out: O,
  options: EncoderOptions = {},
) => {
  const each = layerOptions('encoder1d', options);
  const layers = listOf('encoder1d', 'the hidden channels', hidden).map((channels) => conv1d(channels, each));
  const last = conv1d(out, each);
  return <L extends number, C extends number>(x: Tensor<readonly [L, C]>): Tensor<readonly [L, O]> =>
    last(layers.reduce<Tensor<readonly [L, number]>>((y, layer) => relu(layer(y)), x));
};

/**
 * `encoder` of a volume: [D, H, W, C] → [D, H, W, out].
 *
 * @example
 * const damping = relu(encoder3d([4], 2)(zeros(8, 8, 8, 1)));   // Tensor<readonly [8, 8, 8, 2]>
 */
export const encoder3d = <const O extends number>(
  hidden: readonly number[],
  out: O,
  options: EncoderOptions = {},
) => {
  const each = layerOptions('encoder3d', options);
  const layers = listOf('encoder3d', 'the hidden channels', hidden).map((channels) => conv3d(channels, each));
  const last = conv3d(out, each);
  return <P extends number, H extends number, W extends number, C extends number>(
    x: Tensor<readonly [P, H, W, C]>,
  ): Tensor<readonly [P, H, W, O]> =>
    last(layers.reduce<Tensor<readonly [P, H, W, number]>>((y, layer) => relu(layer(y)), x));
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
  const layers = listOf('mlp', 'the hidden features', hidden).map((features) => dense(features, options));
  const last = dense(out, options);
  return <R extends Shape, I extends number>(x: Tensor<readonly [...R, I]>): Tensor<readonly [...R, O]> =>
    last(layers.reduce<Tensor<readonly [...R, number]>>((y, layer) => relu(layer(y)), x));
};
