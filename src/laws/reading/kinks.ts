/** Where a step is not differentiable. */

import type { Node } from '../../dsl/op.js';
import { degreesOf } from './degree.js';

/**
 * Whether some operation of a step has a kink or a jump. A choice has one if its condition depends on the
 * state.
 */
export const hasKinks = (nodes: readonly Node[]): boolean => {
  const degrees = degreesOf(nodes, ({ op }) => ['state', 'element', 'input'].includes(op.op));
  return nodes.some(
    ({ op, inputs }) =>
      (op.op === 'map' && ['relu', 'abs', 'sign', 'floor'].includes(op.fn)) ||
      (op.op === 'zip' && ['max', 'min', 'greater', 'greaterEqual', 'atan2'].includes(op.fn)) ||
      (op.op === 'where' && degrees[inputs[0]] !== 'none'),
  );
};
