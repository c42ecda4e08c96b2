/** Normalisation of each sample by itself, with a learned scale and shift for each channel. */

import type { Layer } from '../identity.js';
import { layer, parameterOf } from '../layer.js';
import { checkedOptions } from '../options.js';
import { type DivisibleBy, type LastOf, type Shape, showShape, volume } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { standardise } from './reduce.js';

/** Options of layer, group and instance norm. */
export interface NormOptions {
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
  /** Whether the optimiser changes scale and shift; default true. */
  readonly trainable?: boolean;
  /** Instead of `layerNorm1`, `groupNorm1`, `instanceNorm1`, ... */
  readonly name?: string;
}

/** A layer with the options that it was given. */
interface Norm {
  readonly self: Layer;
  readonly epsilon: number;
  readonly trainable: boolean;
}

const normOf = (operation: string, options: NormOptions): Norm => {
  const {
    epsilon = 1e-5,
    trainable = true,
    name,
  } = checkedOptions(operation, options, {
    epsilon: true,
    trainable: true,
    name: true,
  });
  return { self: layer(operation, name), epsilon, trainable };
};

/** A number for each channel, at every site. */
const atEverySite = (operation: string, shape: Shape, perChannel: Tensor): Tensor => {
  const sizes = shape.map((n, axis) => (axis === shape.length - 1 ? n : 1));
  const line = apply(operation, { op: 'reshape', shape: sizes }, perChannel);
  return apply(operation, { op: 'broadcast', shape: [...shape] }, line);
};

/** Times the scale of each channel, plus its shift. */
const scaled = <S extends Shape>({ self, trainable }: Norm, x: Tensor): Tensor<S> => {
  const shape = shapeOf(x);
  const channels = shape.slice(-1);
  const scale = parameterOf(self, 'scale', channels, { init: { constant: 1 }, trainable });
  const shift = parameterOf(self, 'shift', channels, { init: 'zeros', trainable });
  const larger = apply(self.kind, { op: 'zip', fn: 'mul' }, x, atEverySite(self.kind, shape, scale));
  return apply(self.kind, { op: 'zip', fn: 'add' }, larger, atEverySite(self.kind, shape, shift));
};

/**
 * At each site mean 0 and variance 1 over its channels (the last axis), then scaled and shifted (Ba, Kiros & Hinton 2016);
 * the variance is the biased one. Of each sample by itself: the same in training and inference, and it may stand in a scan.
 * Parameters, [C]: scale, shift. One group of `groupNorm` normalises over all sites instead.
 *
 * @example
 * const tame = pipe(sequence, layerNorm());   // Tensor<readonly [100, 64, 64, 2]>
 */
export const layerNorm = (options: NormOptions = {}) => {
  const norm = normOf('layerNorm', options);
  return <S extends Shape>(x: Tensor<S>): Tensor<S> =>
    shapeOf(x).length === 0
      ? refuse('layerNorm', 'a scalar has no channels')
      : scaled(norm, standardise(undefined, norm.epsilon)(x));
};

/** The mean over all sites and over each group of channels, as a number for each channel. */
const groupMean = (operation: string, groups: number, x: Tensor): Tensor => {
  const shape = shapeOf(x);
  const channels = shape[shape.length - 1];
  const sites = shape.slice(0, -1).map((_, axis) => axis);
  const each = sites.length === 0 ? x : apply(operation, { op: 'reduce', fn: 'mean', axes: sites }, x);
  if (groups === channels) return each;
  const grouped = apply(operation, { op: 'reshape', shape: [groups, channels / groups] }, each);
  const means = apply(operation, { op: 'reduce', fn: 'mean', axes: [1] }, grouped);
  const column = apply(operation, { op: 'reshape', shape: [groups, 1] }, means);
  const spread = apply(operation, { op: 'broadcast', shape: [groups, channels / groups] }, column);
  return apply(operation, { op: 'reshape', shape: [channels] }, spread);
};

const normalised = <S extends Shape>(norm: Norm, groups: number, x: Tensor<S>): Tensor<S> => {
  const { self, epsilon } = norm;
  const shape = shapeOf(x);
  const zip = (fn: 'sub' | 'div', a: Tensor, b: Tensor): Tensor => apply(self.kind, { op: 'zip', fn }, a, b);
  const centred = zip('sub', x, atEverySite(self.kind, shape, groupMean(self.kind, groups, x)));
  const squares = apply(self.kind, { op: 'map', fn: 'square' }, centred);
  const variance = groupMean(self.kind, groups, squares);
  const guarded = apply(self.kind, { op: 'affine', scale: 1, shift: epsilon }, variance);
  const deviation = apply(self.kind, { op: 'map', fn: 'sqrt' }, guarded);
  return scaled(norm, zip('div', centred, atEverySite(self.kind, shape, deviation)));
};

/**
 * Mean 0 and variance 1 over all sites and the channels of each group (neighbours on the last axis), then scaled and shifted
 * by channel (Wu & He 2018); the variance is the biased one. Of each sample by itself, as `layerNorm`. Parameters, [C]:
 * scale, shift.
 *
 * Refuses groups that do not divide the channels.
 *
 * @example
 * const tame = pipe(image, conv(8), groupNorm(4), relu);   // Tensor<readonly [64, 64, 8]>
 */
export const groupNorm = <const G extends number>(groups: G, options: NormOptions = {}) => {
  const norm = normOf('groupNorm', options);
  return <S extends Shape>(x: Tensor<S> & DivisibleBy<LastOf<S>, G>): Tensor<S> => {
    const shape = shapeOf(x);
    const channels = shape.at(-1) ?? 0;
    return Number.isSafeInteger(groups) && groups >= 1 && channels >= 1 && channels % groups === 0
      ? normalised<S>(norm, groups, x)
      : refuse('groupNorm', `${groups} groups do not divide the channels of ${showShape(shape)}`);
  };
};

/**
 * Mean 0 and variance 1 over all sites of each channel, then scaled and shifted (Ulyanov, Vedaldi & Lempitsky 2016):
 * `groupNorm` with a group for each channel. Parameters, [C]: scale, shift.
 *
 * Refuses a value with one site, which would be its shift whatever it is.
 *
 * @example
 * const contrast = pipe(image, conv(8), instanceNorm());   // Tensor<readonly [64, 64, 8]>
 */
export const instanceNorm = (options: NormOptions = {}) => {
  const norm = normOf('instanceNorm', options);
  return <S extends Shape>(x: Tensor<S>): Tensor<S> => {
    const shape = shapeOf(x);
    return shape.length > 0 && volume(shape.slice(0, -1)) > 1
      ? normalised(norm, shape[shape.length - 1], x)
      : refuse('instanceNorm', `${showShape(shape)} has fewer than two sites to take the mean of`);
  };
};
