/** The parity of values in chosen leaves. */

import type { Node } from '../../dsl/op.js';
import { along } from '../system/along.js';
import { type Chosen, isNought } from './degree.js';

/** The behaviour of a value when all chosen leaves change their sign. */
export type Parity = 'even' | 'odd' | 'neither';

/** The parity of every node in the chosen leaves. */
export const paritiesOf = (nodes: readonly Node[], chosen: Chosen): readonly Parity[] =>
  along<Parity>(nodes, (node, inputs) =>
    parityOf(
      node,
      // Zeros are both odd and even.
      (node.op.op === 'concat' || node.op.op === 'where') && inputs.includes('odd')
        ? inputs.map((parity, i) =>
            isNought(nodes[node.inputs[i]]) && !(node.op.op === 'where' && i === 0) ? 'odd' : parity,
          )
        : inputs,
      chosen,
    ),
  );

/** The parity of a sum of values, or of a choice between them. */
const sameParity = (parities: readonly Parity[]): Parity =>
  parities.every((parity) => parity === parities[0]) ? parities[0] : 'neither';

const parityOf = (node: Node, inputs: readonly Parity[], chosen: Chosen): Parity => {
  const { op } = node;
  if (chosen(node)) return 'odd';
  if (inputs.every((parity) => parity === 'even')) return 'even';
  const [a, b] = inputs;
  switch (op.op) {
    case 'map':
      if (['tanh', 'sin', 'erf', 'sign', 'reciprocal', 'stopGradient'].includes(op.fn)) return a;
      return ['square', 'abs', 'cos'].includes(op.fn) && a === 'odd' ? 'even' : 'neither';
    case 'affine':
      return op.shift === 0 ? a : 'neither';
    case 'zip':
      if (op.fn === 'add' || op.fn === 'sub') return sameParity(inputs);
      if (op.fn === 'mul' || op.fn === 'div')
        return a === 'neither' || b === 'neither' ? 'neither' : a === b ? 'even' : 'odd';
      return 'neither';
    case 'where':
      return a === 'even' ? sameParity(inputs.slice(1)) : 'neither';
    case 'conv':
    case 'convTranspose':
    case 'dense': {
      const fixed = op.op === 'conv' && typeof op.boundary === 'object' && op.boundary.fixed !== 0;
      return inputs.length > 2 || b !== 'even' || fixed ? 'neither' : a;
    }
    case 'einsum':
      return a === 'neither' || b === 'neither' ? 'neither' : a === b ? 'even' : 'odd';
    case 'reduce':
      return op.fn === 'sum' || op.fn === 'mean' ? a : 'neither';
    case 'pool':
      return op.fn === 'mean' ? a : 'neither';
    case 'recurrence':
      return a === 'even' && inputs.slice(1).every((parity) => parity === 'odd') ? 'odd' : 'neither';
    case 'gather':
    case 'scatter':
    case 'fourier':
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return a;
    case 'concat':
      return sameParity(inputs);
    default:
      return 'neither';
  }
};
