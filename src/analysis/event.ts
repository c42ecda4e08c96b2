/** Whether a record shows an oscillation or a single event that does not repeat. */

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

/** If the amplitude changes by more than e to this power in a cycle, it is not an oscillation. */
const mostDamped = 2.2;

/**
 * The share explained, without a window, by the best exponentially growing or decaying oscillation at `cycles`, one
 * rate for all sites.
 */
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

/** The share of each record's change that falls within a single cycle, wherever that cycle is. */
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

/** Up to this many cycles, a pulse, a step or a kick has a peak too; its residue is then another peak, not noise. */
const tellsEvents = 2.5;
const nearlyAll = 0.98;

/** Whether the residue of a peak of few cycles has a structure, unlike noise. */
const leavesShape = (records: Records, { cycles, share }: Peak, noise: number): boolean =>
  cycles < tellsEvents &&
  share < nearlyAll + 0.01 &&
  (peakOf(withoutSwing(records, cycles))?.share ?? 0) > Math.max(0.3, noise);

/**
 * Whether a record may show a single event, such as a pulse, a step or a kick: its peak has few cycles and leaves a
 * structured residue, or all change falls within one cycle. A decaying or growing oscillation is not an event.
 *
 * @param noise the share of noise that one sinusoid explains
 */
export const isEvent = (records: Records, peak: Peak, noise: number): boolean =>
  leavesShape(records, peak, noise)
    ? dampedShare(records, peak.cycles) < nearlyAll
    : withinOneCycle(records, peak.cycles) > 0.9 && dampedShare(records, peak.cycles) < 0.8;
