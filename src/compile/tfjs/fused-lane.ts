/** A lane of fused kernels, with the op-by-op lane behind it for what they cannot do. */

import type { Tensor } from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../base/error.js';
import { outputsOf } from '../../dsl/graph.js';
import type { Program } from '../../dsl/index.js';
import type { Engine, TensorFlow } from '../../engine/index.js';
import { type Fused, fuse } from '../fuse/fused.js';
import { type LocalLane, openLane } from './lane.js';
import { lossTotal } from './loss.js';
import type { LabelledPart } from './part.js';
import type { Arrays, Gradients } from './values.js';

/**
 * Opens the lane that an engine is meant to have: fused where it says so, else op by op.
 *
 * **Errors** ProgramError as `compile`.
 */
export const openBestLane = (
  engine: Engine,
  program: Program,
  parameters: Arrays,
): E.Either<ProgramError, LocalLane> =>
  engine.fused ? openFusedLane(engine, program, parameters) : openLane(engine, program, parameters);

/**
 * Opens a lane that computes by fused kernels whatever they can, on the memory of one sample, and op by op the rest.
 * What is done how follows from the program alone. The op-by-op lane is opened when it is first needed.
 *
 * **Errors** ProgramError as `compile`.
 */
export const openFusedLane = (
  engine: Engine,
  program: Program,
  parameters: Arrays,
): E.Either<ProgramError, LocalLane> => {
  const fused = fuse(program.graph, parameters);
  if (fused === undefined) return openLane(engine, program, parameters);
  const current = new Map(Object.entries(parameters));
  let behind: LocalLane | undefined;
  const opByOp = (): LocalLane => {
    behind ??= pipe(
      openLane(engine, program, Object.fromEntries(current)),
      E.getOrElseW((error) => {
        throw new Error(error.message);
      }),
    );
    return behind;
  };
  const shape = outputsOf(program.graph).logits ?? [];
  return E.right({
    load: (values) => {
      for (const [name, data] of Object.entries(values)) current.set(name, data);
      fused.load(values);
      behind?.load(values);
    },
    gradients: async (part) => {
      if (!fused.trains) return opByOp().gradients(part);
      const { loss } = part;
      if (loss.name === 'cross-entropy')
        return { ...fused.gradients({ ...part, weights: loss.weights }), statistics: {} };
      return throughTensorFlow(engine.tf, fused, part, shape);
    },
    infer: async (part, outputs, training) =>
      fused.fits(outputs)
        ? { outputs: fused.infer(part, outputs), statistics: {} }
        : opByOp().infer(part, outputs, training),
    tensors: async () => behind?.tensors() ?? engine.tf.memory().numTensors,
    close: () => behind?.close(),
  });
};

/** Losses without a kernel of their own: TensorFlow.js differentiates them by the logits, the kernels do the rest. */
const throughTensorFlow = async (
  tf: TensorFlow,
  fused: Fused,
  part: LabelledPart,
  shape: readonly number[],
): Promise<Gradients> => {
  const { logits } = fused.infer(part, ['logits']);
  const { value, grads } = tf.tidy(() => {
    const labels = tf.tensor1d(Int32Array.from(part.labels), 'int32');
    const differentiate = tf.valueAndGrads((x: Tensor) =>
      tf.div(lossTotal(tf, part.loss, x, labels), part.lossCount).asScalar(),
    );
    return differentiate([tf.tensor(logits, [part.count, ...shape], 'float32')]);
  });
  const [loss] = await value.data();
  const slope = new Float32Array(await grads[0].data());
  tf.dispose([value, grads]);
  return { loss, gradients: fused.pull(part, { logits: slope }).parameters, statistics: {} };
};
