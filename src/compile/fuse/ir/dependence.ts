/** Which nodes of a field graph depend on which. */

import type { FieldNode } from './field.js';

/** For each node, whether it is wanted or depends on a wanted node. */
export const dependents = (
  nodes: readonly FieldNode[],
  wanted: (node: number) => boolean,
): readonly boolean[] => {
  const depends: boolean[] = [];
  for (const [number, node] of nodes.entries())
    depends.push(wanted(number) || node.inputs.some((input) => depends[input]));
  return depends;
};

/** Nodes that the roots need. */
export const liveNodes = (nodes: readonly FieldNode[], roots: Iterable<number>): ReadonlySet<number> => {
  const live = new Set<number>();
  const visit = [...roots];
  for (let node = visit.pop(); node !== undefined; node = visit.pop()) {
    if (live.has(node)) continue;
    live.add(node);
    for (const input of nodes[node].inputs) visit.push(input);
  }
  return live;
};
