/** The degree of values in chosen leaves. */

import type { Node } from '../../dsl/op.js';
import { along } from '../system/along.js';

/** How a value depends on chosen leaves: not at all, linearly, linearly plus a constant, or otherwise. */
export type Degree = 'none' | 'linear' | 'affine' | 'other';

/** Whether a leaf is among the chosen ones. */
export type Chosen = (node: Node) => boolean;

const ranks: readonly Degree[] = ['none', 'linear', 'affine', 'other'];

/** The most general of these degrees. */
export const worst = (degrees: readonly Degree[]): Degree =>
  ranks[Math.max(0, ...degrees.map((degree) => ranks.indexOf(degree)))];

/** The degree of every node in the chosen leaves. */
export const degreesOf = (nodes: readonly Node[], chosen: Chosen): readonly Degree[] =>
  along<Degree>(nodes, (node, inputs) => degreeOf(node, beside(nodes, node, inputs), chosen));

/**
 * The degrees of the parts of a concatenation or a choice; a part of zeros counts as linear if another part
 * depends on the leaves.
 */
const beside = (
  nodes: readonly Node[],
  { op, inputs: from }: Node,
  inputs: readonly Degree[],
): readonly Degree[] =>
  (op.op === 'concat' || op.op === 'where') && inputs.some((degree) => degree !== 'none')
    ? inputs.map((degree, i) =>
        isNought(nodes[from[i]]) && !(op.op === 'where' && i === 0) ? 'linear' : degree,
      )
    : inputs;

/** Whether a node is zero everywhere. */
export const isNought = ({ op }: Node): boolean =>
  op.op === 'constant' && (typeof op.value === 'number' ? op.value === 0 : op.value.every((v) => v === 0));

const degreeOf = (node: Node, inputs: readonly Degree[], chosen: Chosen): Degree => {
  const { op } = node;
  if (chosen(node)) return 'linear';
  const [a, b] = inputs;
  if (inputs.every((degree) => degree === 'none')) return 'none';
  switch (op.op) {
    case 'affine':
      return op.shift === 0 || a !== 'linear' ? a : 'affine';
    case 'zip':
      return zipDegree(op.fn, a, b);
    case 'conv': {
      const fixed = typeof op.boundary === 'object' && op.boundary.fixed !== 0;
      return inputs.slice(1).some((degree) => degree !== 'none')
        ? 'other'
        : withConstant(a, fixed || inputs.length > 2);
    }
    case 'convTranspose':
    case 'dense':
      return inputs.slice(1).some((degree) => degree !== 'none')
        ? 'other'
        : withConstant(a, inputs.length > 2);
    case 'where':
      // A condition that depends on the leaves chooses by them.
      return a === 'none' ? partsDegree(inputs.slice(1)) : 'other';
    case 'einsum':
      return zipDegree('mul', a, b);
    case 'concat':
      return partsDegree(inputs);
    case 'gather':
    case 'scatter':
    case 'fourier':
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return a;
    case 'reduce':
      return op.fn === 'sum' || op.fn === 'mean' ? a : 'other';
    case 'pool':
      return op.fn === 'mean' ? a : 'other';
    case 'recurrence':
      return inputs[0] !== 'none'
        ? 'other'
        : withConstant(worst(inputs.slice(1)), inputs.slice(1).includes('none'));
    case 'map':
      return op.fn === 'stopGradient' ? a : 'other';
    default:
      return 'other';
  }
};

/**
 * The degree of several parts together: a part that does not depend on the leaves is a constant beside the
 * others.
 */
const partsDegree = (parts: readonly Degree[]): Degree =>
  parts.includes('none') ? worst([...parts, 'affine']) : worst(parts);

const withConstant = (degree: Degree, constant: boolean): Degree =>
  constant && degree === 'linear' ? 'affine' : degree;

const zipDegree = (fn: string, a: Degree, b: Degree): Degree => {
  switch (fn) {
    case 'add':
    case 'sub':
      return a === 'none' || b === 'none' ? withConstant(worst([a, b]), true) : worst([a, b]);
    case 'mul':
      return a === 'none' ? b : b === 'none' ? a : 'other';
    case 'div':
      return b === 'none' ? a : 'other';
    default:
      return 'other';
  }
};
