/**
 * A system for small displacements: every tanh and sine whose argument vanishes at rest is replaced by its argument.
 */

import { remembered } from '../../base/remembered.js';
import type { Node } from '../../dsl/op.js';
import { degreesOf } from '../reading/degree.js';
import { structureOf } from '../reading/structure.js';
import { refinedBy, type System } from '../system/system.js';
import type { Requirement } from '../trial/law.js';

const isState = ({ op }: Node): boolean => op.op === 'state' || op.op === 'element';

/** tanh'(0) = sin'(0) = 1. A node with a bias in its argument, which does not vanish at rest, stays. */
export const linearised: (system: System) => System = remembered((system) => {
  const nodes: Node[] = [...system.nodes];
  for (const [number, node] of nodes.entries()) {
    const { op, inputs } = node;
    if (op.op !== 'map' || (op.fn !== 'tanh' && op.fn !== 'sin')) continue;
    if (degreesOf(nodes.slice(0, number), isState)[inputs[0]] === 'linear')
      nodes[number] = { ...node, op: { op: 'affine', scale: 1, shift: 0 } };
  }
  const changed = nodes.some((node, i) => node !== system.nodes[i]);
  const { refine } = system;
  return !changed
    ? system
    : {
        ...system,
        nodes,
        refine: refinedBy(refine, (finer) => linearised(finer)),
      };
});

/** The same requirement for the system at small displacements. */
export const forSmall = (need: Requirement): Requirement => ({
  ...need,
  missing: (system) => {
    const small = linearised(system);
    return need.missing(small, structureOf(small));
  },
});
