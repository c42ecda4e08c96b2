/** A program in training and in inference: the leaf `training` as a number, and what follows from it. */

import type { Graph } from './graph.js';
import { type Node, type ScanOp, scanInputs } from './op.js';
import type { Program, Shapes } from './program.js';
import { pruneGraph } from './prune.js';
import { sameShape } from './shape.js';

/** What a session does with a program. */
export type Phase = 'training' | 'inference';

/**
 * The graph in one phase: `training` is a number, and of a `where` with a number for its condition only what is chosen is
 * read. Every node keeps its number; a program without the leaf is returned as it is.
 */
export const graphIn = (graph: Graph, phase: Phase): Graph => {
  if (!graph.nodes.some(({ op }) => op.op === 'training')) return graph;
  const { nodes, place } = decided(graph.nodes, (node) =>
    node.op.op === 'training' ? (phase === 'training' ? 1 : 0) : undefined,
  );
  return {
    ...graph,
    nodes,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, place[node]])),
  };
};

/**
 * The program in one phase, without what nothing reads in it: no draws of noise for what is used in training only.
 *
 * @example
 * inPhase(program({ x: [8] }, ({ x }) => ({ y: dropout(0.5)(x) })), 'inference').graph.nodes.length   // 1: y is x
 */
export const inPhase = <I extends Shapes, O extends Shapes>(
  p: Program<I, O>,
  phase: Phase,
): Program<I, O> => {
  const graph = graphIn(p.graph, phase);
  return graph === p.graph ? p : { graph: pruneGraph(graph, Object.keys(graph.outputs)) };
};

/** Nodes with known leaves, and for each node the one to read in its place. */
interface Decided {
  readonly nodes: readonly Node[];
  readonly place: readonly number[];
}

const decided = (nodes: readonly Node[], known: (node: Node) => number | undefined): Decided => {
  const out: Node[] = [];
  const place: number[] = [];
  const numberAt = (node: number): number | undefined => {
    const { op, shape } = out[place[node]];
    return op.op === 'constant' && typeof op.value === 'number' && shape.length === 0 ? op.value : undefined;
  };
  for (const [number, node] of nodes.entries()) {
    const { op, shape } = node;
    const inputs = node.inputs.map((input) => place[input]);
    const value = known(node);
    const choice = op.op === 'where' ? numberAt(node.inputs[0]) : undefined;
    const chosen = choice === undefined ? undefined : inputs[choice > 0 ? 1 : 2];
    place.push(number);
    if (value !== undefined) out.push({ op: { op: 'constant', shape: [], value }, inputs: [], shape });
    else if (chosen !== undefined && sameShape(out[chosen].shape, shape)) {
      out.push({ op: { op: 'reshape', shape }, inputs: [chosen], shape });
      place[number] = chosen;
    } else if (op.op === 'scan')
      out.push({ ...node, inputs, op: decidedScan(op, node.inputs.map(numberAt)) });
    else out.push({ ...node, inputs });
  }
  return { nodes: out, place };
};

/** A scan with what is known of its inputs in its step. */
const decidedScan = (op: ScanOp, inputs: readonly (number | undefined)[]): ScanOp => {
  const { externals } = scanInputs(op, inputs);
  if (externals.every((value) => value === undefined)) return op;
  const { nodes, place } = decided(op.body.nodes, ({ op: inner }) =>
    inner.op === 'external' ? externals[inner.index] : undefined,
  );
  const moved = (entries: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(entries).map(([name, node]) => [name, place[node]]));
  const { next, observe, until } = op.body;
  const end = until === undefined ? {} : { until: place[until] };
  return { ...op, body: { nodes, next: moved(next), observe: moved(observe), ...end } };
};
