/**
 * Temporal readouts: from a sequence [T, H, W, C] to features of each pixel [H, W, F].
 *
 * Features are ordered k C + channel, as in the reference.
 */

import type { Multiply } from 'ts-arithmetic';
import { dense } from '../dense.js';
import { max, mean, spectrum } from '../reduce.js';
import type { Bins, Shape } from '../shape.js';
import { at, timeToChannels, transpose } from '../structure.js';
import { shapeOf, type Tensor } from '../tensor.js';

type Sequence<T extends number, H extends number, W extends number, C extends number> = Tensor<
  readonly [T, H, W, C]
>;

/**
 * A learned projection over time, T → K without bias, shared by all channels and pixels; F = K C.
 *
 * Parameters: projection/weight [T, K].
 */
export const projection = <const K extends number>(features: K, name = 'projection') => {
  const project = dense(features, { bias: false, name });
  return <T extends number, H extends number, W extends number, C extends number>(
    sequence: Sequence<T, H, W, C>,
  ): Tensor<readonly [H, W, Multiply<K, C>]> => {
    const timeLast: Tensor<readonly [H, W, C, T]> = transpose(1, 2, 3, 0)(sequence);
    const projected: Tensor<readonly [H, W, C, K]> = project(timeLast);
    const first: Tensor<readonly [K, H, W, C]> = transpose(3, 0, 1, 2)(projected);
    return timeToChannels(first);
  };
};

/** Magnitude of the real FFT over time, F = (floor(T/2)+1) C. */
export const spectral = <T extends number, H extends number, W extends number, C extends number>(
  sequence: Sequence<T, H, W, C>,
): Tensor<readonly [H, W, Multiply<Bins<T>, C>]> => {
  const bins: Tensor<readonly [Bins<T>, H, W, C]> = spectrum(sequence);
  return timeToChannels(bins);
};

/** The last state, F = C. */
export const last = <S extends Shape>(sequence: Tensor<readonly [number, ...S]>): Tensor<S> =>
  at(sequence, -1);

/** The mean over time, F = C. */
export const meanOverTime = <H extends number, W extends number, C extends number>(
  sequence: Sequence<number, H, W, C>,
): Tensor<readonly [H, W, C]> => mean(0)(sequence);

/** The maximum over time, F = C. */
export const maxOverTime = <H extends number, W extends number, C extends number>(
  sequence: Sequence<number, H, W, C>,
): Tensor<readonly [H, W, C]> => max(0)(sequence);

/** The readouts of the reference, by name. */
export const readouts = ['linear', 'fft', 'last', 'mean', 'max'] as const;
export type Readout = (typeof readouts)[number];

/**
 * The readout of this name. `linear` projects to floor(T/2)+1 features, as many as the FFT has bins. How many
 * features come out depends on the name, so the last size is known when the program is built.
 */
export const readout =
  (name: Readout) =>
  <T extends number, H extends number, W extends number, C extends number>(
    sequence: Sequence<T, H, W, C>,
  ): Tensor<readonly [H, W, number]> => {
    switch (name) {
      case 'linear':
        return projection(Math.floor(shapeOf(sequence)[0] / 2) + 1)(sequence);
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
