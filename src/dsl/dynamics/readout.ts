/**
 * Temporal readouts: from a sequence [T, ...S, C] of lines, fields or volumes to features of each site [...S, F].
 *
 * Features are ordered k C + channel, as in the reference.
 */

import { dense } from '../functions/dense.js';
import { spectrum } from '../functions/reduce.js';
import { at, timeToChannels } from '../functions/structure.js';
import type { WeightOptions } from '../functions/weighted.js';
import type { Layer } from '../identity.js';
import { layer, parameterOf } from '../layer.js';
import { checkedOptions } from '../options.js';
import { type Bins, bins, type Filled, type Shape, showShape, type Times } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

type Sequence<T extends number, S extends Shape, C extends number> = Tensor<readonly [T, ...S, C]>;

/** Axes in another order; callers state the types. */
const turned = <S extends Shape>(operation: string, x: Tensor, axes: readonly number[]): Tensor<S> =>
  apply(operation, { op: 'transpose', axes }, x);

/** Time as the last axis: [T, ...S, C] → [...S, C, T]. */
const timeLastOf = <T extends number, S extends Shape, C extends number>(
  operation: string,
  sequence: Sequence<T, S, C>,
): Tensor<readonly [...S, C, T]> => {
  const shape: Shape = shapeOf(sequence);
  return shape.length < 2
    ? refuse(operation, `expected a sequence [T,...,C], got ${showShape(shape)}`)
    : turned(operation, sequence, [...shape.slice(1).map((_, i) => i + 1), 0]);
};

/** Features of each site from time's own last axis [...S, C, K], ordered k C + channel. */
const fromTimeLast = <K extends number, S extends Shape, C extends number>(
  operation: string,
  projected: Tensor<readonly [...S, C, K]>,
): Tensor<readonly [...S, Times<K, C>]> => {
  const last = shapeOf(projected).length - 1;
  const axes = [
    last,
    ...shapeOf(projected)
      .slice(1)
      .map((_, i) => i),
  ];
  const first: Tensor<readonly [K, ...S, C]> = turned(operation, projected, axes);
  return timeToChannels<K, S, C>(first);
};

/** Options of a projection over time; a text alone is its name. */
export type ProjectionOptions<V extends ArrayLike<number> = ArrayLike<number>> = Omit<
  WeightOptions<V>,
  'biasInit'
>;
const projecting = { init: true, trainable: true, name: true } as const;

/**
 * A learned projection over time, T → K without bias, shared by all channels and sites: [T, ...S, C] → [...S, K C].
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
  return <T extends number, S extends Shape, C extends number>(
    sequence: Sequence<T, S, C> & Filled<'projection', readonly [T, K], V>,
  ): Tensor<readonly [...S, Times<K, C>]> => {
    const projected: Tensor<readonly [...S, C, K]> = project(timeLastOf<T, S, C>('projection', sequence));
    return fromTimeLast<K, S, C>('projection', projected);
  };
};

/**
 * Magnitude of the real FFT over time: [T, ...S, C] → [...S, (floor(T/2)+1) C].
 *
 * @example
 * const tones = spectral(sequence);   // Tensor<readonly [64, 64, 102]>
 */
export const spectral = <T extends number, S extends Shape, C extends number>(
  sequence: Sequence<T, S, C>,
): Tensor<readonly [...S, Times<Bins<T>, C>]> => {
  const heard: Tensor<readonly [Bins<T>, ...S, C]> = spectrum<T, readonly [...S, C]>(sequence);
  return timeToChannels<Bins<T>, S, C>(heard);
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
 * The mean over time: [T, ...S] → S.
 *
 * @example
 * const level = meanOverTime(sequence);   // Tensor<readonly [64, 64, 2]>
 */
export const meanOverTime = <S extends Shape>(
  sequence: Tensor<readonly [number, ...S]>,
): Tensor<readonly [...S]> => apply('mean', { op: 'reduce', fn: 'mean', axes: [0] }, sequence);

/**
 * The maximum over time: [T, ...S] → S.
 *
 * @example
 * const crest = maxOverTime(sequence);   // Tensor<readonly [64, 64, 2]>
 */
export const maxOverTime = <S extends Shape>(
  sequence: Tensor<readonly [number, ...S]>,
): Tensor<readonly [...S]> => apply('max', { op: 'reduce', fn: 'max', axes: [0] }, sequence);

/**
 * The readouts of the reference, by name.
 *
 * @example
 * readouts.length; // => 5
 */
export const readouts = ['linear', 'fft', 'last', 'mean', 'max'] as const;
/** The name of a readout. */
export type Readout = (typeof readouts)[number];

/** As many learned features as a spectrum has bins, which depends on the length of the sequence. */
const asManyAsBins =
  (self: Layer, { init = 'pytorch', trainable = true }: ProjectionOptions) =>
  <T extends number, S extends Shape, C extends number>(
    sequence: Sequence<T, S, C>,
  ): Tensor<readonly [...S, number]> => {
    const steps: number = shapeOf(sequence)[0] ?? 1;
    const timeLast = timeLastOf<T, S, C>('readout', sequence);
    const weight = parameterOf(self, 'weight', [steps, bins(steps)], { init, trainable });
    const projected: Tensor<readonly [...S, C, number]> = apply('readout', { op: 'dense' }, timeLast, weight);
    return fromTimeLast<number, S, C>('readout', projected);
  };

/**
 * The readout of this name. `linear` projects to floor(T/2)+1 features, as many as the FFT has bins; its parameter
 * is projection/weight [T, floor(T/2)+1], and the options are of it. How many features come out depends on the name, so
 * the last size is known when the program is built.
 *
 * @example
 * const features = readout('fft')(sequence);   // Tensor<readonly [64, 64, number]>
 * shapeOf(features); // => [64, 64, 102]
 */
export const readout = (name: Readout, options: ProjectionOptions = {}) => {
  const given = checkedOptions('readout', options, projecting);
  const project = asManyAsBins(layer('projection', given.name ?? 'projection'), given);
  return <T extends number, S extends Shape, C extends number>(
    sequence: Sequence<T, S, C>,
  ): Tensor<readonly [...S, number]> => {
    switch (name) {
      case 'linear':
        return project(sequence);
      case 'fft':
        return spectral<T, S, C>(sequence);
      case 'last':
        return last<readonly [...S, C]>(sequence);
      case 'mean':
        return meanOverTime<readonly [...S, C]>(sequence);
      case 'max':
        return maxOverTime<readonly [...S, C]>(sequence);
    }
  };
};
