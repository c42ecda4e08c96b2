/** Phases that are coupled otherwise than by their differences, or that push each other apart. */

import { volume } from '../../dsl/shape.js';
import { exact, unit64 } from '../bounded.js';
import { repels } from '../laws/attraction.js';
import { structureOf } from '../reading/structure.js';
import { boundedStep } from '../run.js';
import { sample } from '../sample.js';
import type { System } from '../system.js';

const phaseAlone = (system: System): string | undefined => {
  const { phase } = structureOf(system);
  return Object.keys(system.fields).length === 1 ? phase : undefined;
};

export const phaseFaults = (system: System): readonly string[] => {
  const name = phaseAlone(system);
  if (name === undefined) return [];
  const small = sample(system);
  const moved = (by: number): Float64Array => {
    const phases = Float64Array.from(
      { length: volume(small.system.fields[name]) },
      (_, i) => by + Math.sin(3 * i),
    );
    const { value } = boundedStep(small.system, { [name]: exact(phases) }, small.around, unit64)[name];
    return value.map((v, i) => v - phases[i]);
  };
  const [plain, shifted] = [moved(0), moved(0.7)];
  return plain.some((v, i) => Math.abs(v - shifted[i]) > 1e-6)
    ? [
        `the coupling does not see differences of ${name} alone: sin(a - b) = sin a cos b - cos a sin b has a minus, ` +
          'with a plus it is sin(a + b)',
      ]
    : [];
};

export const phaseHints = (system: System): readonly string[] => {
  const name = phaseAlone(system);
  return name !== undefined && phaseFaults(system).length === 0 && repels(system)
    ? [
        `the phases push each other apart: sin(${name}_j - ${name}_i) pulls ${name}_i towards ${name}_j, ` +
          `sin(${name}_i - ${name}_j) pushes it away`,
      ]
    : [];
};
