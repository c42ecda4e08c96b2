/** Phases whose coupling is not a function of differences, or that repel each other. */

import { repels } from '../laws/attraction.js';
import { structureOf } from '../reading/structure.js';
import { answerOf } from '../requirements/coupling.js';
import type { System } from '../system/system.js';

const phaseAlone = (system: System): string | null => {
  const { phase } = structureOf(system);
  return Object.keys(system.fields).length === 1 ? phase : null;
};

export const phaseFaults = (system: System): readonly string[] => {
  const name = phaseAlone(system);
  if (name === null) return [];
  const answer = answerOf(system);
  return answer === 'sum' || answer === 'other alone'
    ? [
        `the coupling does not see differences of ${name} alone: sin(a - b) = sin a cos b - cos a sin b has a minus, ` +
          'with a plus it is sin(a + b)',
      ]
    : [];
};

export const phaseHints = (system: System): readonly string[] => {
  const name = phaseAlone(system);
  return name !== null && phaseFaults(system).length === 0 && repels(system)
    ? [
        `the phases push each other apart: sin(${name}_j - ${name}_i) pulls ${name}_i towards ${name}_j, ` +
          `sin(${name}_i - ${name}_j) pushes it away`,
      ]
    : [];
};
