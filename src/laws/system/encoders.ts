/** Encoders: the map from a program's inputs to the initial state and to what every step reads. */

import { remembered } from '../../base/remembered.js';
import { factsIn } from '../../compile/facts.js';
import { longestScan } from '../../dsl/longest-scan.js';
import { pruneGraph } from '../../dsl/prune.js';
import { type System, systemOf } from './system.js';

/**
 * The encoders of a model: from an image to the initial state and the external fields (omega, alpha). Null if the step
 * reads the program's inputs directly, or if another scan comes first.
 */
export const encodersOf = remembered((system: System): System | null => read(system));

const read = ({ program: { graph }, fields, externals, ...system }: System): System | null => {
  const scan = system.kind === 'step' ? longestScan(graph) : null;
  if (scan === null) return null;
  const { nodes } = graph;
  const given = [
    ...Object.keys(fields).map((name, i) => ({ name, node: scan.inputs[i] })),
    ...externals.filter(({ kind }) => kind === 'field'),
  ];
  const facts = factsIn(nodes);
  const made = given.filter(({ node }) => nodes[node].op.op !== 'input' && facts[node].perSample);
  if (made.length === 0) return null;
  const outputs = Object.fromEntries(made.map(({ name, node }) => [name, node]));
  const before = systemOf({ graph: pruneGraph({ ...graph, outputs }, Object.keys(outputs)) });
  return before.kind === 'map' ? before : null;
};
