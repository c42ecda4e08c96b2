/**
 * Temporal readouts: from a sequence [T, H, W, C] to features of each pixel [H, W, F].
 *
 * Features are ordered k C + channel, as in the reference.
 */

import { dense } from '../dense.js';
import type { Layer } from '../identity.js';
import { layer, parameterOf } from '../layer.js';
import { checkedOptions } from '../options.js';
import { max, mean, spectrum } from '../reduce.js';
import { type Bins, bins, type Filled, type Shape, showShape, type Times } from '../shape.js';
import { at, timeToChannels, transpose } from '../structure.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import type { WeightOptions } from '../weighted.js';

type Sequence<T extends number, H extends number, W extends number, C extends number> = Tensor<
  readonly [T, H, W, C]
>;

/** Features of each pixel from time's own last axis [H, W, C, K], ordered k C + channel. */
const fromTimeLast = <K extends number, H extends number, W extends number, C extends number>(
  projected: Tensor<readonly [H, W, C, K]>,
): Tensor<readonly [H, W, Times<K, C>]> => {
  const first: Tensor<readonly [K, H, W, C]> = transpose(3, 0, 1, 2)(projected);
  return timeToChannels(first);
};

/** Options of a projection over time; a text alone is its name. */
export type ProjectionOptions<V extends ArrayLike<number> = ArrayLike<number>> = Omit<
  WeightOptions<V>,
  'biasInit'
>;
const projecting = { init: true, trainable: true, name: true } as const;

/**
 * A learned projection over time, T → K without bias, shared by all channels and pixels: [T, H, W, C] → [H, W, K C].
 *
 * Parameters: weight [T, K].
 *
 * @example
 * const listened = pipe(sequence, projection(16));   // Tensor<readonly [64, 64, 32]>
 */
export const projection = <const K extends number, const V extends ArrayLike<number> = ArrayLike<number>>(
  features: K,
  options: string | ProjectionOptions<V> = {},
) => {
  const given: ProjectionOptions = typeof options === 'string' ? { name: options } : options;
  const { name = 'projection', init, trainable } = checkedOptions('projection', given, projecting);
  const project = dense(features, {
    bias: false,
    name,
    init: init ?? 'pytorch',
    trainable: trainable ?? true,
  });
  return <T extends number, H extends number, W extends number, C extends number>(
    sequence: Sequence<T, H, W, C> & Filled<'projection', readonly [T, K], V>,
  ): Tensor<readonly [H, W, Times<K, C>]> => {
    const shape: Shape = shapeOf(sequence);
    if (shape.length !== 4)
      return refuse('projection', `expected a sequence [T,H,W,C], got ${showShape(shape)}`);
    const timeLast: Tensor<readonly [H, W, C, T]> = transpose(1, 2, 3, 0)(sequence);
    const projected: Tensor<readonly [H, W, C, K]> = project(timeLast);
    return fromTimeLast(projected);
  };
};

/**
 * Magnitude of the real FFT over time: [T, H, W, C] → [H, W, (floor(T/2)+1) C].
 *
 * @example
 * const tones = spectral(sequence);   // Tensor<readonly [64, 64, 102]>
 */
export const spectral = <T extends number, H extends number, W extends number, C extends number>(
  sequence: Sequence<T, H, W, C>,
): Tensor<readonly [H, W, Times<Bins<T>, C>]> => {
  const heard: Tensor<readonly [Bins<T>, H, W, C]> = spectrum(sequence);
  return timeToChannels(heard);
};

/**
 * The last state: [T, ...S] → S.
 *
 * @example
 * const end = last(sequence);   // Tensor<readonly [64, 64, 2]>
 */
export const last = <S extends Shape>(sequence: Tensor<readonly [number, ...S]>): Tensor<readonly [...S]> =>
  at(sequence, -1);

/**
 * The mean over time: [T, H, W, C] → [H, W, C].
 *
 * @example
 * const level = meanOverTime(sequence);   // Tensor<readonly [64, 64, 2]>
 */
export const meanOverTime = <H extends number, W extends number, C extends number>(
  sequence: Sequence<number, H, W, C>,
): Tensor<readonly [H, W, C]> => mean(0)(sequence);

/**
 * The maximum over time: [T, H, W, C] → [H, W, C].
 *
 * @example
 * const crest = maxOverTime(sequence);   // Tensor<readonly [64, 64, 2]>
 */
export const maxOverTime = <H extends number, W extends number, C extends number>(
  sequence: Sequence<number, H, W, C>,
): Tensor<readonly [H, W, C]> => max(0)(sequence);

/**
 * The readouts of the reference, by name.
 *
 * @example
 * readouts.length; // => 5
 */
export const readouts = ['linear', 'fft', 'last', 'mean', 'max'] as const;
/** The name of a readout. */
export type Readout = (typeof readouts)[number];

/** As many learned features as a spectrum has bins; how many is known only when a sequence comes. */
const asManyAsBins =
  (self: Layer, { init = 'pytorch', trainable = true }: ProjectionOptions) =>
  <T extends number, H extends number, W extends number, C extends number>(
    sequence: Sequence<T, H, W, C>,
  ): Tensor<readonly [H, W, number]> => {
    const steps: number = shapeOf(sequence)[0] ?? 1;
    const timeLast: Tensor<readonly [H, W, C, T]> = transpose(1, 2, 3, 0)(sequence);
    const weight = parameterOf(self, 'weight', [steps, bins(steps)], { init, trainable });
    const projected: Tensor<readonly [H, W, C, number]> = apply('readout', { op: 'dense' }, timeLast, weight);
    return fromTimeLast(projected);
  };

/**
 * The readout of this name. `linear` projects to floor(T/2)+1 features, as many as the FFT has bins; its parameter
 * is projection/weight [T, floor(T/2)+1], and the options are of it. How many features come out depends on the name, so the last size is known
 * when the program is built.
 *
 * @example
 * const features = readout('fft')(sequence);   // Tensor<readonly [64, 64, number]>
 * shapeOf(features); // => [64, 64, 102]
 */
export const readout = (name: Readout, options: ProjectionOptions = {}) => {
  const given = checkedOptions('readout', options, projecting);
  const project = asManyAsBins(layer('projection', given.name ?? 'projection'), given);
  return <T extends number, H extends number, W extends number, C extends number>(
    sequence: Sequence<T, H, W, C>,
  ): Tensor<readonly [H, W, number]> => {
    switch (name) {
      case 'linear':
        return project(sequence);
      case 'fft':
        return spectral(sequence);
      case 'last':
        return last(sequence);
      case 'mean':
        return meanOverTime(sequence);
      case 'max':
        return maxOverTime(sequence);
    }
  };
};
