/** A lane of fused kernels, with the op-by-op lane behind it for what they cannot do. */

import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../../base/error.js';
import { hasClass } from '../../../base/no-class.js';
import { outputsOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { inPhase } from '../../../dsl/phase.js';
import type { Engine, TensorFlow } from '../../../engine/index.js';
import { type FusedProgram, fuse } from '../../fuse/execute/fused.js';
import { planNodes } from '../node-plan.js';
import { lossTotal } from '../operations/loss.js';
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
 * Opens a lane that computes outputs by fused kernels where it can, with the memory of one sample, and the others op by
 * op. Which outputs are fused depends on the program and its phase alone. The op-by-op lane and its engine are opened when they are
 * first needed. Undefined if no output can be fused.
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
  const [inferred, trained] = [inPhase(program, 'inference').graph, inPhase(program, 'training').graph];
  const inference = fuse(inferred, parameters);
  const training = trained === inferred ? inference : fuse(trained, parameters);
  const shapes = outputsOf(program.graph);
  const fusedIn = [...new Set([inference, training])].flatMap((fused) => fused ?? []);
  if (!fusedIn.some((fused) => Object.keys(shapes).some((name) => fused.fits([name])))) return undefined;
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
      for (const fused of fusedIn) fused.load(values);
      ifOpen((lane) => lane.load(values));
    },
    gradients: async (microBatch) => {
      if (training?.fits(['logits']) !== true) return (await opByOp()).gradients(microBatch);
      const { loss } = microBatch;
      if (loss.name === 'cross-entropy')
        return { ...training.gradients({ ...microBatch, weights: loss.weights }), statistics: {} };
      const { tf } = await open();
      return throughTensorFlow(tf, training, microBatch, shapes.logits);
    },
    infer: async (microBatch, outputs, isTraining) => {
      const fused = isTraining ? training : inference;
      return fused?.fits(outputs) === true
        ? { outputs: fused.infer(microBatch, outputs), statistics: {} }
        : (await opByOp()).infer(microBatch, outputs, isTraining);
    },
    tensors: async () => (behind === undefined ? 0 : (await behind).tensors()),
    close: () => ifOpen((lane) => lane.close()),
  });
};

/** A loss without a kernel: TensorFlow.js computes its gradient by the logits, and the kernels the VJP of the logits. */
const throughTensorFlow = async (
  tf: TensorFlow,
  fused: FusedProgram,
  microBatch: LabelledMicroBatch,
  shape: readonly number[],
): Promise<Gradients> => {
  const { logits } = fused.infer(microBatch, ['logits']);
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
  return { loss, gradients: fused.vjp(microBatch, { logits: cotangent }).parameters, statistics: {} };
};
