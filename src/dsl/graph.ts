/**
 * Graphs: programs as data.
 *
 * A graph is a list of nodes in the order of the data flow, and the numbers of the output nodes. Equal subexpressions
 * are one node, parameters have names, and there are no closures, so a graph can be printed, hashed, sent and folded
 * over.
 */

import type { Node, OpOf } from './op.js';
import type { Shape } from './shape.js';

/**
 * The version of the language that a graph is written in; a reader refuses a graph of a newer version than its own.
 *
 * @example
 * program({ x: [2] }, ({ x }) => ({ x })).graph.language; // => languageVersion
 */
export const languageVersion = 1;

/** A program as data. */
export interface Graph {
  /** The version of the language that it is written in. */
  readonly language: number;
  /** Each node reads only earlier nodes; the inputs come first. */
  readonly nodes: readonly Node[];
  /** Output name → number of a node. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** A parameter's declaration. */
export type ParameterDeclaration = Omit<OpOf<'parameter'>, 'op'>;

/**
 * The graph's parameters, in the order of its nodes.
 *
 * @example
 * const p = program({ x: [3] }, ({ x }) => ({ y: dense(2)(x) }));
 * parametersOf(p.graph).map(({ name, shape }) => [name, shape]); // => [['dense1/weight', [3, 2]], ['dense1/bias', [2]]]
 */
export const parametersOf = (graph: Graph): readonly ParameterDeclaration[] =>
  graph.nodes.flatMap(({ op }) => {
    if (op.op !== 'parameter') return [];
    const { op: _, ...declaration } = op;
    return [declaration];
  });

/**
 * Names of the parameters that are running statistics of a batch norm: they follow the batches, and no optimiser changes
 * them.
 *
 * @example
 * const p = program({ x: [3] }, ({ x }) => ({ y: batchNorm()(x) }));
 * [...runningStatistics(p.graph)]; // => ['batchNorm1/mean', 'batchNorm1/variance']
 */
export const runningStatistics = ({ nodes }: Graph): ReadonlySet<string> =>
  new Set(
    nodes.flatMap(({ op, inputs }) =>
      op.op === 'batchNorm'
        ? inputs.slice(3).flatMap((input) => {
            const statistic = nodes[input].op;
            return statistic.op === 'parameter' ? [statistic.name] : [];
          })
        : [],
    ),
  );

/**
 * The graph's inputs: name → shape.
 *
 * @example
 * inputsOf(program({ x: [3] }, ({ x }) => ({ y: square(x) })).graph); // => { x: [3] }
 */
export const inputsOf = (graph: Graph): Readonly<Record<string, Shape>> =>
  Object.fromEntries(graph.nodes.flatMap(({ op }) => (op.op === 'input' ? [[op.name, op.shape]] : [])));

/**
 * The graph's outputs: name → shape.
 *
 * @example
 * outputsOf(program({ x: [3] }, ({ x }) => ({ y: pipe(x, sum(0)) })).graph); // => { y: [] }
 */
export const outputsOf = (graph: Graph): Readonly<Record<string, Shape>> =>
  Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, graph.nodes[node].shape]));

/**
 * Whether a program uses statistics over the batch; then the batch must not be split.
 *
 * @example
 * usesBatchStatistics(program({ x: [3] }, ({ x }) => ({ y: batchNorm()(x) })).graph); // => true
 */
export const usesBatchStatistics = (graph: Graph): boolean =>
  graph.nodes.some(({ op }) => op.op === 'batchNorm');
