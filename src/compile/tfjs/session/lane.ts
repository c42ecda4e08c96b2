/** A lane: computes the parts of batches one at a time. This one is an engine in this thread. */

import type { NamedTensorMap, Rank, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../../base/error.js';
import { hasClass } from '../../../base/no-class.js';
import { inputsOf, parametersOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { select } from '../../../dsl/index.js';
import { inPhase, type Phase } from '../../../dsl/phase.js';
import { volume } from '../../../dsl/shape.js';
import type { Engine, TensorFlow } from '../../../engine/index.js';
import { compile, type Executable } from '../compile.js';
import { lossTotal } from '../operations/loss.js';
import { compileSegments } from '../segmented.js';
import type { Meet } from './meeting.js';
import type { LabelledMicroBatch, LossyMicroBatch, MicroBatch } from './micro-batch.js';
import type { Arrays, Gradients, Inference } from './values.js';

/**
 * Computes one part at a time; all lanes give the same bits. For a program with batch statistics, it computes several
 * parts in turn, each of which meets the others; without a meeting, or op by op, a part has its own statistics.
 */
export interface Lane {
  /** The total loss of the micro-batch divided by the loss count of the whole batch, and its gradients. */
  readonly gradients: (microBatch: LossyMicroBatch, meet?: Meet) => Promise<Gradients>;
  readonly infer: (
    microBatch: MicroBatch,
    outputs: readonly string[],
    training: boolean,
    meet?: Meet,
  ) => Promise<Inference>;
  /** Tensors alive on the engine: a number that must not grow. */
  readonly tensors: () => Promise<number>;
}

/** A lane in this thread. */
export interface LocalLane extends Lane {
  readonly load: (parameters: Arrays) => void;
  readonly close: () => void;
}

/**
 * Opens a lane with these parameters.
 *
 * **Errors** ProgramError as `compile`.
 */
export const openLane = (
  { tf, fused, native }: Engine,
  program: Program,
  parameters: Arrays,
): E.Either<ProgramError, LocalLane> => {
  const declared = parametersOf(program.graph);
  const shapes = inputsOf(program.graph);
  const executables = new Map<string, Executable>();
  const executable = (outputs: readonly string[], phase: Phase): Executable => {
    const key = `${phase} ${[...outputs].sort().join()}`;
    const known = executables.get(key);
    if (known !== undefined) return known;
    const chosen = inPhase(select(program, ...outputs), phase);
    const made = pipe(
      // an engine with fused kernels computes all segments of a program that can be fused
      fused ? compileSegments(tf, chosen, native) : compile(tf, chosen),
      E.getOrElseW((error) => {
        throw new Error(error.message);
      }),
    );
    executables.set(key, made);
    return made;
  };
  const feed = ({ inputs, count }: MicroBatch): NamedTensorMap =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        tf.tensor(inputs[name], [count, ...shape], 'float32'),
      ]),
    );

  const trained = parametersOf(inPhase(program, 'training').graph).filter(({ trainable }) => trainable);

  const open = (): LocalLane => {
    const variables: Readonly<Record<string, Variable>> = Object.fromEntries(
      declared.map(({ name, shape, trainable }) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(parameters[name], [...shape], 'float32'), trainable)),
      ]),
    );
    const readBy = new Map<string, readonly Variable[]>();
    const trainedBy = (minimised: string): readonly Variable[] => {
      const read =
        readBy.get(minimised) ??
        parametersOf(inPhase(select(program, minimised), 'training').graph)
          .map(({ name }) => variables[name])
          .filter((variable) => variable.trainable);
      readBy.set(minimised, read);
      return read;
    };
    return {
      load: (values) => {
        for (const { name, shape } of declared)
          if (name in values) tf.tidy(() => variables[name].assign(tf.tensor(values[name], [...shape])));
      },
      gradients: async (microBatch) => {
        const kept: Record<string, Tensor> = {};
        const { value, grads } = tf.tidy(() => {
          const inputs = feed(microBatch);
          const minimised = 'labels' in microBatch ? 'logits' : microBatch.output;
          const totalOf = 'labels' in microBatch ? labelledTotal(tf, microBatch) : tf.sum;
          const run = executable([minimised], 'training');
          const lossOf = (): Scalar => {
            const { outputs, statistics } = run({
              parameters: variables,
              inputs,
              batch: microBatch.count,
              training: true,
              noiseSeed: microBatch.noiseSeed,
              samples: microBatch.samples,
            });
            Object.assign(kept, statistics);
            const total = totalOf(outputs[minimised]);
            return tf.reshape<Rank.R0>(tf.div(total, microBatch.lossCount), []);
          };
          const weights = trainedBy(minimised);
          // TensorFlow.js refuses a gradient without variables: if all weights are frozen, or the logits read none.
          if (weights.length === 0) return { value: lossOf(), grads: {} };
          // `variableGrads` also refuses if every weight is behind a step function or a `stopGradient`
          const { value, grads } = tf.engine().gradients(lossOf, [...weights], undefined, true);
          return { value, grads: ofVariables(weights, grads) };
        });
        const byName = Object.fromEntries(
          trained.flatMap(({ name }) => {
            const gradient = grads[variables[name].name];
            return gradient === undefined ? [] : [[name, gradient]];
          }),
        );
        const [loss] = await value.data();
        const found = await download(byName);
        // as in fused kernels, parameters on which the loss does not depend have gradient zero
        const gradients = Object.fromEntries(
          trained.map(({ name, shape }) => [name, found[name] ?? new Float32Array(volume(shape))]),
        );
        const result = { loss, gradients, statistics: await download(kept) };
        tf.dispose([value, grads, kept]);
        return result;
      },
      infer: async (microBatch, outputs, training) => {
        const results = tf.tidy(() => ({
          ...executable(
            outputs,
            training ? 'training' : 'inference',
          )({
            parameters: variables,
            inputs: feed(microBatch),
            batch: microBatch.count,
            training,
            noiseSeed: microBatch.noiseSeed,
            samples: microBatch.samples,
          }),
        }));
        const downloaded = {
          outputs: await download(results.outputs),
          statistics: await download(results.statistics),
        };
        tf.dispose([results.outputs, results.statistics]);
        return downloaded;
      },
      tensors: async () => tf.memory().numTensors,
      close: () => tf.dispose(Object.values(variables)),
    };
  };
  return pipe(compile(tf, program), E.map(open));
};

/** The total of a loss by name, as a function of the logits. */
const labelledTotal = (
  tf: TensorFlow,
  { labels, loss }: LabelledMicroBatch,
): ((logits: Tensor) => Tensor) => {
  const ignores = !labels.every(hasClass);
  const known = tf.tensor1d(Int32Array.from(labels), 'int32');
  return (logits) => lossTotal(tf, loss, logits, known, ignores);
};

/** Gradients by the names of their variables, for those that have one. */
const ofVariables = (
  weights: readonly Variable[],
  grads: readonly (Tensor | null)[],
): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    weights.flatMap(({ name }, i) => {
      const gradient = grads[i];
      return gradient === null || gradient === undefined ? [] : [[name, gradient]];
    }),
  );

/** Copies, since `data` may return the engine's own memory. */
const download = async (tensors: Readonly<Record<string, Tensor>>): Promise<Arrays> => {
  const entries: [string, Float32Array][] = [];
  for (const [name, tensor] of Object.entries(tensors))
    entries.push([name, new Float32Array(await tensor.data())]);
  return Object.fromEntries(entries);
};
