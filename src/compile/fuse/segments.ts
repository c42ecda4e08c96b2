/**
 * Segments: which parts of a program run fused and which op by op, as data.
 *
 * Every node is asked whether it has a fused kernel; neighbours that do become one segment, with what lies between two
 * segments as its inputs and outputs. Weights, and what is computed from weights alone, belong to every segment that
 * reads them. A fused segment must be worth its borders: a scan, or two layers with weights.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Graph } from '../../dsl/graph.js';
import { factsOf } from '../../dsl/infer.js';
import type { Node } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { gridShape } from './fused.js';
import { onGrid, plain } from './layout.js';
import { Lowering, pixelsOf, type Refusal, refused } from './lower.js';

/** A part of a program as a program of its own; its inputs are the program's, or what other segments leave. */
export interface Segment {
  readonly fused: boolean;
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
 * The plan of a graph whose shapes hold together.
 *
 * @example
 * segmentsOf(nwm.graph).segments.map(({ fused }) => fused)   // [true]
 */
export const segmentsOf = (graph: Graph): SegmentPlan => {
  const perSample = pipe(
    factsOf(graph.nodes),
    E.match(
      () => graph.nodes.map(() => true),
      (facts) => facts.map((fact) => fact.perSample),
    ),
  );
  const why = refusalsOf(graph, perSample);
  // what comes from weights alone goes wherever it is read
  const placed = graph.nodes.map((node, number) => !isLeaf(node) && perSample[number]);
  let fused = graph.nodes.map((_, number) => !why.has(owner(graph.nodes, number)));
  let groups = groupsOf(graph, placed, fused);
  const poor = groups.filter((group) => fused[group[0]] && !isWorthIt(graph, group));
  if (poor.length > 0) {
    const demoted = new Set(poor.flat());
    for (const number of demoted) if (!why.has(number)) why.set(number, 'too little work to fuse by itself');
    fused = fused.map((is, number) => is && !demoted.has(number));
    groups = groupsOf(graph, placed, fused);
  }
  return {
    segments: groups.map((group) => extract(graph, group, fused[group[0]], placed)),
    leftOut: [...why].flatMap(([node, reason]) =>
      placed[node] && graph.nodes[node].op.op !== 'take'
        ? [{ node, operation: graph.nodes[node].op.op, why: reason }]
        : [],
    ),
  };
};

/** Why nodes have no fused kernel; what reads them may have one again, with their values as an input. */
const refusalsOf = (graph: Graph, perSample: readonly boolean[]): Map<number, string> => {
  const reasons = new Map<number, string>();
  const grid = gridShape(graph);
  if (grid === undefined) {
    for (const number of graph.nodes.keys()) reasons.set(number, 'the program has no grid');
    return reasons;
  }
  const lowering = new Lowering(graph.nodes, grid);
  const scans = new Map<number, Exclude<ReturnType<Lowering['lowerScan']>, Refusal>>();
  for (const [number, node] of graph.nodes.entries()) {
    const refuse = (reason: string): void => {
      reasons.set(number, reason);
      if (perSample[number]) lowering.values.set(number, border(lowering, number, node, grid));
    };
    if (node.op.op === 'scan') {
      const scan = lowering.lowerScan(number);
      if ('why' in scan) refuse(scan.why);
      else scans.set(number, scan);
      continue;
    }
    if (node.op.op === 'take') {
      const scan = scans.get(node.inputs[0]);
      const layout = scan?.ports.get(node.op.port);
      if (scan === undefined || layout === undefined) refuse(reasons.get(node.inputs[0]) ?? 'no such port');
      else lowering.values.set(number, lowering.port(scan.node, node.op.port, layout));
      continue;
    }
    const value = lowering.lower(number);
    if (refused(value)) refuse(value.why);
    else if (perSample[number] && !isLeaf(node) && node.shape.length > 0 && !onGrid(value.layout))
      refuse('it is not on the grid of the program');
  }
  return reasons;
};

/** What another segment leaves, as a leaf. */
const border = (lowering: Lowering, number: number, { shape }: Node, grid: Shape) => {
  const layout = plain(shape, pixelsOf(shape, grid));
  const planes = layout.dims.reduce((a, b) => a * b, 1);
  const source = { kind: 'input', name: nameOf(number) } as const;
  return {
    node: lowering.builder.add({ op: 'leaf', source }, [], { planes, grid: onGrid(layout) }),
    layout,
  };
};

const nameOf = (node: number): string => `between-${node}`;

/** Alternating groups of nodes of a kind: the n-th of a kind follows from n changes of kind on the way to it. */
const groupsOf = (
  { nodes }: Graph,
  placed: readonly boolean[],
  fused: readonly boolean[],
): readonly (readonly number[])[] => {
  const levels: number[] = [];
  const groups = new Map<number, number[]>();
  for (const [number, node] of nodes.entries()) {
    if (!placed[number]) {
      levels.push(-1);
      continue;
    }
    const parity = fused[number] ? 0 : 1;
    const own = node.inputs.filter((input) => placed[input]).map((input) => levels[input]);
    const least = Math.max(parity, ...own);
    const level = least % 2 === parity ? least : least + 1;
    levels.push(level);
    groups.set(level, [...(groups.get(level) ?? []), number]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
};

const isWorthIt = ({ nodes }: Graph, group: readonly number[]): boolean => {
  const layers = group.filter((number) => ['conv', 'dense'].includes(nodes[number].op.op)).length;
  return layers >= 2 || group.some((number) => nodes[number].op.op === 'scan');
};

/** A group as a graph of its own. */
const extract = (
  graph: Graph,
  group: readonly number[],
  fused: boolean,
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
    fused,
    graph: { language: graph.language, nodes, outputs },
    nodes: group,
    reads,
    gives: Object.fromEntries(given.map((number) => [nameOf(number), number])),
  };
};
