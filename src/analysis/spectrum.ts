/** How much of a wave swings at which wave number and which frequency. */

import { type Complex, complex, dft, dft2, hann, powerOfTwo, waveNumber } from './transform.js';
import { historyOf, type Waves } from './waves.js';

/** Power over wave number and frequency. */
export interface KOmega {
  /** Lengths of the wave vector, radians a cell: the middle of each ring. */
  readonly waveNumbers: readonly number[];
  /** Cycles a unit of time, from 0 up. */
  readonly frequencies: readonly number[];
  /** [wave numbers, frequencies], mean power of the ring's wave vectors, both directions of travel together. */
  readonly power: Float64Array;
  /** Whether opposite edges were taken for neighbours; where they were not, space went through a window. */
  readonly joined: boolean;
}

/** How finely a spectrum over time is drawn: the record is continued by so many times its length of silence. */
const padding = 4;

/** The window of a plane whose edges are not neighbours. */
const planeWindow = (height: number, width: number): Float64Array =>
  Float64Array.from(
    { length: height * width },
    (_, site) => hann(site % width, width) * hann(Math.floor(site / width), height),
  );

/** A real field to its wave vectors through a window; its mean there stays at k = 0 and leaks nowhere. */
const throughWindow = (height: number, width: number): ((frame: Complex) => void) => {
  const window = planeWindow(height, width);
  const sum = window.reduce((all, weight) => all + weight, 0);
  return ({ re, im }) => {
    const mean = re.reduce((all, value, site) => all + value * window[site], 0) / sum;
    for (let site = 0; site < window.length; site++) re[site] = (re[site] - mean) * window[site];
    dft2(height, width, { re, im });
    re[0] = mean * sum;
  };
};

/**
 * The k-omega spectrum of all channels together.
 *
 * On a torus space is transformed exactly. Elsewhere a transform that takes edges for neighbours would see a step between
 * them that no wave makes: space then goes through a window (Hann along each axis), what swings as a whole stays at k = 0,
 * and a wave number is told to about 4 pi over the sites along an axis. In time each site is freed of its mean and linear
 * trend, which would outshine everything, and windowed (Hann): a frequency is told to about 2 / (T dt).
 *
 * @example
 * kOmega(waves)   // power greatest where omega(k) is
 */
export const kOmega = (waves: Waves): KOmega => {
  const { steps, height, width, channels, dt, torus = true } = waves;
  const sites = height * width;
  const length = powerOfTwo(padding * steps);
  const bins = length / 2 + 1;
  const unit = (2 * Math.PI) / Math.max(height, width);
  const ringOf = (site: number): number =>
    Math.round(
      Math.hypot(waveNumber(site % width, width), waveNumber(Math.floor(site / width), height)) / unit,
    );
  const rings =
    1 +
    Array.from({ length: sites }, (_, site) => ringOf(site)).reduce(
      (a, b) => Math.max(a, b),
      Number.NEGATIVE_INFINITY,
    );
  const power = new Float64Array(rings * bins);
  const members = new Float64Array(rings);
  for (let site = 0; site < sites; site++) members[ringOf(site)] += channels;
  const overSpace = torus
    ? (frame: Complex): void => dft2(height, width, frame)
    : throughWindow(height, width);
  for (let channel = 0; channel < channels; channel++) {
    const frames = Array.from({ length: steps }, () => complex(sites));
    for (let site = 0; site < sites; site++) {
      const history = historyOf(waves, site, channel);
      for (let t = 0; t < steps; t++) frames[t].re[site] = history[t] * hann(t, steps);
    }
    for (const frame of frames) overSpace(frame);
    for (let site = 0; site < sites; site++) {
      const line = complex(length);
      for (let t = 0; t < steps; t++) {
        line.re[t] = frames[t].re[site];
        line.im[t] = frames[t].im[site];
      }
      const { re, im } = dft(line);
      const ring = ringOf(site);
      for (let k = 0; k < bins; k++) {
        const back = (length - k) % length;
        const both = re[k] ** 2 + im[k] ** 2 + (back === k ? 0 : re[back] ** 2 + im[back] ** 2);
        power[ring * bins + k] += both / members[ring];
      }
    }
  }
  return {
    waveNumbers: Array.from({ length: rings }, (_, ring) => ring * unit),
    frequencies: Array.from({ length: bins }, (_, k) => k / (length * dt)),
    power,
    joined: torus,
  };
};

/** The mean of several spectra of equal axes, such as of several images. */
export const meanSpectrum = (spectra: readonly KOmega[]): KOmega => ({
  ...spectra[0],
  power: spectra[0].power.map(
    (_, i) => spectra.reduce((sum, { power }) => sum + power[i], 0) / spectra.length,
  ),
});
