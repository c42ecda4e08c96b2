/** A lane of fused kernels, with the op-by-op lane behind it for what they cannot do. */

import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../../base/error.js';
import { hasClass } from '../../../base/no-class.js';
import { outputsOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import type { Engine, TensorFlow } from '../../../engine/index.js';
import { type FusedProgram, fuse } from '../../fuse/execute/fused.js';
import { lossTotal } from '../operations/loss.js';
import { planNodes } from '../plan.js';
import { type LocalLane, openLane } from './lane.js';
import type { LabelledMicroBatch } from './micro-batch.js';
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
  (engine.fused ? openFusedLane(program, parameters, async () => engine) : undefined) ??
  openLane(engine, program, parameters);

/**
 * Opens a lane that computes by fused kernels whatever they can, on the memory of one sample, and op by op the rest.
 * What is done how follows from the program alone. An engine is only opened, and the op-by-op lane with it, when it is
 * first needed. Nothing where no output can be fused.
 *
 * **Errors** ProgramError as `compile`.
 */
export const openFusedLane = (
  program: Program,
  parameters: Arrays,
  open: () => Promise<Engine>,
): E.Either<ProgramError, LocalLane> | undefined => {
  const planned = planNodes(program.graph.nodes, Object.values(program.graph.outputs));
  if (E.isLeft(planned)) return E.left({ _tag: 'ProgramError', operation: 'compile', message: planned.left });
  const fused = fuse(program.graph, parameters);
  const shapes = outputsOf(program.graph);
  if (fused === undefined || !Object.keys(shapes).some((name) => fused.fits([name]))) return undefined;
  const current = new Map(Object.entries(parameters));
  let behind: Promise<LocalLane> | undefined;
  const opByOp = (): Promise<LocalLane> => {
    behind ??= open().then((engine) =>
      pipe(
        openLane(engine, program, Object.fromEntries(current)),
        E.getOrElseW((error) => {
          throw new Error(error.message);
        }),
      ),
    );
    return behind;
  };
  // a lane that did not open has already rejected what was asked of it
  const ifOpen = (use: (lane: LocalLane) => void): void => void behind?.then(use, () => {});
  return E.right({
    load: (values) => {
      for (const [name, data] of Object.entries(values)) current.set(name, data);
      fused.load(values);
      ifOpen((lane) => lane.load(values));
    },
    gradients: async (part) => {
      if (!fused.fits(['logits'])) return (await opByOp()).gradients(part);
      const { loss } = part;
      if (loss.name === 'cross-entropy')
        return { ...fused.gradients({ ...part, weights: loss.weights }), statistics: {} };
      const { tf } = await open();
      return throughTensorFlow(tf, fused, part, shapes.logits);
    },
    infer: async (part, outputs, training) =>
      fused.fits(outputs)
        ? { outputs: fused.infer(part, outputs), statistics: {} }
        : (await opByOp()).infer(part, outputs, training),
    tensors: async () => (behind === undefined ? 0 : (await behind).tensors()),
    close: () => ifOpen((lane) => lane.close()),
  });
};

/** Losses without a kernel of their own: TensorFlow.js differentiates them by the logits, the kernels do the rest. */
const throughTensorFlow = async (
  tf: TensorFlow,
  fused: FusedProgram,
  part: LabelledMicroBatch,
  shape: readonly number[],
): Promise<Gradients> => {
  const { logits } = fused.infer(part, ['logits']);
  const ignores = !part.labels.every(hasClass);
  const { value, grads } = tf.tidy(() => {
    const labels = tf.tensor1d(Int32Array.from(part.labels), 'int32');
    const differentiate = tf.valueAndGrads((x: Tensor) =>
      tf.reshape<Rank.R0>(tf.div(lossTotal(tf, part.loss, x, labels, ignores), part.lossCount), []),
    );
    return differentiate([tf.tensor(logits, [part.count, ...shape], 'float32')]);
  });
  const [loss] = await value.data();
  const cotangent = new Float32Array(await grads[0].data());
  tf.dispose([value, grads]);
  return { loss, gradients: fused.vjp(part, { logits: cotangent }).parameters, statistics: {} };
};
