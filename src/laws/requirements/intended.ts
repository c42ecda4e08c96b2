/**
 * Laws that a system was probably meant to satisfy, inferred from its field names and structure.
 *
 * Which laws apply depends on the structure of a system, and a mistake changes that structure: the law that it breaks
 * would then not apply. So if the rest of a system shows the intention, the law is expected, and not satisfying it is a
 * fault.
 */

import { bareForce, swapped } from '../reading/oscillator.js';
import { type Structure, structureOf } from '../reading/structure.js';
import { isNearlyWave } from '../reading/wave-pair.js';
import type { System } from '../system/system.js';
import { mirroredKernels } from './requirements.js';

/** A law that a system was probably meant to satisfy, and the reason for this assumption. */
export interface IntendedLaw {
  readonly law: string;
  readonly because: string;
}

/** Whether a kernel is a constant and not learned. */
export const isGiven = (
  { nodes, externals, program }: System,
  { weight }: Structure['convolutions'][number],
): boolean => {
  const { op } = nodes[weight];
  if (op.op !== 'external') return op.op === 'constant';
  return program.graph.nodes[externals[op.index].node].op.op === 'constant';
};

/** Whether all kernels applied to the state are constants. */
const kernelsAreGiven = (system: System, { convolutions }: Structure): boolean =>
  convolutions.every((convolution) => !convolution.ofState || isGiven(system, convolution));

/**
 * Laws that a system was probably meant to satisfy.
 *
 * @example
 * const exchanged = program({ y: [4, 4, 1], z: [4, 4, 1] }, ({ y, z }) =>
 *   scan({
 *     steps: 4,
 *     init: { y, z },
 *     step: (s) => {
 *       const z1 = sub(s.z, scale(0.1, s.y));
 *       return { y: z1, z: add(s.y, scale(0.1, z1)) };
 *     },
 *     observe: (s) => s,
 *   }),
 * );
 * intendedLaws(systemOf(exchanged)).map(({ law }) => law); // => ['work balance']
 */
export const intendedLaws = (system: System): readonly IntendedLaw[] => {
  const structure = structureOf(system);
  const { oscillator } = structure;
  if (system.kind === 'map') return [];
  if (oscillator === null)
    return swapped(system) !== null
      ? [{ law: 'work balance', because: 'an oscillator whose two results are exchanged' }]
      : isNearlyWave(system)
        ? [
            {
              law: 'work balance',
              because: `fields named ${Object.keys(system.fields).join(' and ')} are meant as an oscillator`,
            },
          ]
        : [];
  return [
    ...(bareForce(system) === null
      ? []
      : [{ law: 'convergence', because: 'a force is meant to be multiplied by the time step' }]),
    ...(['linear', 'affine'].includes(oscillator.inDisplacement) &&
    oscillator.order === 'kick-drift' &&
    oscillator.pace.length === 0 &&
    !structure.noisy &&
    mirroredKernels.missing(system, structure) !== null &&
    kernelsAreGiven(system, structure)
      ? [
          {
            law: oscillator.inVelocity === 'none' ? 'modified energy' : 'stability',
            because: 'a kernel that is written down, not learned, is meant to be symmetric',
          },
        ]
      : []),
  ];
};
