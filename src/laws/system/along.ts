/** A fold over the nodes of a list in the order of the data flow. */

import type { Node } from '../../dsl/op.js';

/** The value of a node from the values of its inputs, its number, and all earlier values. */
export type Rule<T> = (node: Node, inputs: readonly T[], number: number, before: readonly T[]) => T;

/** The values of all nodes. */
export const along = <T>(nodes: readonly Node[], rule: Rule<T>): readonly T[] => {
  const values: T[] = [];
  for (const [number, node] of nodes.entries())
    values.push(
      rule(
        node,
        node.inputs.map((input) => values[input]),
        number,
        values,
      ),
    );
  return values;
};
