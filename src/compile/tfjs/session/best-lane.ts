/** The lane of an engine: fused kernels with TensorFlow.js behind them, or only TensorFlow.js. */

import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../../base/error.js';
import { hasClass } from '../../../base/no-class.js';
import type { Program } from '../../../dsl/index.js';
import type { Engine, TensorFlow } from '../../../engine/index.js';
import { lossTotal } from '../operations/loss.js';
import { type Behind, type LossByLogits, openFusedLane } from './fused-lane.js';
import { type LocalLane, openLane } from './lane.js';
import type { LabelledMicroBatch } from './micro-batch.js';
import type { Arrays } from './values.js';

/**
 * Opens the lane of an engine: fused if the engine says so, else op by op.
 *
 * **Errors** ProgramError as `compile`.
 */
export const openBestLane = (
  engine: Engine,
  program: Program,
  parameters: Arrays,
): E.Either<ProgramError, LocalLane> =>
  (engine.fused
    ? openFusedLane(program, parameters, async () => behindOf(engine, program), engine.native)
    : undefined) ?? openLane(engine, program, parameters);

/** TensorFlow.js behind fused kernels, op by op. */
export const behindOf = (engine: Engine, program: Program): Behind => ({
  lane: (parameters) =>
    pipe(
      openLane(engine, program, parameters),
      E.getOrElseW((error) => {
        throw new Error(error.message);
      }),
    ),
  lossOf: (microBatch, logits, shape) => lossByLogits(engine.tf, microBatch, logits, shape),
});

const lossByLogits = async (
  tf: TensorFlow,
  microBatch: LabelledMicroBatch,
  logits: Float32Array,
  shape: readonly number[],
): Promise<LossByLogits> => {
  const ignores = !microBatch.labels.every(hasClass);
  const { value, grads } = tf.tidy(() => {
    const labels = tf.tensor1d(Int32Array.from(microBatch.labels), 'int32');
    const differentiate = tf.valueAndGrads((x: Tensor) =>
      tf.reshape<Rank.R0>(
        tf.div(lossTotal(tf, microBatch.loss, x, labels, ignores), microBatch.lossCount),
        [],
      ),
    );
    return differentiate([tf.tensor(logits, [microBatch.count, ...shape], 'float32')]);
  });
  const [loss] = await value.data();
  const cotangent = new Float32Array(await grads[0].data());
  tf.dispose([value, grads]);
  return { loss, cotangent };
};
