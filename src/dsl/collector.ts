/** Collecting the nodes of a graph: equal ones become one. */

import { canonical } from '../base/canonical.js';
import type { Node, Op } from './op.js';
import type { Shape } from './shape.js';

/** Nodes being collected; equal ones are merged. */
export interface Collector {
  readonly nodes: readonly Node[];
  /** The number of this node: a new one, or that of an equal node. */
  readonly add: (op: Op, inputs: readonly number[], shape: Shape) => number;
}

/** A new, empty list of nodes. */
export const collector = (): Collector => {
  const nodes: Node[] = [];
  const numbers = new Map<string, number>();
  return {
    nodes,
    add: (op, inputs, shape) => {
      const key = `${canonical(op)}(${inputs.join()})`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      nodes.push({ op, inputs, shape });
      numbers.set(key, nodes.length - 1);
      return nodes.length - 1;
    },
  };
};
