/** The micro-batches for an engine. Op by op, memory grows with the micro-batch; with fused kernels it hardly does. */

import type * as E from 'fp-ts/lib/Either.js';
import type { OutOfMemory } from '../base/error.js';
import { usesBatchStatistics } from '../dsl/graph.js';
import { graphIn } from '../dsl/phase.js';
import { type Program, select } from '../dsl/program.js';
import type { Engine } from '../engine/index.js';
import { cost } from './cost/index.js';
import { fusedFootprint } from './fuse/execute/footprint.js';
import { type Footprint, type MicroBatches, microBatches } from './micro-batches.js';

/**
 * The micro-batches of a training step: as few as fit the engine's memory, but at least two, so that two threads share
 * the work and compute the same bits as one thread. The sizes depend on program, batch and engine alone.
 *
 * **Errors** OutOfMemory as `microBatches`.
 *
 * @param whole whether the batch has statistics: then it is held as a whole and, op by op, also computed as a whole
 * @param outputs what a step of the training computes
 */
export const microBatchesOnEngine = (
  program: Program,
  batch: number,
  { name, limitBytes, fused }: Pick<Engine, 'name' | 'limitBytes' | 'fused'>,
  whole: boolean,
  outputs: readonly string[] = ['logits'],
): E.Either<OutOfMemory, MicroBatches> => {
  const trained = select(program, ...outputs);
  const by = (footprint: Footprint, inParts: boolean): E.Either<OutOfMemory, MicroBatches> =>
    microBatches(footprint, batch, limitBytes, { engine: name, whole, inParts, atLeast: 2 });
  const { training } = cost(trained, { batch });
  // two micro-batches that fit op by op also fit fused, so the kernels need not be laid out
  const roomy = training.fixedBytes + Math.ceil(batch / 2) * training.bytesPerSample <= limitBytes;
  // if weights, gradients and moments do not fit op by op, they do not fit fused either
  const hopeless = training.fixedBytes > limitBytes;
  // micro-batches share batch statistics only in fused kernels
  const meets = whole && usesBatchStatistics(trained.graph);
  const graph = graphIn(trained.graph, 'training');
  const laidOut = fused && !hopeless && (whole ? meets : !roomy) ? fusedFootprint(graph, outputs) : undefined;
  return by(laidOut ?? training, !whole || laidOut !== undefined);
};
