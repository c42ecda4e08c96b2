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
import type { Engine } from '../../../engine/index.js';
import { compile, type Executable } from '../compile.js';
import { lossTotal } from '../operations/loss.js';
import { compileSegments } from '../segmented.js';
import type { LabelledMicroBatch, MicroBatch } from './micro-batch.js';
import type { Arrays, Gradients, Inference } from './values.js';

/** Computes one part at a time; whoever has several lanes gets the same bits from each. */
export interface Lane {
  /** The total loss of the micro-batch divided by the loss count of the whole batch, and its gradients. */
  readonly gradients: (microBatch: LabelledMicroBatch) => Promise<Gradients>;
  readonly infer: (
    microBatch: MicroBatch,
    outputs: readonly string[],
    training: boolean,
  ) => Promise<Inference>;
  /** Tensors alive on the engine: a number that must not grow. */
  readonly tensors: () => Promise<number>;
}

/** A lane in this thread: the values that live on the engine never leave it. */
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
  { tf, fused }: Engine,
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
    const made = pipe(
      // where an engine has fused kernels, what can be fused of a program is
      (fused ? compileSegments : compile)(tf, inPhase(select(program, ...outputs), phase)),
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

  const open = (): LocalLane => {
    const variables: Readonly<Record<string, Variable>> = Object.fromEntries(
      declared.map(({ name, shape, trainable }) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(parameters[name], [...shape], 'float32'), trainable)),
      ]),
    );
    const trained = Object.values(variables).filter((variable) => variable.trainable);
    return {
      load: (values) => {
        for (const { name, shape } of declared)
          if (name in values) tf.tidy(() => variables[name].assign(tf.tensor(values[name], [...shape])));
      },
      gradients: async (microBatch) => {
        const kept: Record<string, Tensor> = {};
        const ignores = !microBatch.labels.every(hasClass);
        const { value, grads } = tf.tidy(() => {
          const inputs = feed(microBatch);
          const labels = tf.tensor1d(Int32Array.from(microBatch.labels), 'int32');
          const run = executable(['logits'], 'training');
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
            const total = lossTotal(tf, microBatch.loss, outputs.logits, labels, ignores);
            return tf.reshape<Rank.R0>(tf.div(total, microBatch.lossCount), []);
          };
          // TensorFlow.js refuses a gradient by nothing: of a program whose every weight is frozen.
          return trained.length === 0 ? { value: lossOf(), grads: {} } : tf.variableGrads(lossOf, trained);
        });
        const byName = Object.fromEntries(
          Object.entries(variables).flatMap(([name, variable]) =>
            variable.name in grads ? [[name, grads[variable.name]]] : [],
          ),
        );
        const [loss] = await value.data();
        const result = { loss, gradients: await download(byName), statistics: await download(kept) };
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

/** Copies, since what `data` gives may be the engine's own memory. */
const download = async (tensors: Readonly<Record<string, Tensor>>): Promise<Arrays> => {
  const entries: [string, Float32Array][] = [];
  for (const [name, tensor] of Object.entries(tensors))
    entries.push([name, new Float32Array(await tensor.data())]);
  return Object.fromEntries(entries);
};
