/** Channels: slices of the last axis, and vectors on an axis of their own. */

import { type Shape, showShape, type Times } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/**
 * `size` entries from `begin` along the last axis: one gate out of four, one component of a vector.
 *
 * @example
 * const second = channels(y, 1, 1);   // Tensor<readonly [64, 64, 1]>
 */
export const channels = <R extends Shape, const N extends number>(
  x: Tensor<readonly [...R, number]>,
  begin: number,
  size: N,
): Tensor<readonly [...R, N]> => {
  const rest = shapeOf(x).slice(0, -1);
  return apply('channels', { op: 'slice', begin: [...rest.map(() => 0), begin], size: [...rest, size] }, x);
};

/**
 * Channels as `groups` vectors of n components, on an axis of their own: [...R, groups n] → [...R, groups, n].
 *
 * Sizes are compared when the program is built, so that it can be used where a model is generic over its sizes.
 *
 * @example
 * const vectors = pipe(image, conv(12), splitChannels(4, 3), normalise());   // Tensor<readonly [64, 64, 4, 3]>
 */
export const splitChannels =
  <const G extends number, const N extends number>(groups: G, n: N) =>
  <R extends Shape>(x: Tensor<readonly [...R, number]>): Tensor<readonly [...R, G, N]> => {
    const shape = shapeOf(x);
    const rest = shape.slice(0, -1);
    return shape.length > 0 && shape[rest.length] === groups * n
      ? apply('splitChannels', { op: 'reshape', shape: [...rest, groups, n] }, x)
      : refuse('splitChannels', `the channels of ${showShape(shape)} are not ${groups} vectors of ${n}`);
  };

/**
 * Vectors as channels again, component after component: [...R, G, N] → [...R, G N]. Undoes `splitChannels`.
 *
 * @example
 * const flat = pipe(y, splitChannels(1, 2), mergeChannels);   // Tensor<readonly [64, 64, 2]>
 */
export const mergeChannels = <R extends Shape, G extends number, N extends number>(
  x: Tensor<readonly [...R, G, N]>,
): Tensor<readonly [...R, Times<G, N>]> => {
  const shape = shapeOf(x);
  if (shape.length < 2) return refuse('mergeChannels', `expected vectors [...,G,N], got ${showShape(shape)}`);
  const [groups, n] = shape.slice(-2);
  return apply('mergeChannels', { op: 'reshape', shape: [...shape.slice(0, -2), groups * n] }, x);
};
