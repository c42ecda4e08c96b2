/** Nodes that a step computes only for observations that are not kept after every step. */

import { everyOf } from '../../../dsl/op.js';
import { liveNodes } from './dependence.js';
import type { FieldScan } from './field.js';

/**
 * Nodes of a step → k, if they are needed only after steps k, 2k, ... A node that observations of different k need is
 * computed at every step, and so are leaves.
 */
export const seldomNodes = (scan: FieldScan): ReadonlyMap<number, number> => {
  const { nodes, next, observe, ends } = scan.body;
  if (scan.every === undefined) return new Map();
  const names = Object.keys(observe);
  const kept = names.filter((name) => everyOf(scan, name) === 1).map((name) => observe[name]);
  const always = liveNodes(nodes, [...Object.values(next), ...kept, ...(ends === undefined ? [] : [ends])]);
  const found = new Map<number, number>();
  for (const name of names) {
    const every = everyOf(scan, name);
    for (const node of liveNodes(nodes, [observe[name]])) {
      if (always.has(node) || nodes[node].op.op === 'leaf') continue;
      found.set(node, found.get(node) === undefined || found.get(node) === every ? every : 1);
    }
  }
  // the inputs of a node must be computed whenever the node is
  for (const [node, every] of [...found].sort(([a], [b]) => b - a))
    if (every === 1) for (const input of nodes[node].inputs) if (found.has(input)) found.set(input, 1);
  return new Map([...found].filter(([, every]) => every > 1));
};
