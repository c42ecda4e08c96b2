/** Where waves come from and how fast they run: phase over space at the frequency that carries most. */

import { isUnresolved, type Measured, type Unresolved, unresolved } from './measured.js';
import { fewestSteps, peakOf, type Records, swingAt } from './sinusoid.js';
import type { Complex } from './transform.js';
import type { Waves } from './waves.js';

/** With fewer cycles in a record its frequency is not told from a drift, nor a standing wave from one that runs. */
const fewestCycles = 1.5;

/** With fewer cycles across the lattice a wave's length is not told from that of a longer one. */
export const fewestAcross = 0.9;

const recordsOf = ({ steps, height, width, channels, values }: Waves, channel: number): Records => {
  const count = height * width;
  const out = new Float64Array(count * steps);
  for (let t = 0; t < steps; t++)
    for (let site = 0; site < count; site++)
      out[site * steps + t] = values[(t * count + site) * channels + channel];
  return { count, steps, values: out };
};

const finite = (values: Float64Array): boolean => values.every(Number.isFinite);

/** What one sinusoid explains of noise under the window: 3 / T, and more by chance where there are few sites. */
const byChance = ({ count, steps }: Records): number =>
  (3 / steps) * (1 + (4 * Math.log(Math.max(2, steps / 2))) / Math.sqrt(count));

export const cyclesText = (cycles: number): string => cycles.toFixed(1);

const frequencyOf = (records: Records, dt: number): Measured => {
  const { steps, values } = records;
  if (!finite(values)) return unresolved('some values are not finite numbers');
  if (steps < 2) return unresolved('one step shows nothing that changes');
  if (steps < fewestSteps) return unresolved(`${steps} steps are too few to tell a swing from a drift`);
  const peak = peakOf(records);
  if (peak === null)
    return unresolved('nothing swings: beside its mean and a linear trend every site is constant');
  if (peak.cycles < fewestCycles)
    return unresolved(
      `most of what changes makes less than ${fewestCycles} cycles (about ${cyclesText(peak.cycles)}) in the ${steps} steps, which tell frequencies apart by 1 / (T dt) = ${(1 / (steps * dt)).toPrecision(2)}`,
    );
  if (peak.share < byChance(records))
    return unresolved('no frequency stands out from the others: it is noise, or many waves at once');
  return peak.cycles / (steps * dt);
};

/**
 * The frequency of the sinusoid that says most of one channel, all sites together, beside an offset and a trend of each
 * site; cycles a unit of time, at most 1 / (2 dt): what is faster appears slower (aliasing).
 *
 * Unresolved with fewer than 1.5 cycles in the record, for what is constant, not finite, or noise.
 */
export const dominantFrequency = (waves: Waves, channel: number): Measured =>
  frequencyOf(recordsOf(waves, channel), waves.dt);

/** What swings at one frequency: y(x, t) is about Re a(x) e^{-2 pi i f t}, so that the phase grows along the way. */
export const amplitudeAt = (waves: Waves, channel: number, frequency: number): Complex =>
  swingAt(recordsOf(waves, channel), frequency * waves.steps * waves.dt);

/** One channel at its dominant frequency, site by site in rows. */
export interface Propagation {
  readonly frequency: number;
  /** How many of them the record holds. */
  readonly cycles: number;
  /** Whether it lies at the edge of what the steps can show: what is faster would appear as slower. */
  readonly nearNyquist: boolean;
  readonly amplitude: Float64Array;
  /** Radians, -pi .. pi; it grows in the direction in which the wave runs. */
  readonly phase: Float64Array;
  /** Cells a unit of time; NaN where too little swings, or nothing runs. */
  readonly speed: Float64Array;
  /** Radians from the x axis (to the right) towards the y axis (downwards); NaN where the speed is. */
  readonly direction: Float64Array;
  /** 0 for a standing wave, 1 for one that runs: |Im conj(a) grad a| / (|a| |grad a|); NaN where too little fits in. */
  readonly travelling: Float64Array;
  /** Root mean square over all sites, radians a cell. */
  readonly waveNumber: number;
  /** Cycles across the lattice, along the axis that has more of them. */
  readonly across: number;
  readonly sites: number;
  /** The mean way that it runs, of length 1 where all runs one way; null where nothing does. */
  readonly heading: { readonly x: number; readonly y: number } | null;
}

/** Sites that swing less than this share of the greatest amplitude have no phase worth drawing. */
export const quiet = 0.1;

/** Where less than this runs, the wave stands: its phase jumps from cell to cell and tells no speed. */
const standing = 0.2;

/** The angle from a to b. */
const turn = ({ re, im }: Complex, a: number, b: number): number =>
  Math.atan2(re[a] * im[b] - im[a] * re[b], re[a] * re[b] + im[a] * im[b]);

type Pair = readonly [before: number, after: number];

/** Neighbours along an axis of `n` places: round the torus, or at an edge the site itself. */
const pairOf = (at: number, n: number, torus: boolean, number: (place: number) => number): Pair =>
  torus
    ? [number((at + n - 1) % n), number((at + 1) % n)]
    : [number(Math.max(0, at - 1)), number(Math.min(n - 1, at + 1))];

interface Around {
  readonly across: Pair;
  readonly down: Pair;
  /** Steps between the two of a pair: 1 at an edge, else 2; 0 where there is no neighbour. */
  readonly far: readonly [across: number, down: number];
}

const aroundOf = ({ height, width, torus = true }: Waves, site: number): Around => {
  const [row, column] = [Math.floor(site / width), site % width];
  const across = pairOf(column, width, torus, (place) => row * width + place);
  const down = pairOf(row, height, torus, (place) => place * width + column);
  const steps = (at: number, n: number): number => (n < 2 ? 0 : torus || (at > 0 && at < n - 1) ? 2 : 1);
  return { across, down, far: [steps(column, width), steps(row, height)] };
};

const slopeOf = ({ re, im }: Complex, [from, to]: Pair, far: number) => ({
  re: far === 0 ? 0 : (re[to] - re[from]) / far,
  im: far === 0 ? 0 : (im[to] - im[from]) / far,
});

/** The site so many places further along an axis; null beyond an edge that is none of a torus. */
const further = (
  { height, width, torus = true }: Waves,
  axis: 'x' | 'y',
  site: number,
  places: number,
): number | null => {
  const [row, column] = [Math.floor(site / width), site % width];
  const [at, n] = axis === 'x' ? [column + places, width] : [row + places, height];
  if (!torus && at >= n) return null;
  return axis === 'x' ? row * width + (at % n) : (at % n) * width + column;
};

/** 2 sin(k places / 2) of the mean wave number k, root mean square over all pairs of sites so many places apart. */
const meanChange = (waves: Waves, a: Complex, axis: 'x' | 'y', places: number): number => {
  let [swing, change] = [0, 0];
  for (let site = 0; site < waves.height * waves.width; site++) {
    const next = further(waves, axis, site, places);
    if (next === null) continue;
    swing += (a.re[site] ** 2 + a.im[site] ** 2 + a.re[next] ** 2 + a.im[next] ** 2) / 2;
    change += (a.re[next] - a.re[site]) ** 2 + (a.im[next] - a.im[site]) ** 2;
  }
  return swing === 0 ? 0 : Math.min(2, Math.sqrt(change / swing));
};

/** Wave numbers up to this are read from pairs two places apart, on which noise weighs half as much. */
const longWave = 1;

/** The wave number along an axis, root mean square over all sites: of a wave that runs and of one that stands alike. */
const waveNumberAlong = (waves: Waves, a: Complex, axis: 'x' | 'y'): number => {
  const n = axis === 'x' ? waves.width : waves.height;
  if (n < 2) return 0;
  const near = 2 * Math.asin(meanChange(waves, a, axis, 1) / 2);
  return n < 5 || near > longWave ? near : Math.asin(meanChange(waves, a, axis, 2) / 2);
};

/**
 * Phase, speed and direction of one channel at its dominant frequency, or at the one given.
 *
 * The wave vector is the phase's gradient: the mean of the turns to both neighbours, round the torus where it is one.
 * Speed is 2 pi f / |k|, a phase speed. Two waves that cross have no single speed; where `travelling` is small there is
 * none. Unresolved as `dominantFrequency` is.
 *
 * @example
 * propagation(waves, 0).speed   // of a plane wave cos(k x - w t): w / k everywhere
 */
export const propagation = (waves: Waves, channel: number, given?: number): Propagation | Unresolved => {
  const { height, width, steps, dt } = waves;
  const records = recordsOf(waves, channel);
  const frequency = given ?? frequencyOf(records, dt);
  if (isUnresolved(frequency)) return frequency;
  const a = swingAt(records, frequency * steps * dt);
  const sites = height * width;
  const amplitude = Float64Array.from({ length: sites }, (_, site) => Math.hypot(a.re[site], a.im[site]));
  const loud = quiet * amplitude.reduce((most, value) => Math.max(most, value), 0);
  const speed = new Float64Array(sites).fill(Number.NaN);
  const direction = new Float64Array(sites).fill(Number.NaN);
  const travelling = new Float64Array(sites);
  let [fluxX, fluxY, fluxes] = [0, 0, 0];
  for (let site = 0; site < sites; site++) {
    const { across, down, far } = aroundOf(waves, site);
    const [x, y] = [slopeOf(a, across, far[0]), slopeOf(a, down, far[1])];
    const flux = (d: { readonly re: number; readonly im: number }): number =>
      a.re[site] * d.im - a.im[site] * d.re;
    const size = amplitude[site] * Math.hypot(x.re, x.im, y.re, y.im);
    travelling[site] = size < 1e-300 ? 0 : Math.min(1, Math.hypot(flux(x), flux(y)) / size);
    fluxX += flux(x);
    fluxY += flux(y);
    fluxes += Math.hypot(flux(x), flux(y));
    const gradient = ([before, after]: Pair, steps_: number): number =>
      steps_ === 0 ? 0 : (turn(a, before, site) + turn(a, site, after)) / steps_;
    const [kx, ky] = [gradient(across, far[0]), gradient(down, far[1])];
    const cyclesAcross = Math.max(Math.abs(kx) * width, Math.abs(ky) * height) / (2 * Math.PI);
    if (
      amplitude[site] > 0 &&
      amplitude[site] >= loud &&
      cyclesAcross >= fewestAcross / 2 &&
      travelling[site] >= standing
    ) {
      speed[site] = (2 * Math.PI * frequency) / Math.hypot(kx, ky);
      direction[site] = Math.atan2(ky, kx);
    }
  }
  const phase = Float64Array.from({ length: sites }, (_, site) => Math.atan2(a.im[site], a.re[site]));
  const k = { x: waveNumberAlong(waves, a, 'x'), y: waveNumberAlong(waves, a, 'y') };
  const across = Math.max(k.x * width, k.y * height) / (2 * Math.PI);
  // A piece of a wave does not tell whether it runs, nor how fast.
  if (across < fewestAcross) for (const map of [speed, direction, travelling]) map.fill(Number.NaN);
  return {
    frequency,
    cycles: frequency * steps * dt,
    nearNyquist: frequency * dt > nearHighest,
    amplitude,
    phase,
    speed,
    direction,
    travelling,
    waveNumber: Math.hypot(k.x, k.y),
    across,
    sites,
    heading: fluxes === 0 ? null : { x: fluxX / fluxes, y: fluxY / fluxes },
  };
};

/** Cycles a step from which a frequency lies at the edge of what the steps can show. */
const nearHighest = 0.45;
