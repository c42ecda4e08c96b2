/** What a derivative runs through: the nodes that depend on something that may change, smoothly. */

import type { Node } from '../../dsl/op.js';

/** Whether a leaf may change; of a body's leaves all that the scan's inputs make so. */
export type IsActive = (op: Node['op']) => boolean;

/** For each node, whether a change of the leaves can reach it through something that has a derivative. */
export const activeNodes = (nodes: readonly Node[], isActive: IsActive): readonly boolean[] => {
  const active: boolean[] = [];
  for (const { op, inputs } of nodes) {
    const reached = inputs.some((input) => active[input]);
    switch (op.op) {
      case 'input':
      case 'parameter':
      case 'state':
      case 'element':
      case 'external':
        active.push(isActive(op));
        break;
      case 'map':
        active.push(reached && op.fn !== 'sign' && op.fn !== 'stopGradient');
        break;
      case 'zip':
        active.push(reached && op.fn !== 'greater');
        break;
      case 'noise':
        active.push(false);
        break;
      default:
        active.push(reached);
    }
  }
  return active;
};
