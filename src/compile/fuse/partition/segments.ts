/**
 * Segments: the parts of a program that run fused and those that run op by op, as data.
 *
 * Neighbouring nodes with fused kernels become one segment; values between segments are its inputs and outputs.
 * Weights, and what is computed from weights alone, belong to every segment that reads them. A fused segment must be
 * worth its borders: a scan, a recurrence, or two layers with weights.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Graph } from '../../../dsl/graph.js';
import { factsOf } from '../../../dsl/infer.js';
import type { Node } from '../../../dsl/op.js';
import { Lowering, lowerGraph } from '../lower/index.js';
import { hasPixels, type PixelAxes } from '../lower/pixel-axes.js';
import type { Pixels } from '../lower/samples.js';
import { isRefusal } from '../lower/value.js';
import { axesOf, gridsOf } from './grid.js';
import { pixelsFor } from './pixels.js';

/** The pixel axes of a segment's values, or samples as pixels. */
export type SegmentPixels = PixelAxes | 'samples';

/** A part of a program as a program of its own. Its inputs are those of the program, or outputs of other segments. */
export interface Segment {
  readonly fused: boolean;
  /** The pixel axes of its values, or samples as pixels; undefined if it is not fused. */
  readonly pixels: SegmentPixels | undefined;
  readonly graph: Graph;
  /** Nodes of the program that it computes. */
  readonly nodes: readonly number[];
  /** Its inputs that are values of the program's nodes. */
  readonly reads: Readonly<Record<string, number>>;
  /** Its outputs, as nodes of the program. */
  readonly gives: Readonly<Record<string, number>>;
}

/** A node that runs op by op, with the reason. */
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
  // nodes that depend only on weights are part of every segment that reads them
  const placed = graph.nodes.map((node, number) => !isLeaf(node) && perSample[number]);
  const isStill = graph.nodes.some(({ op }, number) => op.op === 'batchNorm' && !perSample[number]);
  const tries = isStill ? [] : triesOf(graph, perSample);
  const opByOp = tries.length;
  const kinds = graph.nodes.map((_, number) => {
    const kind = tries.findIndex(({ why }) => !why.has(owner(graph.nodes, number)));
    return kind < 0 ? opByOp : kind;
  });
  const why = new Map(
    graph.nodes.flatMap((_, number) =>
      kinds[number] < opByOp ? [] : [[number, isStill ? still : reasonOf(tries, number)] as const],
    ),
  );
  for (;;) {
    const segments = groupsOf(graph, placed, kinds, opByOp + 1).map((group) =>
      extract(graph, group, tries.at(kinds[group[0]])?.pixels, placed),
    );
    const poor = segments.flatMap((segment) => {
      const whole = segment.nodes.length === placed.filter((is) => is).length;
      const problem =
        segment.pixels === undefined ? undefined : problemOf(graph, segment, segment.pixels, whole);
      return problem === undefined ? [] : segment.nodes.map((number) => ({ number, problem }));
    });
    const alone = poor.length === 0 ? statisticsInParts(graph, segments) : [];
    for (const number of alone) {
      kinds[number] = opByOp;
      why.set(number, 'statistics of a batch are fused only in a program that is fused as a whole');
    }
    if (poor.length + alone.length === 0) return { segments, leftOut: leftOutOf(graph, placed, why) };
    for (const { number, problem } of poor) {
      kinds[number] = opByOp;
      why.set(number, problem);
    }
  }
};

/**
 * The values that differ between samples. In a program without inputs none does; there the results of scans count as
 * different, so that such programs, which are simulated and not trained, have kernels.
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

/**
 * A segment would compute values that depend only on weights as in inference, and nothing would compute their
 * statistics.
 */
const still = 'a batch norm of what is the same for all samples is computed with all the rest';

/** Why a node cannot be fused: the reason of the first attempt. */
const reasonOf = (tries: readonly Attempt[], number: number): string =>
  tries.flatMap(({ why }) => why.get(number) ?? []).at(0) ?? 'nothing differs between samples';

/**
 * Batch norms in segments among several. A segment in training is computed twice, forward and for its gradients, in a
 * stage for each batch norm; op by op costs less.
 */
const statisticsInParts = ({ nodes }: Graph, segments: readonly Segment[]): readonly number[] =>
  segments.length === 1
    ? []
    : segments.flatMap((segment) =>
        segment.fused ? segment.nodes.filter((number) => nodes[number].op.op === 'batchNorm') : [],
      );

/** The reason why a segment should run op by op, if there is one. `whole`: it is the whole program. */
const problemOf = (
  graph: Graph,
  segment: Segment,
  pixels: SegmentPixels,
  whole: boolean,
): string | undefined => {
  if (!whole && !isWorthIt(graph, segment.nodes)) return 'too little work to fuse by itself';
  // its inputs may have another layout than the same values in the whole program
  const { values } = lowerGraph(segment.graph, loweredOn(pixels));
  for (const node of Object.values(segment.graph.outputs)) {
    const value = values.get(node);
    if (value !== undefined && isRefusal(value)) return value.why;
  }
  return undefined;
};

/** The pixels for lowering; the size of a block of samples does not matter for what can be fused. */
export const loweredOn = (pixels: SegmentPixels): Pixels => (pixels === 'samples' ? { samples: 8 } : pixels);

/** The result of lowering a graph with these pixels, with reasons for nodes that cannot be fused. */
interface Attempt {
  readonly pixels: SegmentPixels;
  readonly why: ReadonlyMap<number, string>;
}

/**
 * Attempts to lower a graph: as intended and, if it has grids and a node is left, also with its inputs on other
 * grids.
 */
const triesOf = (graph: Graph, perSample: readonly boolean[]): readonly Attempt[] => {
  const pixels = pixelsFor(graph);
  if (pixels === undefined) return [];
  const first = attempt(graph, perSample, pixels);
  if (pixels === 'samples' || !hasPixels(pixels) || first.why.size === 0) return [first];
  const others = gridsOf(graph)
    .slice(1)
    .flatMap((grid) => axesOf(graph, grid) ?? []);
  return [first, ...others.map((axes) => attempt(graph, perSample, axes))];
};

/** Lowers a graph. Nodes that read a node which cannot be fused take its value as an input. */
const attempt = (graph: Graph, perSample: readonly boolean[], pixels: SegmentPixels): Attempt => {
  const why = new Map<number, string>();
  const lowering = new Lowering(graph.nodes, loweredOn(pixels), Object.values(graph.outputs));
  for (const [number, { op }] of graph.nodes.entries()) {
    const value = lowering.lower(number);
    if (!isRefusal(value)) continue;
    const reason = value.why;
    why.set(number, op.op === 'take' ? (why.get(graph.nodes[number].inputs[0]) ?? reason) : reason);
    if (perSample[number] && op.op !== 'scan') lowering.border(number, nameOf(number));
  }
  return { pixels, why };
};

const nameOf = (node: number): string => `between-${node}`;

/**
 * Groups of nodes of one kind, in an order in which they can run. A node is in the group of its latest input, or in
 * the next group of its own kind.
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
  const layers = group.filter((number) =>
    ['conv', 'dense', 'einsum', 'fourier'].includes(nodes[number].op.op),
  ).length;
  return layers >= 2 || group.some((number) => ['scan', 'recurrence'].includes(nodes[number].op.op));
};

/** A group of nodes as a graph of its own. */
const extract = (
  graph: Graph,
  group: readonly number[],
  pixels: SegmentPixels | undefined,
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
    fused: pixels !== undefined,
    pixels: pixels === undefined || pixels === 'samples' ? pixels : partOf(pixels, nodes, numbers),
    graph: { language: graph.language, nodes, outputs },
    nodes: group,
    reads,
    gives: Object.fromEntries(given.map((number) => [nameOf(number), number])),
  };
};

/** The pixel axes of some nodes, under their new numbers. */
const partOf = (axes: PixelAxes, nodes: readonly Node[], numbers: ReadonlyMap<number, number>): PixelAxes => {
  const olds = new Map([...numbers].map(([old, made]) => [made, old] as const));
  const oldOf = (made: number): number => olds.get(made) ?? -1;
  return {
    nodes: nodes.map((_, made) => axes.nodes[oldOf(made)]),
    bodies: new Map(
      nodes.flatMap((_, made) => {
        const body = axes.bodies.get(oldOf(made));
        return body === undefined ? [] : [[made, body] as const];
      }),
    ),
  };
};
