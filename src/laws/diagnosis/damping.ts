/** Dampings with the wrong sign, and dampings that do not multiply the velocity. */

import { volume } from '../../dsl/shape.js';
import { degreesOf } from '../reading/degree.js';
import type { Oscillator } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { smallAtRest } from '../requirements/at-rest.js';
import { dampingOf } from '../requirements/force.js';
import type { System } from '../system/system.js';

/** The smallest damping of any site with all free fields at 1, if the damping is a number at each site; else null. */
export const leastDamping = (system: System, oscillator: Oscillator): number | null => {
  if (oscillator.inVelocity === 'none' || oscillator.inVelocity === 'other' || !oscillator.diagonal)
    return null;
  const { system: small, around } = smallAtRest(system);
  const ones = Object.fromEntries(
    small.externals.flatMap(({ name, shape, kind }) =>
      kind === 'field' ? [[name, { shape, data: new Float64Array(volume(shape)).fill(1) }]] : [],
    ),
  );
  return Math.min(...dampingOf({ system: small, around: { ...around, ...ones } }, oscillator).value);
};

/** Usual names of a damping. */
const names = ['alpha', 'damping', 'friction', 'drag'];

export const dampingHints = (system: System): readonly string[] => {
  const { oscillator } = structureOf(system);
  if (oscillator === null || oscillator.inVelocity !== 'none') return [];
  const { y, z } = oscillator;
  const { nodes, externals, next } = system;
  const named = externals.find(
    ({ name }, index) =>
      names.includes(name) &&
      degreesOf(nodes, ({ op }) => op.op === 'external' && op.index === index)[next[z]] !== 'none',
  );
  return named === undefined
    ? []
    : [
        `${named.name} enters the force but does not multiply ${z}: a damping is -${named.name} ${z}; ` +
          `-${named.name} ${y} is a restoring force, which takes no energy out`,
      ];
};
