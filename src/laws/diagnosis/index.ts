/** Likely faults of a system, in words. */

import { inTime } from '../../base/deadline.js';
import { allLaws } from '../laws/index.js';
import { structureOf } from '../reading/structure.js';
import { amplitudeFaults, partsHints } from '../requirements/complex.js';
import { intendedLaws } from '../requirements/intended.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { readOn } from '../trial/grids.js';
import { missingFor } from '../trial/law.js';
import { dampingHints, leastDamping } from './damping.js';
import { kernelHints } from './kernel.js';
import { observedHints } from './observed.js';
import { phaseFaults, phaseHints } from './phases.js';
import { stageHints } from './stages.js';
import { timeFaults, timeHints } from './time.js';

export { leastDamping } from './damping.js';

/**
 * Faults that follow from the step itself, each with what was intended.
 *
 * @example
 * const euler = program({ y: [4, 4, 1], z: [4, 4, 1] }, ({ y, z }) =>
 *   scan({
 *     steps: 4,
 *     init: { y, z },
 *     step: (s) => ({ y: add(s.y, scale(0.1, s.z)), z: sub(s.z, scale(0.1, s.y)) }),
 *     observe: (s) => s,
 *   }),
 * );
 * diagnose(systemOf(euler)).length; // => 1
 */
export const diagnose = (given: System): readonly string[] => {
  const system = readOn(given);
  const { oscillator } = structureOf(system);
  const meant = intendedLaws(system).flatMap(({ law: name, because }) => {
    const law = allLaws.find((each) => each.name === name);
    const { reasons } = law === undefined ? { reasons: [] } : missingFor(law, system);
    return reasons.map((reason) => `${reason} (${because})`);
  });
  const others = [...timeFaults(system), ...amplitudeFaults(system), ...phaseFaults(system)];
  if (oscillator === null) return [...meant, ...others];
  const { y, z, h, order } = oscillator;
  const damping = leastDamping(system, oscillator);
  return [
    ...(order === 'old velocity'
      ? [
          `${y} moves with the OLD velocity (explicit Euler), so waves gain energy at every step: ` +
            `compute ${z}' first, then ${y}' = ${y} + ${digits(h)} ${z}'`,
        ]
      : []),
    ...(damping !== null && damping < 0
      ? [
          `the damping has the wrong sign: it pushes along ${z} and feeds energy in; subtract alpha ${z} instead`,
        ]
      : []),
    ...meant,
    ...others,
  ];
};

/** Seconds for all hints together. */
const hintSeconds = 5;

/**
 * Hints on parts of a system that break no law, but are often not intended. The search ends after 5 seconds
 * and says what it has not looked at.
 *
 * @example
 * hintsOn(system); // => []
 */
export const hintsOn = (given: System, seconds = hintSeconds): readonly string[] => {
  const system = readOn(given);
  const end = Date.now() + 1000 * seconds;
  const found = [
    kernelHints,
    dampingHints,
    observedHints,
    partsHints,
    timeHints,
    stageHints,
    // Of phases every pair is tried, so these come last.
    phaseHints,
  ].map((hints) => inTime(end, () => hints(system)));
  return [
    ...found.flatMap((hints) => hints ?? []),
    ...(found.includes(null)
      ? [`not everything was looked at: ${seconds} s are not enough for so large a system`]
      : []),
  ];
};
