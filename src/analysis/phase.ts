/** Where waves come from and how fast they run: phase over space at the frequency that carries most. */

import { type Complex, complex, dft, hann, powerOfTwo } from './transform.js';
import { historyOf, type Waves } from './waves.js';

const padding = 16;

/**
 * The frequency of the greatest peak of one channel's power over time, summed over all sites; cycles a unit of time.
 * Between the bins of the padded spectrum a parabola through the logarithms finds it.
 */
export const dominantFrequency = (waves: Waves, channel: number): number => {
  const { steps, height, width, dt } = waves;
  const length = powerOfTwo(padding * steps);
  const power = new Float64Array(length / 2);
  for (let site = 0; site < height * width; site++) {
    const line = complex(length);
    const history = historyOf(waves, site, channel);
    for (let t = 0; t < steps; t++) line.re[t] = history[t] * hann(t, steps);
    const { re, im } = dft(line);
    for (let k = 0; k < power.length; k++) power[k] += re[k] ** 2 + im[k] ** 2;
  }
  // Less than half a swing in the whole record is a drift.
  const first = Math.max(1, Math.floor(length / (2 * steps)));
  let best = first;
  for (let k = first; k < power.length - 1; k++) if (power[k] > power[best]) best = k;
  const [left, middle, right] = [best - 1, best, best + 1].map((k) => Math.log(power[k] + Number.MIN_VALUE));
  const bend = left - 2 * middle + right;
  const shift = bend < 0 ? Math.max(-0.5, Math.min(0.5, (left - right) / (2 * bend))) : 0;
  return (best + shift) / (length * dt);
};

/** What swings at one frequency: y(x, t) is about Re a(x) e^{-2 pi i f t}, so that the phase grows along the way. */
export const amplitudeAt = (waves: Waves, channel: number, frequency: number): Complex => {
  const { steps, height, width, dt } = waves;
  const out = complex(height * width);
  let total = 0;
  for (let t = 0; t < steps; t++) total += hann(t, steps);
  for (let site = 0; site < height * width; site++) {
    const history = historyOf(waves, site, channel);
    for (let t = 0; t < steps; t++) {
      const angle = 2 * Math.PI * frequency * t * dt;
      const weight = (2 * history[t] * hann(t, steps)) / total;
      out.re[site] += weight * Math.cos(angle);
      out.im[site] += weight * Math.sin(angle);
    }
  }
  return out;
};

/** One channel at its dominant frequency, site by site in rows. */
export interface Propagation {
  readonly frequency: number;
  readonly amplitude: Float64Array;
  /** Radians, -pi .. pi; it grows in the direction in which the wave runs. */
  readonly phase: Float64Array;
  /** Cells a unit of time; NaN where too little swings, or nothing runs. */
  readonly speed: Float64Array;
  /** Radians from the x axis (to the right) towards the y axis (downwards); NaN where the speed is. */
  readonly direction: Float64Array;
  /** 0 for a standing wave, 1 for one that runs: |Im conj(a) grad a| / (|a| |grad a|). */
  readonly travelling: Float64Array;
}

/** Sites that swing less than this share of the greatest amplitude have no phase worth drawing. */
const quiet = 0.1;
/**
 * A phase that turns less than this from cell to cell tells no speed: half the wave number of the longest wave that
 * fits the torus.
 */
const flatOf = ({ height, width }: Waves): number => Math.PI / Math.max(height, width);

/** Where less than this runs, the wave stands: its phase jumps from cell to cell and tells no speed. */
const standing = 0.2;

/** The angle from a to b. */
const turn = ({ re, im }: Complex, a: number, b: number): number =>
  Math.atan2(re[a] * im[b] - im[a] * re[b], re[a] * re[b] + im[a] * im[b]);

/**
 * Phase, speed and direction of one channel at its dominant frequency, or at the one given.
 *
 * The wave vector is the phase's gradient: the mean of the turns to both neighbours, round the torus. Speed is
 * 2 pi f / |k|, a phase speed. Two waves that cross have no single speed; where `travelling` is small there is none.
 *
 * @example
 * propagation(waves, 0).speed   // of a plane wave cos(k x - w t): w / k everywhere
 */
export const propagation = (waves: Waves, channel: number, given?: number): Propagation => {
  const { height, width } = waves;
  const frequency = given ?? dominantFrequency(waves, channel);
  const a = amplitudeAt(waves, channel, frequency);
  const sites = height * width;
  const flat = flatOf(waves);
  const amplitude = Float64Array.from({ length: sites }, (_, site) => Math.hypot(a.re[site], a.im[site]));
  const loud = quiet * amplitude.reduce((most, value) => Math.max(most, value), 0);
  const speed = new Float64Array(sites).fill(Number.NaN);
  const direction = new Float64Array(sites).fill(Number.NaN);
  const travelling = new Float64Array(sites);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const right = row * width + ((column + 1) % width);
      const left = row * width + ((column + width - 1) % width);
      const below = ((row + 1) % height) * width + column;
      const above = ((row + height - 1) % height) * width + column;
      travelling[at] = share(a, at, [left, right], [above, below]);
      const kx = (turn(a, left, at) + turn(a, at, right)) / 2;
      const ky = (turn(a, above, at) + turn(a, at, below)) / 2;
      const k = Math.hypot(kx, ky);
      if (amplitude[at] > 0 && amplitude[at] >= loud && k >= flat && travelling[at] >= standing) {
        speed[at] = (2 * Math.PI * frequency) / k;
        direction[at] = Math.atan2(ky, kx);
      }
    }
  const phase = Float64Array.from({ length: sites }, (_, site) => Math.atan2(a.im[site], a.re[site]));
  return { frequency, amplitude, phase, speed, direction, travelling };
};

type Pair = readonly [number, number];

const share = ({ re, im }: Complex, at: number, across: Pair, down: Pair): number => {
  const slope = ([from, to]: Pair) => ({ re: (re[to] - re[from]) / 2, im: (im[to] - im[from]) / 2 });
  const [x, y] = [slope(across), slope(down)];
  const flux = (d: { readonly re: number; readonly im: number }): number => re[at] * d.im - im[at] * d.re;
  const size = Math.hypot(re[at], im[at]) * Math.hypot(x.re, x.im, y.re, y.im);
  return size < 1e-300 ? 0 : Math.min(1, Math.hypot(flux(x), flux(y)) / size);
};

/** Means over the sites that swing, each weighing as much as its energy (amplitude squared). */
export const summaryOf = ({ amplitude, speed, travelling }: Propagation) => {
  const loud = quiet * amplitude.reduce((most, value) => Math.max(most, value), 0);
  const sites = Array.from(amplitude.keys()).filter((site) => amplitude[site] > 0 && amplitude[site] >= loud);
  const weigh = (values: Float64Array): number => {
    const counted = sites.filter((site) => Number.isFinite(values[site]));
    const weight = counted.reduce((sum, site) => sum + amplitude[site] ** 2, 0);
    return counted.reduce((sum, site) => sum + values[site] * amplitude[site] ** 2, 0) / weight;
  };
  return { speed: weigh(speed), travelling: weigh(travelling) };
};
