/**
 * A session: one program on one engine, taking and giving plain arrays. The values that live on the engine never
 * leave this file.
 */

import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../base/error.js';
import { inputsOf, parametersOf } from '../../dsl/graph.js';
import type { Program } from '../../dsl/index.js';
import { select } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import type { Cut } from '../cut.js';
import { compile, type Executable } from './compile.js';
import { crossEntropySum } from './loss.js';

/** Values by name, row-major. */
export type Arrays = Readonly<Record<string, Float32Array>>;

/** Some samples: each input's values one sample after the other. */
export interface Samples {
  readonly count: number;
  readonly inputs: Arrays;
  /** The numbers of the samples, for noise; default 0, 1, 2, ... */
  readonly samples?: readonly number[];
  readonly noiseSeed?: number;
}

/** Samples with the class of every pixel. */
export interface Labelled extends Samples {
  readonly labels: Uint8Array | Int32Array;
}

export interface Gradients {
  /** Mean cross-entropy over all pixels of the batch. */
  readonly loss: number;
  /** By parameter name. */
  readonly gradients: Arrays;
  /** New running statistics, by parameter name. */
  readonly statistics: Arrays;
}

export interface Session {
  /** Sets parameters; those not named stay. */
  readonly load: (parameters: Arrays) => void;
  /** The gradient of the mean cross-entropy, accumulated over the micro-batches of the cut in their order. */
  readonly gradients: (batch: Labelled, cut: Cut) => Promise<Gradients>;
  /** The named outputs, one sample after the other; with `training`, under batch statistics. */
  readonly infer: (
    samples: Samples,
    outputs: readonly string[],
    options?: { readonly training?: boolean },
  ) => Promise<{ readonly outputs: Arrays; readonly statistics: Arrays }>;
  /** Gives everything on the engine back. */
  readonly close: () => void;
}

/**
 * Opens a session with these parameters. The program's `logits` [..., K] are what is trained.
 *
 * **Errors** ProgramError as `compile`.
 */
export const openSession = (
  { tf }: Engine,
  program: Program,
  parameters: Arrays,
): E.Either<ProgramError, Session> => {
  const declared = parametersOf(program.graph);
  const inputShapes = inputsOf(program.graph);
  const variables: Readonly<Record<string, Variable>> = Object.fromEntries(
    declared.map(({ name, shape, trainable }) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(parameters[name], [...shape], 'float32'), trainable)),
    ]),
  );
  const executables = new Map<string, Executable>();
  const executable = (outputs: readonly string[]): Executable => {
    const key = [...outputs].sort().join();
    const known = executables.get(key);
    if (known !== undefined) return known;
    const made = pipe(
      compile(tf, select(program, ...outputs)),
      E.getOrElseW((error) => {
        throw new Error(error.message);
      }),
    );
    executables.set(key, made);
    return made;
  };

  const feedInputs = ({ inputs }: Samples, begin: number, count: number): NamedTensorMap =>
    Object.fromEntries(
      Object.entries(inputShapes).map(([name, shape]) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const values = inputs[name].subarray(begin * size, (begin + count) * size);
        return [name, tf.tensor(values, [count, ...shape], 'float32')];
      }),
    );
  const samplesOf = ({ samples }: Samples, begin: number, count: number): readonly number[] =>
    samples?.slice(begin, begin + count) ?? Array.from({ length: count }, (_, i) => begin + i);

  const part = async (batch: Labelled, begin: number, count: number): Promise<Gradients> => {
    const pixels = batch.labels.length / batch.count;
    const kept: Record<string, Tensor> = {};
    const { value, grads } = tf.tidy(() => {
      const inputs = feedInputs(batch, begin, count);
      const labels = tf.tensor1d(
        Int32Array.from(batch.labels.subarray(begin * pixels, (begin + count) * pixels)),
        'int32',
      );
      const run = executable(['logits']);
      const used = Object.entries(variables)
        .filter(([, variable]) => variable.trainable)
        .map(([, variable]) => variable);
      return tf.variableGrads(() => {
        const { outputs, statistics } = run({
          parameters: variables,
          inputs,
          batch: count,
          training: true,
          noiseSeed: batch.noiseSeed ?? 0,
          samples: samplesOf(batch, begin, count),
        });
        Object.assign(kept, statistics);
        return tf.div(crossEntropySum(tf, outputs.logits, labels), batch.labels.length).asScalar();
      }, used);
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
  };

  return pipe(
    compile(tf, program),
    E.map(() => ({
      load: (values) => {
        for (const { name, shape } of declared)
          if (name in values) tf.tidy(() => variables[name].assign(tf.tensor(values[name], [...shape])));
      },
      gradients: async (batch, cut) => {
        const parts: Gradients[] = [];
        let begin = 0;
        for (const count of cut) {
          parts.push(await part(batch, begin, count));
          begin += count;
        }
        return parts.reduce(sum);
      },
      infer: async (samples, outputs, { training = false } = {}) => {
        const results = tf.tidy(() => {
          const run = executable(outputs)({
            parameters: variables,
            inputs: feedInputs(samples, 0, samples.count),
            batch: samples.count,
            training,
            noiseSeed: samples.noiseSeed ?? 0,
            samples: samplesOf(samples, 0, samples.count),
          });
          return { ...run };
        });
        const downloaded = {
          outputs: await download(results.outputs),
          statistics: await download(results.statistics),
        };
        tf.dispose([results.outputs, results.statistics]);
        return downloaded;
      },
      close: () => tf.dispose(Object.values(variables)),
    })),
  );
};

const download = async (tensors: Readonly<Record<string, Tensor>>): Promise<Arrays> => {
  const entries: [string, Float32Array][] = [];
  for (const [name, tensor] of Object.entries(tensors))
    entries.push([name, Float32Array.from(await tensor.data())]);
  return Object.fromEntries(entries);
};

/** Losses and gradients are sums over the pixels, divided by the whole batch already; the last statistics stand. */
const sum = (a: Gradients, b: Gradients): Gradients => ({
  loss: a.loss + b.loss,
  gradients: Object.fromEntries(
    Object.entries(a.gradients).map(([name, values]) => [
      name,
      values.map((v, i) => v + b.gradients[name][i]),
    ]),
  ),
  statistics: b.statistics,
});
