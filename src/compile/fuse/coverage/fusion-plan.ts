/** The fusion plan of a program: its segments with their work, and why other nodes are not fused. */

import * as t from 'io-ts';
import { real, record, whole } from '../../../base/codec.js';
import { type Graph, parametersOf, usesBatchStatistics } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { graphIn } from '../../../dsl/phase.js';
import { volume } from '../../../dsl/shape.js';
import { cost } from '../../cost/index.js';
import { fuse } from '../execute/fused.js';
import { Arena, countedMemory } from '../memory/arena.js';
import { type LeftOut, segmentsOf } from '../partition/segments.js';
import { spreadsOf } from '../partition/spreads.js';

/** A segment and its work for one sample in a training step. */
export interface PlannedSegment {
  readonly fused: boolean;
  readonly nodes: readonly number[];
  /** The kinds of operations in it, most frequent first. */
  readonly operations: readonly string[];
  /** Forward and backward. */
  readonly flops: number;
  /** Bytes that its operations would move one by one, forward. */
  readonly bytes: number;
  /** Its share of the program's FLOPs. */
  readonly share: number;
}

/** How values of the whole batch are computed. */
export interface BatchPlan {
  /** The number of passes over all samples. */
  readonly passes: number;
  /** Bytes kept for each sample between passes; they are held for the whole batch. */
  readonly bytesPerSample: number;
}

/** Which parts of a program run fused. */
export interface FusionPlan {
  readonly segments: readonly PlannedSegment[];
  readonly leftOut: readonly LeftOut[];
  /** The share of FLOPs in fused segments: of a training step, or of one evaluation if nothing is trained. */
  readonly fusedShare: number;
  /** All FLOPs of a sample; 0 if values are only moved. */
  readonly flops: number;
  /** Whether there is something to train. */
  readonly trains: boolean;
  /** For a program with batch statistics that is fused as a whole; else null. */
  readonly batch: BatchPlan | null;
  /** Sentences that say how far a NaN spreads beyond the windows that read it; empty if it does not. */
  readonly spreads: readonly string[];
}

const numbers = real(0, Number.MAX_VALUE);
const node = whole(0, Number.MAX_SAFE_INTEGER);

/**
 * The codec of plans, as `drumhead show NAME --plan --json` writes them. Nodes are those of the program's graph.
 *
 * @example
 * const plan = fusionPlan(program({ x: [8, 8, 1] }, ({ x }) => ({ y: conv(2)(conv(4)(x)) })));
 * fusionPlanCodec.decode(JSON.parse(JSON.stringify(plan))); // => E.right(plan)
 */
export const fusionPlanCodec: t.Type<FusionPlan, unknown, unknown> = record('plan of fused kernels', {
  segments: t.readonlyArray(
    record('segment', {
      fused: t.boolean,
      nodes: t.readonlyArray(node),
      operations: t.readonlyArray(t.string),
      flops: numbers,
      bytes: numbers,
      share: numbers,
    }),
  ),
  leftOut: t.readonlyArray(record('node left out', { node, operation: t.string, why: t.string })),
  fusedShare: numbers,
  flops: numbers,
  trains: t.boolean,
  batch: t.union([record('values of the whole batch', { passes: node, bytesPerSample: numbers }), t.null]),
  spreads: t.readonlyArray(t.string),
});

/** The passes of a step of training, of the logits or of all outputs; nothing is allocated to know them. */
const batchOf = (graph: Graph): BatchPlan | null => {
  if (!usesBatchStatistics(graph)) return null;
  const zeros = Object.fromEntries(
    parametersOf(graph).map(({ name, shape }) => [name, new Float32Array(volume(shape))]),
  );
  const fused = fuse(graph, zeros, undefined, () => new Arena(countedMemory()), true);
  const outputs = 'logits' in graph.outputs ? ['logits'] : Object.keys(graph.outputs);
  if (fused?.fits(outputs) !== true) return null;
  fused.prepareGradients(outputs);
  return { passes: fused.passes(), bytesPerSample: fused.bytesPerSample() };
};

/**
 * The plan of a program in training.
 *
 * @example
 * fusionPlan(program({ x: [8, 8, 1] }, ({ x }) => ({ y: conv(2)(conv(4)(x)) }))).fusedShare; // => 1
 */
export const fusionPlan = (program: Program): FusionPlan => {
  const graph = graphIn(program.graph, 'training');
  const { nodes, parameters } = cost(program, { batch: 1 });
  const work = new Map(nodes.map((node) => [node.path, node] as const));
  const costOf = (number: number) => work.get(String(number));
  const { segments, leftOut } = segmentsOf(graph);
  const flopsOf = (number: number): number =>
    (costOf(number)?.forwardFlops ?? 0) + (costOf(number)?.backwardFlops ?? 0);
  const bytesOf = (number: number): number =>
    (costOf(number)?.bytesRead ?? 0) + (costOf(number)?.bytesWritten ?? 0);
  const sum = (list: readonly number[], f: (number: number) => number): number =>
    list.reduce((total, number) => total + f(number), 0);
  const all = sum(
    segments.flatMap((segment) => segment.nodes),
    flopsOf,
  );
  const planned = segments.map(({ fused, nodes: numbers }): PlannedSegment => {
    const flops = sum(numbers, flopsOf);
    const counts = new Map<string, number>();
    for (const number of numbers) {
      const { op } = graph.nodes[number].op;
      if (op !== 'take') counts.set(op, (counts.get(op) ?? 0) + 1);
    }
    return {
      fused,
      nodes: numbers,
      operations: [...counts]
        .sort(([, a], [, b]) => b - a)
        .map(([op, count]) => (count > 1 ? `${count} ${op}` : op)),
      flops,
      bytes: sum(numbers, bytesOf),
      share: flops / Math.max(1, all),
    };
  });
  return {
    segments: planned,
    leftOut,
    fusedShare: planned.reduce((total, { fused, share }) => total + (fused ? share : 0), 0),
    flops: all,
    trains: parameters > 0,
    batch: segments.length === 1 && leftOut.length === 0 ? batchOf(graph) : null,
    spreads: spreadsOf(segments),
  };
};
