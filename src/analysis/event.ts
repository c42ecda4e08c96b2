/** Whether what a record shows is a swing, or one event that does not come again. */

import {
  besides,
  detrend,
  type Peak,
  peakOf,
  projections,
  type Records,
  slowOf,
  squares,
  withoutSwing,
} from './sinusoid.js';

/** A swing that changes faster than by this factor of e in a cycle is no swing. */
const mostDamped = 2.2;

/** The share, without a window, of the best swing at so many cycles that grows or decays at one rate everywhere. */
const dampedShare = (records: Records, cycles: number): number => {
  const { steps } = records;
  const weights = new Float64Array(steps).fill(1);
  const slow = slowOf(weights);
  const rest = detrend(records, weights, slow);
  const all = squares(rest.values);
  const turn = (2 * Math.PI * cycles) / steps;
  const shares = Array.from({ length: 23 }, (_, i) => (mostDamped * (i - 11)) / 11).map((perCycle) => {
    const envelope = (t: number): number =>
      Math.exp(perCycle * cycles * (t / steps - (perCycle > 0 ? 1 : 0)));
    const fast = besides(
      weights,
      [Math.cos, Math.sin].map((wave) =>
        Float64Array.from({ length: steps }, (_, t) => envelope(t) * wave(turn * t)),
      ),
      slow,
    );
    return projections(rest, weights, fast).reduce((sum, part) => sum + squares(part), 0) / all;
  });
  return Math.max(...shares);
};

/** The share of what changes that each record does within a single cycle, wherever that is. */
const withinOneCycle = (records: Records, cycles: number): number => {
  const { steps, count } = records;
  const weights = new Float64Array(steps).fill(1);
  const { values } = detrend(records, weights, slowOf(weights));
  const long = Math.min(steps, Math.max(1, Math.round(steps / cycles)));
  let [most, all] = [0, 0];
  for (let record = 0; record < count; record++) {
    let [sum, best] = [0, 0];
    for (let t = 0; t < steps; t++) {
      const square = values[record * steps + t] ** 2;
      all += square;
      sum += square - (t < long ? 0 : values[record * steps + t - long] ** 2);
      best = Math.max(best, sum);
    }
    most += best;
  }
  return most / all;
};

/** Up to so many cycles a pulse, a step or a kick has a peak too; what it leaves is no noise but another peak. */
const tellsEvents = 2.5;
const nearlyAll = 0.98;

/** Whether what few cycles leave unexplained has a shape of its own. */
const leavesShape = (records: Records, { cycles, share }: Peak, noise: number): boolean =>
  cycles < tellsEvents &&
  share < nearlyAll + 0.01 &&
  (peakOf(withoutSwing(records, cycles))?.share ?? 0) > Math.max(0.3, noise);

/**
 * Whether what changes may be one event that does not come again, such as a pulse, a step or a kick: its peak is of few
 * cycles and leaves much that has a shape, or all happens within one cycle. A swing that decays or grows is none.
 *
 * @param noise what one sinusoid explains of noise
 */
export const isEvent = (records: Records, peak: Peak, noise: number): boolean =>
  leavesShape(records, peak, noise)
    ? dampedShare(records, peak.cycles) < nearlyAll
    : withinOneCycle(records, peak.cycles) > 0.9 && dampedShare(records, peak.cycles) < 0.8;
