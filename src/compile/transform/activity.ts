/** Active nodes: those that depend on a variable by operations that have a derivative. */

import type { Node } from '../../dsl/op.js';

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
