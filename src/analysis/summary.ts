/** Speed and direction of a whole channel, as far as they are resolved. */

import { isUnresolved, type Measured, type Unresolved, unresolved } from './measured.js';
import { cyclesText, fewestAcross, type Propagation, quiet } from './phase.js';
import { runsOneWay } from './slopes.js';

/** A channel as a whole. */
export interface Summary {
  /** Phase speed, cells per unit of time. */
  readonly speed: Measured;
  /** 0 for a standing wave, 1 for a travelling one. */
  readonly travelling: Measured;
  /** Radians from the right towards downwards, -pi .. pi. */
  readonly direction: Measured;
}

/** Below this travelling share the wave mostly stands, and its speed is not meaningful. */
const mostlyRuns = 0.3;

const spaceOf = ({ sites, across }: Propagation): Unresolved | null => {
  if (sites < 2) return unresolved('one site shows nothing that runs');
  return across < fewestAcross
    ? unresolved(
        `the wave is longer than the lattice, or all of it swings together: about ${cyclesText(across)} of its length fits in`,
      )
    : null;
};

/**
 * Speed, travelling share and direction of a channel. The share is a mean over the sites, weighted by energy (amplitude
 * squared). The speed follows from the mean wave number along the direction of travel, so that a wave together with its
 * echo has the speed of each. All are unresolved where the frequency is unresolved or the wave is longer than the
 * lattice.
 */
export const summaryOf = (found: Propagation | Unresolved): Summary => {
  const all = (why: Unresolved): Summary => ({ speed: why, travelling: why, direction: why });
  if (isUnresolved(found)) return all(found);
  const inSpace = spaceOf(found);
  if (inSpace !== null) return all(inSpace);
  const { amplitude, travelling, frequency, waveNumber, heading } = found;
  const loud = quiet * amplitude.reduce((most, value) => Math.max(most, value), 0);
  let [sum, weight] = [0, 0];
  for (const [site, value] of amplitude.entries()) {
    if (value === 0 || value < loud) continue;
    weight += value ** 2;
    sum += travelling[site] * value ** 2;
  }
  const share = sum / weight;
  const stands = unresolved('the wave stands more than it runs');
  const runs = share >= mostlyRuns;
  return {
    travelling: share,
    speed: runs ? (2 * Math.PI * frequency) / waveNumber : stands,
    direction: !runs
      ? stands
      : runsOneWay(heading)
        ? Math.atan2(heading.y, heading.x)
        : unresolved('it runs in many directions'),
  };
};
