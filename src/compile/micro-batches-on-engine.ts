/** Cutting a batch for an engine: op by op memory grows with the part, under fused kernels it hardly does. */

import type * as E from 'fp-ts/lib/Either.js';
import type { OutOfMemory } from '../base/error.js';
import { type Program, select } from '../dsl/program.js';
import type { Engine } from '../engine/index.js';
import { cost } from './cost/index.js';
import { fusedFootprint } from './fuse/execute/footprint.js';
import { type Cut, cut, type Footprint } from './micro-batches.js';

/**
 * The micro-batches of a training step: as few as fit the engine's memory, and never fewer than two, so that two
 * threads have something each and the result is the same with one. A function of program, batch and engine alone.
 *
 * **Errors** OutOfMemory as `cut`.
 *
 * @param whole whether the batch has to stay in one piece
 */
export const cutOnEngine = (
  program: Program,
  batch: number,
  { name, limitBytes, fused }: Pick<Engine, 'name' | 'limitBytes' | 'fused'>,
  whole: boolean,
): E.Either<OutOfMemory, Cut> => {
  const trained = select(program, 'logits');
  const by = (footprint: Footprint): E.Either<OutOfMemory, Cut> =>
    cut(footprint, batch, limitBytes, { engine: name, whole, atLeast: 2 });
  const { training } = cost(trained, { batch });
  // two parts that fit op by op fit fused too, and the kernels need not be laid out to know it
  const roomy = training.fixedBytes + Math.ceil(batch / 2) * training.bytesPerSample <= limitBytes;
  // and what cannot hold its weights, their gradients and moments cannot hold them fused either
  const hopeless = training.fixedBytes > limitBytes;
  const laidOut = fused && !whole && !roomy && !hopeless ? fusedFootprint(trained.graph) : undefined;
  return by(laidOut ?? training);
};
