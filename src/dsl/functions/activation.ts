/** Activations that are made of others. */

import type { DivisibleBy, FloorDiv, Shape } from '../shape.js';
import { showShape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/**
 * x times the probability that a standard normal number is below x, by the error function: x (1 + erf(x / sqrt 2)) / 2
 * (Hendrycks & Gimpel 2016), not its approximation by tanh. Below -5 it is 0 up to 1e-6, since 1 is rounded.
 *
 * @example
 * const features = pipe(image, conv(8), gelu);   // Tensor<readonly [64, 64, 8]>
 */
export const gelu = <S extends Shape>(x: Tensor<S>): Tensor<S> => {
  const scaled = apply('gelu', { op: 'affine', scale: Math.SQRT1_2, shift: 0 }, x);
  const ends = apply('gelu', { op: 'map', fn: 'erf' }, scaled);
  const below = apply('gelu', { op: 'affine', scale: 0.5, shift: 0.5 }, ends);
  return apply('gelu', { op: 'zip', fn: 'mul' }, x, below);
};

/**
 * The first half of the channels (last axis) times the sigmoid of the second half (Dauphin et al. 2017): [..., C] →
 * [..., C / 2].
 *
 * Refuses an odd number of channels.
 *
 * @example
 * const gated = pipe(image, conv(8), glu);   // Tensor<readonly [64, 64, 4]>
 */
export const glu = <R extends Shape, C extends number>(
  x: Tensor<readonly [...R, C]> & DivisibleBy<C, 2>,
): Tensor<readonly [...R, FloorDiv<C, 2>]> => {
  const shape = shapeOf(x);
  const rest = shape.slice(0, -1);
  const channels = shape.at(-1) ?? 0;
  if (channels === 0 || channels % 2 === 1)
    return refuse('glu', `the channels of ${showShape(shape)} are not two halves`);
  const half = (begin: number): Tensor =>
    apply('glu', { op: 'slice', begin: [...rest.map(() => 0), begin], size: [...rest, channels / 2] }, x);
  const gate = apply('glu', { op: 'map', fn: 'sigmoid' }, half(channels / 2));
  return apply('glu', { op: 'zip', fn: 'mul' }, half(0), gate);
};
