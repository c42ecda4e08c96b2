/** The cost of a program before it runs: operations, bytes moved and bytes held. */

import type { Graph } from '../../dsl/graph.js';
import type { Node } from '../../dsl/op.js';
import { inPhase } from '../../dsl/phase.js';
import type { Program } from '../../dsl/program.js';
import { volume } from '../../dsl/shape.js';
import { describeOp } from '../describe-op.js';
import { type Amount, add, at, none, times } from './amount.js';
import { adamFlops, backwardFlops, forwardFlops } from './flops.js';
import { byDerivative, byTape } from './gradients.js';
import { inferenceMemory, trainingMemory } from './memory.js';
import { backwardTraffic, forwardTraffic, type Traffic } from './traffic.js';
import type { Cost, CostOptions, NodeCost, Work } from './types.js';
import { type Visit, visits } from './visit.js';

export { showCost } from './show.js';
export type { Cost, CostOptions, NodeCost, Work } from './types.js';

/**
 * Counts what a program takes for a batch, computing all its outputs and training on all of them; for some of them
 * pass `select(p, 'logits')`. What is computed in one phase only (`training`) counts there; `nodes` has all that is written.
 *
 * FLOPs: a multiplication with an addition counts 2, every other pointwise function 1 an element; all taps of a
 * convolution count; moving elements does not. A gradient costs a linear layer its forward pass again for its input
 * and again for its weight, each where it is wanted. The loss is not part of a program: its operations, about ten a
 * logit, are not counted. A scan costs its body times its steps, what only rare observations need as often as they are
 * kept; with `until` this is the most that it can cost, and with `remat` a gradient costs its steps once more.
 *
 * Memory: inference by the life of each value. Training as TensorFlow.js does it op by op, whose tape keeps every
 * tensor until the step ends: numbers * 4 bytes of parameters, gradients and two moments, of every tensor made forward
 * and backward, of the loss, and of the largest workspace. It leaves out what an engine takes for itself.
 *
 * @example
 * const { training } = cost(select(nwm({ ... }), 'logits'), { batch: 16 });
 * training.flops;            // 7.28e10
 * training.bytesPerSample;   // what cutting a batch goes by
 */
export const cost = (p: Program, { batch }: CostOptions): Cost => {
  const { nodes, outputs } = p.graph;
  const trainable = count(nodes, true);
  const adam: Amount = { fixed: adamFlops * trainable, perSample: 0 };
  return {
    batch,
    parameters: count(nodes, false),
    trainable,
    inference: inferenceOf(inPhase(p, 'inference').graph, batch),
    training: trainingOf(inPhase(p, 'training').graph, adam, batch),
    nodes: visits(nodes, Object.values(outputs), byDerivative).map((visit) => nodeCost(visit, batch)),
  };
};

const inferenceOf = ({ nodes, outputs }: Graph, batch: number): Work => {
  const ends = Object.values(outputs);
  const all = visits(nodes, ends, byDerivative);
  return work(batch, total(all.map(forwardOf)), inferenceMemory(all, nodes, ends));
};

const trainingOf = ({ nodes, outputs }: Graph, adam: Amount, batch: number): Work => {
  const ends = Object.values(outputs);
  const all = visits(nodes, ends, byDerivative);
  return work(
    batch,
    total([...all.map(forwardOf), ...all.map(backwardOf), { flops: adam, read: none, written: none }]),
    trainingMemory(visits(nodes, ends, byTape), nodes, ends),
  );
};

/** Operations and bytes moved. */
interface Moves extends Traffic {
  readonly flops: Amount;
}

const total = (parts: readonly Moves[]): Moves => ({
  flops: add(none, ...parts.map(({ flops }) => flops)),
  read: add(none, ...parts.map(({ read }) => read)),
  written: add(none, ...parts.map(({ written }) => written)),
});

const repeated = (k: number, { flops, read, written }: Moves): Moves => ({
  flops: times(k, flops),
  read: times(k, read),
  written: times(k, written),
});

const forwardOf = (visit: Visit): Moves =>
  total([
    repeated(visit.repeats, { flops: forwardFlops(visit), ...forwardTraffic(visit) }),
    ...visit.body.map(forwardOf),
  ]);

const backwardOf = (visit: Visit): Moves =>
  total([
    repeated(visit.repeats, { flops: backwardFlops(visit), ...backwardTraffic(visit) }),
    ...visit.body.map(backwardOf),
    ...(computedAgain(visit) ? visit.body.map(forwardOf) : []),
  ]);

/** Whether the gradient recomputes the steps of a scan. */
const computedAgain = ({ op, body }: Visit): boolean =>
  op.op === 'scan' && op.remat !== undefined && body.some(({ trained }) => trained);

const count = (nodes: readonly Node[], trained: boolean): number =>
  nodes.reduce(
    (sum, { op }) => (op.op === 'parameter' && (op.trainable || !trained) ? sum + volume(op.shape) : sum),
    0,
  );

const work = (batch: number, { flops, read, written }: Moves, held: Amount): Work => ({
  flops: at(batch, flops),
  bytesRead: at(batch, read),
  bytesWritten: at(batch, written),
  fixedBytes: held.fixed,
  bytesPerSample: held.perSample,
  peakBytes: at(batch, held),
});

const nodeCost = (visit: Visit, batch: number): NodeCost => {
  const forward = forwardOf(visit);
  const backward = backwardOf(visit);
  const { path, op, inputs, result, repeats, body } = visit;
  return {
    path,
    operation: describeOp(
      op,
      inputs.map(({ shape }) => shape),
    ),
    shape: result.shape,
    repeats,
    forwardFlops: at(batch, forward.flops),
    backwardFlops: at(batch, backward.flops),
    bytesRead: at(batch, forward.read),
    bytesWritten: at(batch, forward.written),
    body: body.map((inner) => nodeCost(inner, batch)),
  };
};
