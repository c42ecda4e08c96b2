/** Sums over steps or samples: gradients are added to earlier values. */

import { accumulates } from '../emit/emitting.js';
import { FieldBuilder } from '../ir/builder.js';
import type { Extent, FieldNode } from '../ir/field.js';

/** A graph with sums. */
export interface Accumulation {
  readonly nodes: readonly FieldNode[];
  /** Node → the number of the sum that it is computed onto; both have one address. */
  readonly onto: ReadonlyMap<number, number>;
}

/**
 * Adds the sums of some nodes to a graph. A node whose kernel adds to its result, and that no other node reads, is
 * computed directly onto the sum. Others are added in double precision or, if `quickly` allows it, in single
 * precision together with other pointwise nodes.
 */
export const accumulate = (
  nodes: readonly FieldNode[],
  sums: ReadonlyMap<number, number>,
  quickly: (extent: Extent) => boolean,
): Accumulation => {
  const builder = new FieldBuilder();
  for (const node of nodes) builder.nodes.push(node);
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
      // each sum gets a node of its own, even if two sums have the same source
      builder.nodes.push({ op: { op: 'addOnto' }, inputs: [node], extent });
      onto.set(builder.nodes.length - 1, index);
      continue;
    }
    const before = builder.add({ op: 'leaf', source: { kind: 'accumulated', index } }, [], extent);
    onto.set(builder.zip('add', before, node), index);
  }
  return { nodes: builder.nodes, onto };
};
