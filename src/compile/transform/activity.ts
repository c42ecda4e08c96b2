/** Active nodes: those that depend on a variable by operations that have a derivative. */

import { isFlat, type Node } from '../../dsl/op.js';

/** Whether a leaf is active: it is a variable, or in a scan's body depends on one. */
export type IsActive = (op: Node['op']) => boolean;

/** For each node, whether it is active. */
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
      case 'where':
        active.push(active[inputs[1]] || active[inputs[2]]);
        break;
      case 'training':
      case 'noise':
        active.push(false);
        break;
      default:
        active.push(reached && !isFlat(op));
    }
  }
  return active;
};
