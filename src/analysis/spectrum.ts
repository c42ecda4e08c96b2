/** The power of waves by wave number and frequency. */

import { type Complex, complex, dft, dft2, hann, powerOfTwo, waveNumber } from './transform.js';
import { historyOf, type Waves } from './waves.js';

/** Power over wave number and frequency. */
export interface KOmega {
  /** Lengths of the wave vector, radians a cell: the middle of each ring. */
  readonly waveNumbers: readonly number[];
  /** Cycles per unit of time, from 0 up. */
  readonly frequencies: readonly number[];
  /** [wave numbers, frequencies], mean power of the ring's wave vectors, both directions of travel together. */
  readonly power: Float64Array;
  /** Whether opposite edges were treated as neighbours; if not, space was windowed. */
  readonly joined: boolean;
}

/** Zero padding of a spectrum over time, as a multiple of the record's length; it makes the curve finer. */
const padding = 4;

/** The window for a plane without periodic edges. */
const planeWindow = (height: number, width: number): Float64Array =>
  Float64Array.from(
    { length: height * width },
    (_, site) => hann(site % width, width) * hann(Math.floor(site / width), height),
  );

/** The spatial transform of a windowed real field; its weighted mean stays at k = 0 without leakage. */
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
 * On a torus the spatial transform is exact. Elsewhere a periodic transform would see a step between opposite edges, so
 * space is windowed (Hann along each axis): a common oscillation stays at k = 0, and the resolution of a wave number is
 * about 4 pi over the number of sites along an axis. In time, the mean and the linear trend of each site are removed,
 * which would dominate everything, and a Hann window is applied: the resolution of a frequency is about 2 / (T dt).
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

/** The mean of several spectra with equal axes, for example of several images. */
export const meanSpectrum = (spectra: readonly KOmega[]): KOmega => ({
  ...spectra[0],
  power: spectra[0].power.map(
    (_, i) => spectra.reduce((sum, { power }) => sum + power[i], 0) / spectra.length,
  ),
});
