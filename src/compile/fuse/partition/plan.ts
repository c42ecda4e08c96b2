/** The fusion plan of a program: its segments with their work, and why other nodes are not fused. */

import * as t from 'io-ts';
import { real, record, whole } from '../../../base/codec.js';
import { type Program, parametersOf } from '../../../dsl/index.js';
import { graphIn } from '../../../dsl/phase.js';
import { cost } from '../../cost/index.js';
import { leastStrassenFeatures } from '../emit/strassen.js';
import { leastWinogradChannels } from '../emit/winograd.js';
import { type LeftOut, segmentsOf } from './segments.js';

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

/** Which parts of a program run fused. */
export interface FusionPlan {
  readonly segments: readonly PlannedSegment[];
  readonly leftOut: readonly LeftOut[];
  /** The share of all FLOPs that is in fused segments: of a step of training, or of one evaluation where nothing is trained. */
  readonly fusedShare: number;
  /** All FLOPs of a sample; 0 where values are only moved. */
  readonly flops: number;
  /** Whether there is something to train. */
  readonly trains: boolean;
  /** Sentences that say how far a NaN spreads beyond the windows that read it; empty if it does not. */
  readonly spreads: readonly string[];
}

/**
 * Of layers that share products among pixels, by the sizes of their weights. Whether a grid lets them is not asked: what is
 * said may not come about, what comes about is said.
 */
const spreadsOf = ({ graph }: Program): readonly string[] => {
  const shapes = parametersOf(graph).map(({ shape }) => shape);
  const winograd = shapes.some(
    (shape) => shape.length === 4 && shape[0] === 3 && Math.min(shape[2], shape[3]) >= leastWinogradChannels,
  );
  const strassen = shapes.some((shape) => shape.length === 2 && Math.min(...shape) >= leastStrassenFeatures);
  return [
    ...(winograd
      ? [
          `fused convolutions of ${leastWinogradChannels} channels and more take four lines together: a NaN or an infinity in one ` +
            'reaches up to two lines beyond the window',
        ]
      : []),
    ...(strassen
      ? [
          `fused dense layers of ${leastStrassenFeatures} features and more take two pixels together: a NaN or an infinity in one ` +
            'reaches the other, 32 further in its tile of 64',
        ]
      : []),
  ];
};

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
  spreads: t.readonlyArray(t.string),
});

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
  const of = (number: number) => work.get(String(number));
  const { segments, leftOut } = segmentsOf(graph);
  const flopsOf = (number: number): number =>
    (of(number)?.forwardFlops ?? 0) + (of(number)?.backwardFlops ?? 0);
  const bytesOf = (number: number): number => (of(number)?.bytesRead ?? 0) + (of(number)?.bytesWritten ?? 0);
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
    fusedShare: sum(
      planned.map((_, i) => i),
      (i) => (planned[i].fused ? planned[i].share : 0),
    ),
    flops: all,
    trains: parameters > 0,
    spreads: planned.some(({ fused }) => fused) ? spreadsOf(program) : [],
  };
};
