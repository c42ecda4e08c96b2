/**
 * Segments: which parts of a program run fused and which op by op, as data.
 *
 * Every node is asked whether it has a fused kernel; neighbours that do become one segment, with what lies between two
 * segments as its inputs and outputs. Weights, and what is computed from weights alone, belong to every segment that
 * reads them. A fused segment must be worth its borders: a scan, a recurrence, or two layers with weights.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Graph } from '../../../dsl/graph.js';
import { factsOf } from '../../../dsl/infer.js';
import type { Node } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import { onGrid } from '../ir/layout.js';
import { Lowering, lowerGraph } from '../lower/index.js';
import { isRefusal } from '../lower/value.js';
import { gridsOf } from './grid.js';

/** A part of a program as a program of its own. Its inputs are those of the program, or outputs of other segments. */
export interface Segment {
  readonly fused: boolean;
  /** The sizes of the pixel axes; undefined if it is not fused. */
  readonly grid: Shape | undefined;
  readonly graph: Graph;
  /** Nodes of the program that it computes. */
  readonly nodes: readonly number[];
  /** Its inputs that are values of the program's nodes. */
  readonly reads: Readonly<Record<string, number>>;
  /** Its outputs, as nodes of the program. */
  readonly gives: Readonly<Record<string, number>>;
}

/** A node that runs op by op, and why. */
export interface LeftOut {
  readonly node: number;
  readonly operation: string;
  readonly why: string;
}

/** All segments of a program, and the nodes that run op by op. */
export interface SegmentPlan {
  /** In the order in which they run. */
  readonly segments: readonly Segment[];
  readonly leftOut: readonly LeftOut[];
}

const isLeaf = ({ op }: Node): boolean => op.op === 'input' || op.op === 'parameter' || op.op === 'constant';

/** A node, the scan that a port belongs to. */
const owner = (nodes: readonly Node[], number: number): number => {
  const { op, inputs } = nodes[number];
  return op.op === 'take' ? inputs[0] : number;
};

/**
 * The segments of a graph with valid shapes.
 *
 * @example
 * segmentsOf(nwm.graph).segments.map(({ fused }) => fused)   // [true]
 */
export const segmentsOf = (graph: Graph): SegmentPlan => {
  const perSample = differing(graph.nodes);
  // what depends on weights alone is part of every segment that reads it
  const placed = graph.nodes.map((node, number) => !isLeaf(node) && perSample[number]);
  const grids = gridsOf(graph);
  const tries = grids.map((grid) => tryGrid(graph, perSample, grid, grids));
  const opByOp = tries.length;
  const kinds = graph.nodes.map((_, number) => {
    const kind = tries.findIndex(({ why }) => !why.has(owner(graph.nodes, number)));
    return kind < 0 ? opByOp : kind;
  });
  const why = new Map(
    graph.nodes.flatMap((_, number) =>
      kinds[number] < opByOp ? [] : [[number, reasonOf(tries, number)] as const],
    ),
  );
  for (;;) {
    const segments = groupsOf(graph, placed, kinds, opByOp + 1).map((group) =>
      extract(graph, group, grids.at(kinds[group[0]]), placed),
    );
    const poor = segments.flatMap((segment) => {
      const whole = segment.nodes.length === placed.filter((is) => is).length;
      const problem = segment.grid === undefined ? undefined : problemOf(graph, segment, segment.grid, whole);
      return problem === undefined ? [] : segment.nodes.map((number) => ({ number, problem }));
    });
    if (poor.length === 0) return { segments, leftOut: leftOutOf(graph, placed, why) };
    for (const { number, problem } of poor) {
      kinds[number] = opByOp;
      why.set(number, problem);
    }
  }
};

/**
 * Which values differ between samples. In a program without inputs none does; there what a scan gives counts as if it
 * did, so that such programs, which are watched and not trained, have kernels.
 */
const differing = (nodes: readonly Node[]): readonly boolean[] => {
  const found = pipe(
    factsOf(nodes),
    E.match(
      () => nodes.map(() => true),
      (facts) => facts.map((fact) => fact.perSample),
    ),
  );
  if (found.includes(true)) return found;
  const scanned: boolean[] = [];
  for (const { op, inputs } of nodes)
    scanned.push(op.op === 'scan' || inputs.some((input) => scanned[input]));
  const isWeight = nodes.some(
    ({ op, inputs }) =>
      ['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op) &&
      inputs.slice(1).some((input) => scanned[input]),
  );
  return isWeight ? found : scanned;
};

const leftOutOf = (
  { nodes }: Graph,
  placed: readonly boolean[],
  why: ReadonlyMap<number, string>,
): readonly LeftOut[] =>
  [...why]
    .sort(([a], [b]) => a - b)
    .flatMap(([node, reason]) =>
      (placed[node] || nodes[node].op.op === 'scan') && nodes[node].op.op !== 'take'
        ? [{ node, operation: nodes[node].op.op, why: reason }]
        : [],
    );

/** Why a node cannot be fused: the reason on its own grid, else on the first. */
const reasonOf = (tries: readonly OnGrid[], number: number): string => {
  const reasons = tries.flatMap(({ why }) => why.get(number) ?? []);
  return reasons.find((reason) => reason !== elsewhere) ?? reasons.at(0) ?? 'the program has no grid';
};

/** Why a segment should run op by op, if it should. `whole`: it is all that the program computes. */
const problemOf = (graph: Graph, segment: Segment, grid: Shape, whole: boolean): string | undefined => {
  if (!whole && !isWorthIt(graph, segment.nodes)) return 'too little work to fuse by itself';
  // its inputs may be stored in another order than the same values in the whole program
  const { values } = lowerGraph(segment.graph, grid);
  for (const node of Object.values(segment.graph.outputs)) {
    const value = values.get(node);
    if (value !== undefined && isRefusal(value)) return value.why;
  }
  return undefined;
};

const elsewhere = 'it is on another grid';

/** The result of lowering a graph on one grid: why nodes cannot be fused. */
interface OnGrid {
  readonly grid: Shape;
  readonly why: ReadonlyMap<number, string>;
}

/** Lowers a graph on one grid. Nodes that read a node which cannot be fused take its value as an input. */
const tryGrid = (
  graph: Graph,
  perSample: readonly boolean[],
  grid: Shape,
  others: readonly Shape[],
): OnGrid => {
  const why = new Map<number, string>();
  const lowering = new Lowering(graph.nodes, grid, Object.values(graph.outputs));
  for (const [number, { op, shape }] of graph.nodes.entries()) {
    const value = lowering.lower(number);
    // a list may be as long as a line of sites; it is a field only if it has channels
    const isOther = others.some(
      (other) =>
        other !== grid && shape.length > other.length && other.every((size, axis) => shape[axis] === size),
    );
    const reason = isRefusal(value)
      ? value.why
      : !isLeaf(graph.nodes[number]) && perSample[number] && !onGrid(value.layout) && isOther
        ? elsewhere
        : undefined;
    if (reason === undefined) continue;
    why.set(number, op.op === 'take' ? (why.get(graph.nodes[number].inputs[0]) ?? reason) : reason);
    if (perSample[number] && op.op !== 'scan') lowering.border(number, nameOf(number));
  }
  return { grid, why };
};

const nameOf = (node: number): string => `between-${node}`;

/**
 * Groups of nodes of one kind, in an order in which they can run: a node is as late as what it reads, and where that
 * is of another kind, in the next group of its own.
 */
const groupsOf = (
  { nodes }: Graph,
  placed: readonly boolean[],
  kinds: readonly number[],
  count: number,
): readonly (readonly number[])[] => {
  const levels: number[] = [];
  const groups = new Map<number, number[]>();
  for (const [number, node] of nodes.entries()) {
    if (!placed[number]) {
      levels.push(-1);
      continue;
    }
    const least = Math.max(0, ...node.inputs.map((input) => levels[input]));
    const level = least + ((kinds[owner(nodes, number)] - (least % count) + count) % count);
    levels.push(level);
    groups.set(level, [...(groups.get(level) ?? []), number]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
};

const isWorthIt = ({ nodes }: Graph, group: readonly number[]): boolean => {
  const layers = group.filter((number) => ['conv', 'dense'].includes(nodes[number].op.op)).length;
  return layers >= 2 || group.some((number) => ['scan', 'recurrence'].includes(nodes[number].op.op));
};

/** A group of nodes as a graph of its own. */
const extract = (
  graph: Graph,
  group: readonly number[],
  grid: Shape | undefined,
  placed: readonly boolean[],
): Segment => {
  const inside = new Set(group);
  const nodes: Node[] = [];
  const numbers = new Map<number, number>();
  const reads: Record<string, number> = {};
  const put = (number: number): number => {
    const known = numbers.get(number);
    if (known !== undefined) return known;
    const node = graph.nodes[number];
    const inputs = placed[number] && !inside.has(number) ? [] : node.inputs.map(put);
    if (placed[number] && !inside.has(number)) {
      reads[nameOf(number)] = number;
      nodes.push({
        op: { op: 'input', name: nameOf(number), shape: [...node.shape] },
        inputs: [],
        shape: node.shape,
      });
    } else nodes.push({ ...node, inputs });
    numbers.set(number, nodes.length - 1);
    return nodes.length - 1;
  };
  for (const number of group) put(number);
  const wanted = new Set(Object.values(graph.outputs));
  const outside = graph.nodes.flatMap(({ inputs }, number) => (inside.has(number) ? [] : inputs));
  const given = group.filter(
    (number) => graph.nodes[number].op.op !== 'scan' && (wanted.has(number) || outside.includes(number)),
  );
  const outputs = Object.fromEntries(given.map((number) => [nameOf(number), numbers.get(number) ?? 0]));
  return {
    fused: grid !== undefined,
    grid,
    graph: { language: graph.language, nodes, outputs },
    nodes: group,
    reads,
    gives: Object.fromEntries(given.map((number) => [nameOf(number), number])),
  };
};
