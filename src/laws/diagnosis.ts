/** What is likely wrong with a system, in the words of someone who reads its step. */

import { volume } from '../dsl/shape.js';
import { digits } from './findings.js';
import { dampingOf } from './force.js';
import { missingFor } from './law.js';
import { allLaws } from './laws/index.js';
import { meantBy } from './meant.js';
import type { Oscillator } from './reading/oscillator.js';
import { structureOf } from './reading/structure.js';
import { sample } from './sample.js';
import type { System } from './system.js';

/** The least damping of any site when all free fields are one, where the damping is a number at each site. */
export const leastDamping = (system: System, oscillator: Oscillator): number | undefined => {
  if (oscillator.inVelocity === 'none' || oscillator.inVelocity === 'other' || !oscillator.diagonal)
    return undefined;
  const { system: small, around } = sample(system);
  const ones = Object.fromEntries(
    small.externals.flatMap(({ name, shape, kind }) =>
      kind === 'field' ? [[name, { shape, data: new Float64Array(volume(shape)).fill(1) }]] : [],
    ),
  );
  return Math.min(...dampingOf({ system: small, around: { ...around, ...ones } }, oscillator).value);
};

/**
 * Faults that can be read from the step itself, each with what is meant.
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
export const diagnose = (system: System): readonly string[] => {
  const { oscillator } = structureOf(system);
  const meant = meantBy(system).flatMap(({ law: name, because }) => {
    const law = allLaws.find((each) => each.name === name);
    const { reasons } = law === undefined ? { reasons: [] } : missingFor(law, system);
    return reasons.map((reason) => `${reason} (${because})`);
  });
  if (oscillator === undefined) return meant;
  const { y, z, h, order } = oscillator;
  const damping = leastDamping(system, oscillator);
  return [
    ...(order === 'old velocity'
      ? [
          `${y} moves with the OLD velocity (explicit Euler), so waves gain energy at every step: ` +
            `compute ${z}' first, then ${y}' = ${y} + ${digits(h)} ${z}'`,
        ]
      : []),
    ...(damping !== undefined && damping < 0
      ? [
          `the damping has the wrong sign: it pushes along ${z} and feeds energy in; subtract alpha ${z} instead`,
        ]
      : []),
    ...meant,
  ];
};
