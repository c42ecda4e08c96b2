/** A program for training or for inference: the leaf `training` becomes a number, which simplifies the graph. */

import type { Graph } from './graph.js';
import { type Node, type ScanOp, scanInputs } from './op.js';
import { observedPort } from './ports.js';
import type { Program, Shapes } from './program.js';
import { pruneGraph } from './prune.js';
import { sameShape } from './shape.js';

/** The use that a session makes of a program. */
export type Phase = 'training' | 'inference';

/**
 * The graph in one phase: `training` is a number, and a `where` whose condition is a number reads only the chosen
 * branch. In training it also reads the other branch if only that one contains a batch norm: inference may choose that
 * branch, so its running statistics must follow every batch. Every node keeps its number; a program without the leaf is
 * returned as it is.
 */
export const graphIn = (graph: Graph, phase: Phase): Graph => {
  if (!graph.nodes.some(({ op }) => op.op === 'training')) return graph;
  const isTraining = phase === 'training';
  const { nodes, place } = decided(graph.nodes, {
    known: ({ op }) => (op.op === 'training' ? (isTraining ? 1 : 0) : undefined),
    moved: ({ op }, number) => (isTraining && op.op === 'batchNorm' ? new Set([number]) : none),
  });
  return {
    ...graph,
    nodes,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, place[node]])),
  };
};

/**
 * The program in one phase, without nodes that nothing reads in it: noise that only training uses is not drawn.
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

/** Numbers of batch norms whose running statistics move. */
type Norms = ReadonlySet<number>;

const none: Norms = new Set();

const union = (all: readonly Norms[]): Norms => {
  const some = all.filter(({ size }) => size > 0);
  return some.length < 2 ? (some.at(0) ?? none) : new Set(some.flatMap((norms) => [...norms]));
};

/** Facts of each node in addition to those that follow from its inputs. */
interface Leaves {
  /** The value of a leaf, if it is known. */
  readonly known: (node: Node) => number | undefined;
  /** The batch norms whose statistics move when the node is computed, without those behind its inputs. */
  readonly moved: (node: Node, number: number) => Norms;
}

/** The nodes with known leaves, and for each node the one that replaces it. */
interface Decided {
  readonly nodes: readonly Node[];
  readonly place: readonly number[];
}

const decided = (nodes: readonly Node[], { known, moved }: Leaves): Decided => {
  const out: Node[] = [];
  const place: number[] = [];
  const behind: Norms[] = [];
  const numberAt = (node: number): number | undefined => {
    const { op, shape } = out[place[node]];
    return op.op === 'constant' && typeof op.value === 'number' && shape.length === 0 ? op.value : undefined;
  };
  for (const [number, node] of nodes.entries()) {
    const { op, shape } = node;
    const inputs = node.inputs.map((input) => place[input]);
    const value = known(node);
    const choice = op.op === 'where' ? numberAt(node.inputs[0]) : undefined;
    const [chosen, other] =
      choice === undefined ? [] : choice > 0 ? [inputs[1], inputs[2]] : [inputs[2], inputs[1]];
    const isDecided =
      chosen !== undefined &&
      other !== undefined &&
      sameShape(out[chosen].shape, shape) &&
      [...behind[other]].every((norm) => behind[chosen].has(norm));
    place.push(number);
    if (value !== undefined) out.push({ op: { op: 'constant', shape: [], value }, inputs: [], shape });
    else if (isDecided) {
      out.push({ op: { op: 'reshape', shape }, inputs: [chosen], shape });
      place[number] = chosen;
    } else if (op.op === 'scan')
      out.push({
        ...node,
        inputs,
        op: decidedScan(
          op,
          node.inputs.map(numberAt),
          inputs.map((input) => behind[input]),
        ),
      });
    else out.push({ ...node, inputs });
    const read = out[number].inputs;
    const taken = op.op === 'take' ? out[read[0]] : undefined;
    const needed =
      op.op === 'take' && taken?.op.op === 'scan' ? neededInputs(taken.op, taken.inputs, op.port) : read;
    behind.push(union([moved(node, number), ...needed.map((input) => behind[input])]));
  }
  return { nodes: out, place };
};

/** The inputs of a scan that one port needs: an external may be read only by observed values. */
const neededInputs = (op: ScanOp, inputs: readonly number[], port: string): readonly number[] => {
  const { nodes, next, observe, until } = op.body;
  const observed = Object.entries(observe).flatMap(([name, node]) =>
    observedPort(name) === port ? [node] : [],
  );
  const needed = new Set([...Object.values(next), ...observed, ...(until === undefined ? [] : [until])]);
  for (let number = nodes.length - 1; number >= 0; number--)
    if (needed.has(number)) for (const input of nodes[number].inputs) needed.add(input);
  const read = new Set(
    [...needed].flatMap((number) => {
      const { op: inner } = nodes[number];
      return inner.op === 'external' ? [inner.index] : [];
    }),
  );
  const { fields, sequences, externals } = scanInputs(op, inputs);
  return [...fields, ...sequences, ...externals.filter((_, index) => read.has(index))];
};

/** A scan whose step uses the known values of its inputs. */
const decidedScan = (
  op: ScanOp,
  inputs: readonly (number | undefined)[],
  norms: readonly Norms[],
): ScanOp => {
  const { externals } = scanInputs(op, inputs);
  if (externals.every((value) => value === undefined)) return op;
  // fields and sequences are read whatever the step chooses
  const behind = scanInputs(op, norms).externals;
  const { nodes, place } = decided(op.body.nodes, {
    known: ({ op: inner }) => (inner.op === 'external' ? externals[inner.index] : undefined),
    moved: ({ op: inner }) => (inner.op === 'external' ? behind[inner.index] : none),
  });
  const moved = (entries: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(entries).map(([name, node]) => [name, place[node]]));
  const { next, observe, until } = op.body;
  const end = until === undefined ? {} : { until: place[until] };
  return { ...op, body: { nodes, next: moved(next), observe: moved(observe), ...end } };
};
