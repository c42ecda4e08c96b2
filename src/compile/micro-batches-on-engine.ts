/** The micro-batches for an engine. Op by op, memory grows with the micro-batch; with fused kernels it hardly does. */

import type * as E from 'fp-ts/lib/Either.js';
import type { OutOfMemory } from '../base/error.js';
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
 * @param whole whether the batch must stay whole
 */
export const microBatchesOnEngine = (
  program: Program,
  batch: number,
  { name, limitBytes, fused }: Pick<Engine, 'name' | 'limitBytes' | 'fused'>,
  whole: boolean,
): E.Either<OutOfMemory, MicroBatches> => {
  const trained = select(program, 'logits');
  const by = (footprint: Footprint): E.Either<OutOfMemory, MicroBatches> =>
    microBatches(footprint, batch, limitBytes, { engine: name, whole, atLeast: 2 });
  const { training } = cost(trained, { batch });
  // if two micro-batches fit op by op they fit fused too: the kernels need not be laid out to know it
  const roomy = training.fixedBytes + Math.ceil(batch / 2) * training.bytesPerSample <= limitBytes;
  // if weights, gradients and moments do not fit op by op, they do not fit fused either
  const hopeless = training.fixedBytes > limitBytes;
  const laidOut = fused && !whole && !roomy && !hopeless ? fusedFootprint(trained.graph) : undefined;
  return by(laidOut ?? training);
};
