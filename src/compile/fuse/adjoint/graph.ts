/**
 * Reverse mode, source to source: adds the nodes of the gradients to a field graph.
 *
 * Cotangents are collected from the last node to the first. The adjoint of a scan's step is derived once, as a graph of
 * its own (`scan-step.ts`).
 */

import type { FieldBuilder } from '../ir/builder.js';
import { dependents } from '../ir/dependence.js';
import { Cotangents } from './cotangents.js';
import { reversePass } from './reverse-pass.js';
import type { VjpContext } from './rules.js';
import { scanAdjoint } from './scan.js';

/**
 * Adds the gradients to a graph. `seeds` are the cotangents of some nodes, as nodes of the builder; `wanted` are the
 * leaves whose cotangents are asked for.
 */
export const addGradients = (
  builder: FieldBuilder,
  seeds: ReadonlyMap<number, number>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, number> => {
  const nodes = builder.nodes;
  const forward = nodes.slice();
  const depends = dependents(forward, (node) => wanted.has(node));
  const cotangents = new Cotangents(builder, (node) => nodes[node].extent);
  for (const [node, seed] of seeds) cotangents.add(node, seed);
  const context: VjpContext = {
    builder,
    nodes,
    value: (node) => node,
    addCotangent: (node, cotangent) => cotangents.add(node, cotangent),
    addSlice: (node, piece) => cotangents.addSlice(node, piece),
    wanted: (node) => depends[node],
  };
  reversePass(forward, cotangents, context, scanAdjoint('here'));
  const found = new Map<number, number>();
  for (const leaf of wanted) {
    const cotangent = cotangents.of(leaf);
    if (cotangent !== undefined) found.set(leaf, cotangent);
  }
  return found;
};
