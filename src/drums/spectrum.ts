/** The spectrum of a sound, its peaks, and their frequencies between the bins. Pure. */

import FourierTransform from 'fft.js';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../base/error.js';

/** The magnitudes of a sound's Fourier transform under a Hann window. */
export interface Spectrum {
  /** Frequency from one bin to the next: 1 / (T dt), in cycles per unit of time. */
  readonly resolution: number;
  /** Samples of the sound, T. */
  readonly samples: number;
  /** Bins 0 .. T/2. */
  readonly magnitudes: Float64Array;
}

/** A peak of a spectrum. */
export interface Peak {
  readonly bin: number;
  /** Frequency of the bin, accurate to half the resolution. */
  readonly raw: number;
  /** Frequency between the bins. */
  readonly frequency: number;
  /** Amplitude of the sinusoid. */
  readonly amplitude: number;
}

/** sin^2(pi t / T): its transform has three bins, and falls with the cube of the distance from a peak. */
const hann = (t: number, samples: number): number => Math.sin((Math.PI * t) / samples) ** 2;

/**
 * The spectrum of a sound sampled every `dt`.
 *
 * **Errors** DecodeError unless the sound has 2^n samples, n >= 3, all finite.
 *
 * @example
 * spectrumOf(Float32Array.from({ length: 64 }, (_, t) => Math.cos((2 * Math.PI * 8 * t) / 64)), 1)
 * // right: greatest at bin 8
 */
export const spectrumOf = (sound: ArrayLike<number>, dt: number): Checked<Spectrum> => {
  const samples = sound.length;
  if (samples < 8 || !Number.isInteger(Math.log2(samples)))
    return E.left(decodeError('sound', `${samples} samples: a spectrum needs 2^n of them, at least 8`));
  const values = Array.from(sound);
  if (!values.every(Number.isFinite))
    return E.left(decodeError('sound', 'it grew beyond all numbers: take a smaller time step'));
  const transform = new FourierTransform(samples);
  const bins: number[] = transform.createComplexArray();
  transform.realTransform(
    bins,
    values.map((value, t) => value * hann(t, samples)),
  );
  return E.right({
    resolution: 1 / (samples * dt),
    samples,
    magnitudes: Float64Array.from({ length: samples / 2 + 1 }, (_, k) =>
      Math.hypot(bins[2 * k], bins[2 * k + 1]),
    ),
  });
};

/**
 * The distance of a sinusoid from its greatest bin, computed from that bin and its two neighbours: -1/2 .. 1/2.
 *
 *     d = 2 (right - left) / (left + 2 middle + right)
 *
 * Exact for one sinusoid under a Hann window, but for terms of order 1/T^2 (Agrez, "Weighted multipoint
 * interpolated DFT", IEEE Trans. Instrum. Meas. 51, 2002). A parabola through log magnitudes is off by up to .016.
 */
export const betweenBins = (left: number, middle: number, right: number): number =>
  (2 * (right - left)) / (left + 2 * middle + right);

/** The response of a Hann window to a sinusoid `d` bins from the middle of a bin: 1 at d = 0. */
const windowed = (d: number): number =>
  Math.abs(d) < 1e-9 ? 1 : Math.sin(Math.PI * d) / (Math.PI * d * (1 - d * d));

export interface Listening {
  /** Peaks below this share of the greatest are ignored; default .01. */
  readonly floor?: number;
  /**
   * A peak is the maximum within this many bins. This excludes the first side lobe of a Hann window, 2.4 bins from
   * its peak and .024 of it; the next ones, below .0085, are under the floor. Two tones nearer than that count as
   * one. Default 4.
   */
  readonly apart?: number;
}

/**
 * The peaks of a spectrum by increasing frequency.
 *
 * @example
 * const [fundamental] = peaksOf(spectrum)
 */
export const peaksOf = (
  { magnitudes, resolution, samples }: Spectrum,
  { floor = 0.01, apart = 4 }: Listening = {},
): readonly Peak[] => {
  const least = floor * magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const greatest = (k: number): boolean => {
    for (let other = Math.max(0, k - apart); other <= Math.min(magnitudes.length - 1, k + apart); other++)
      if (magnitudes[other] > magnitudes[k] || (magnitudes[other] === magnitudes[k] && other < k))
        return false;
    return true;
  };
  const peaks: Peak[] = [];
  for (let k = 1; k < magnitudes.length - 1; k++) {
    if (magnitudes[k] === 0 || magnitudes[k] < least || !greatest(k)) continue;
    const d = betweenBins(magnitudes[k - 1], magnitudes[k], magnitudes[k + 1]);
    peaks.push({
      bin: k,
      raw: k * resolution,
      frequency: (k + d) * resolution,
      // The window halves the sum, and half of a sinusoid's amplitude is at the negative frequency.
      amplitude: (4 * magnitudes[k]) / (samples * windowed(d)),
    });
  }
  return peaks;
};
