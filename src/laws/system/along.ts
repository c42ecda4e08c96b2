/** A value for every node of a list, from the values of what it reads: nodes stand in the order of the data flow. */

import type { Node } from '../../dsl/op.js';

/** What a node's value is, given the values of its inputs, its number, and all values before it. */
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
