/**
 * Graphs: programs as data.
 *
 * A graph is a list of nodes in the order of the data flow and the numbers of those that are outputs. Equal
 * subexpressions are one node, names are given, closures are gone: it prints, hashes, travels and is folded over.
 */

import type { Node, OpOf } from './op.js';
import type { Shape } from './shape.js';

/** The version of the language that a graph is written in; a reader refuses what is newer than itself. */
export const languageVersion = 1;

export interface Graph {
  readonly language: number;
  readonly nodes: readonly Node[];
  /** Output name → number of a node. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** A parameter's declaration. */
export type ParameterDeclaration = Omit<OpOf<'parameter'>, 'op'>;

/** The graph's parameters, in the order of its nodes. */
export const parametersOf = (graph: Graph): readonly ParameterDeclaration[] =>
  graph.nodes.flatMap(({ op }) => {
    if (op.op !== 'parameter') return [];
    const { op: _, ...declaration } = op;
    return [declaration];
  });

/** The graph's inputs: name → shape. */
export const inputsOf = (graph: Graph): Readonly<Record<string, Shape>> =>
  Object.fromEntries(graph.nodes.flatMap(({ op }) => (op.op === 'input' ? [[op.name, op.shape]] : [])));

/** The graph's outputs: name → shape. */
export const outputsOf = (graph: Graph): Readonly<Record<string, Shape>> =>
  Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, graph.nodes[node].shape]));

/** Whether statistics over the batch enter: then the batch must not be cut. */
export const usesBatchStatistics = (graph: Graph): boolean =>
  graph.nodes.some(({ op }) => op.op === 'batchNorm');
