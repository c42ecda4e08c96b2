/** Sums over steps or samples: gradients are added to what is there already. */

import { accumulates } from '../emit/emitting.js';
import { FieldBuilder } from '../ir/builder.js';
import type { Extent, FieldNode } from '../ir/field.js';

export interface Accumulation {
  readonly nodes: readonly FieldNode[];
  /** The node that is computed onto each sum; its place is the sum's. */
  readonly onto: ReadonlyMap<number, number>;
}

/**
 * Adds to a graph that some of its nodes are summed up. A node that adds by itself, and that nobody else reads, is
 * computed right onto the sum; others are added to it, in double precision, or where `quickly` says so with what else
 * is done pixel by pixel.
 */
export const accumulate = (
  nodes: readonly FieldNode[],
  sums: ReadonlyMap<number, number>,
  quickly: (extent: Extent) => boolean,
): Accumulation => {
  const builder = new FieldBuilder();
  builder.nodes.push(...nodes);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const times = new Map<number, number>();
  for (const node of sums.values()) times.set(node, (times.get(node) ?? 0) + 1);
  const onto = new Map<number, number>();
  for (const [index, node] of sums) {
    if (accumulates(nodes[node]) && !read.has(node) && times.get(node) === 1) {
      onto.set(node, index);
      continue;
    }
    const { extent } = nodes[node];
    if (!quickly(extent)) {
      // one node for each sum, even of the same
      builder.nodes.push({ op: { op: 'addOnto' }, inputs: [node], extent });
      onto.set(builder.nodes.length - 1, index);
      continue;
    }
    const before = builder.add({ op: 'leaf', source: { kind: 'accumulated', index } }, [], extent);
    onto.set(builder.zip('add', before, node), index);
  }
  return { nodes: builder.nodes, onto };
};
