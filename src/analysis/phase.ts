/** Direction and speed of waves, from the phase over space at the dominant frequency. */

import { isEvent } from './event.js';
import { isUnresolved, type Measured, type Unresolved, unresolved } from './measured.js';
import { fewestSteps, peakOf, type Records, swingAt } from './sinusoid.js';
import { runsOneWay, sharesThatRun, slopesAt, waveNumberAlong, waveNumberTowards } from './slopes.js';
import type { Complex } from './transform.js';
import type { Waves } from './waves.js';

/**
 * With fewer cycles in a record, its frequency cannot be told from a drift, nor a standing wave from a travelling one.
 */
const fewestCycles = 1.5;

/** With fewer cycles across the lattice, its wavelength cannot be told from a longer one. */
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

/**
 * The share of noise that one sinusoid explains under the window: 3 / T, and more by chance if there are few sites.
 */
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
  if (isEvent(records, peak, byChance(records)))
    return unresolved(
      `what changes is not told from one event, such as a pulse, a step or a kick: about ${cyclesText(peak.cycles)} cycles of no sinusoid`,
    );
  return peak.cycles / (steps * dt);
};

/**
 * The frequency of the sinusoid that explains most of one channel over all sites, after an offset and a trend of each
 * site; cycles per unit of time, at most 1 / (2 dt). Faster oscillations appear slower (aliasing).
 *
 * Unresolved with fewer than 1.5 cycles in the record, and for a single event, constant records, noise and values that
 * are not finite.
 */
export const dominantFrequency = (waves: Waves, channel: number): Measured =>
  frequencyOf(recordsOf(waves, channel), waves.dt);

/**
 * The complex amplitude a at one frequency: y(x, t) is about Re a(x) e^{-2 pi i f t}, so the phase grows in the
 * direction of travel.
 */
export const amplitudeAt = (waves: Waves, channel: number, frequency: number): Complex =>
  swingAt(recordsOf(waves, channel), frequency * waves.steps * waves.dt);

/** One channel at its dominant frequency; fields are row-major over the sites. */
export interface Propagation {
  readonly frequency: number;
  /** Cycles in the record. */
  readonly cycles: number;
  /** Whether the frequency is near the Nyquist limit, beyond which oscillations appear slower. */
  readonly nearNyquist: boolean;
  readonly amplitude: Float64Array;
  /** Radians, -pi .. pi; it grows in the direction of travel. */
  readonly phase: Float64Array;
  /** Cells per unit of time; NaN if the amplitude is too small or the wave does not travel. */
  readonly speed: Float64Array;
  /** Radians from the x axis (to the right) towards the y axis (downwards); NaN if the speed is NaN. */
  readonly direction: Float64Array;
  /**
   * 0 for a standing wave, 1 for a travelling one: |Im conj(a) grad a| / (|a| |grad a|), not counting the change of a
   * beam's amplitude across its direction; NaN where the lattice holds too small a part of a wave.
   */
  readonly travelling: Float64Array;
  /**
   * Radians per cell along the direction of travel, root mean square; where there are many directions, the mean change
   * of the phase.
   */
  readonly waveNumber: number;
  /** Cycles across the lattice, along the axis with more cycles. */
  readonly across: number;
  readonly sites: number;
  /** The mean direction of travel, of length 1 if all sites agree; null if nothing travels. */
  readonly heading: { readonly x: number; readonly y: number } | null;
}

/** Sites whose amplitude is below this share of the greatest have no meaningful phase. */
export const quiet = 0.1;

/** Below this travelling share the wave stands: its phase jumps from cell to cell and defines no speed. */
const standing = 0.2;

/**
 * Phase, speed and direction of one channel at its dominant frequency, or at the one given.
 *
 * The wave vector is the phase's gradient: the mean phase difference to both neighbours, across the boundary on a
 * torus. Speed is 2 pi f / |k|, a phase speed. Two waves that cross have no single speed, nor has a wave whose
 * `travelling` is small. Unresolved where `dominantFrequency` is.
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
  const slopes = Array.from({ length: sites }, (_, site) => slopesAt(waves, a, site));
  const travelling = sharesThatRun(slopes, amplitude);
  let [fluxX, fluxY, fluxes, turned, swing] = [0, 0, 0, 0, 0];
  for (const [site, { runs, turns }] of slopes.entries()) {
    fluxX += amplitude[site] * runs.x;
    fluxY += amplitude[site] * runs.y;
    fluxes += amplitude[site] * Math.hypot(runs.x, runs.y);
    turned += amplitude[site] ** 2 * Math.hypot(turns.x, turns.y);
    swing += amplitude[site] ** 2;
    const cyclesAcross = Math.max(Math.abs(turns.x) * width, Math.abs(turns.y) * height) / (2 * Math.PI);
    if (
      amplitude[site] > 0 &&
      amplitude[site] >= loud &&
      cyclesAcross >= fewestAcross / 2 &&
      travelling[site] >= standing
    ) {
      speed[site] = (2 * Math.PI * frequency) / Math.hypot(turns.x, turns.y);
      direction[site] = Math.atan2(turns.y, turns.x);
    }
  }
  const heading = fluxes === 0 ? null : { x: fluxX / fluxes, y: fluxY / fluxes };
  const phase = Float64Array.from({ length: sites }, (_, site) => Math.atan2(a.im[site], a.re[site]));
  const k = { x: waveNumberAlong(waves, a, 1, 0), y: waveNumberAlong(waves, a, 0, 1) };
  const across = Math.max(k.x * width, k.y * height) / (2 * Math.PI);
  // Part of a wavelength does not determine whether the wave travels, nor how fast.
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
    waveNumber: runsOneWay(heading) ? waveNumberTowards(waves, a, heading) : swing === 0 ? 0 : turned / swing,
    across,
    sites,
    heading,
  };
};

/** Cycles per step from which a frequency counts as near the Nyquist limit. */
const nearHighest = 0.45;
