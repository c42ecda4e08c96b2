/** A case in float32: op by op by TensorFlow.js and its tape, and by fused kernels. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { fuse } from '../../../compile/fuse/execute/fused.js';
import { Arena } from '../../../compile/fuse/memory/arena.js';
import { type NdArray, ndarray } from '../../../compile/reference/index.js';
import { compile } from '../../../compile/tfjs/compile.js';
import { inputsOf, outputsOf, type Program, parametersOf, type Shape } from '../../../dsl/index.js';
import { inPhase } from '../../../dsl/phase.js';
import { type Engine, makeCurrent } from '../../../engine/index.js';
import type { Gradients } from './exact.js';
import { cotangentsOf, type NdArrays, type Values } from './values.js';
import type { Written } from './written.js';

/** The answer of an engine: outputs, and gradients if there is a loss. */
export interface Answer {
  readonly outputs: NdArrays;
  readonly gradients: Gradients | undefined;
}

const arrayOf = (x: Tensor): NdArray => ndarray(x.shape, Float64Array.from(x.dataSync()));

const trainedNames = ({ graph }: Program): readonly string[] =>
  parametersOf(graph).flatMap(({ name, trainable }) => (trainable ? [name] : []));

/** Op by op. */
export const opByOpAnswer = (
  engine: Engine,
  { program, training = false }: Written,
  values: Values,
): Answer => {
  const { tf } = engine;
  makeCurrent(engine);
  const execute = compile(tf, program);
  if (E.isLeft(execute)) throw new Error(execute.left.message);
  const run = execute.right;
  const answer: { outputs: NdArrays; gradients: Gradients | undefined } = {
    outputs: {},
    gradients: undefined,
  };
  tf.tidy(() => {
    const tensors = (arrays: NdArrays): Record<string, Tensor> =>
      Object.fromEntries(
        Object.entries(arrays).map(([name, { data, shape }]) => [
          name,
          tf.tensor(Float32Array.from(data), [...shape], 'float32'),
        ]),
      );
    const { batch } = values;
    const feed = { parameters: tensors(values.parameters), inputs: tensors(values.inputs), batch, training };
    answer.outputs = Object.fromEntries(
      Object.entries(run(feed).outputs).map(([name, y]) => [name, arrayOf(y)]),
    );
    if (values.loss === undefined) return;
    const cotangents = cotangentsOf(values, answer.outputs);
    const inputs = Object.keys(feed.inputs);
    const parameters = trainedNames(program);
    const named = (names: readonly string[], list: readonly Tensor[]): Record<string, Tensor> =>
      Object.fromEntries(names.map((name, i) => [name, list[i]]));
    const found = tf.grads((...leaves) => {
      const { outputs } = run({
        ...feed,
        inputs: named(inputs, leaves),
        parameters: { ...feed.parameters, ...named(parameters, leaves.slice(inputs.length)) },
      });
      const terms = Object.entries(outputs).map(([name, y]) =>
        tf.sum(tf.mul(tf.reshape(y, [-1]), tf.tensor1d(Float32Array.from(cotangents[name].data)))),
      );
      // an unused parameter has gradient zero; TensorFlow.js would refuse it
      return [...terms, ...leaves.map((leaf) => tf.mul(tf.sum(leaf), 0))].reduce((a, b) => tf.add(a, b));
    })([...inputs.map((name) => feed.inputs[name]), ...parameters.map((name) => feed.parameters[name])]);
    const arrays = (list: Record<string, Tensor>): NdArrays =>
      Object.fromEntries(Object.entries(list).map(([name, x]) => [name, arrayOf(x)]));
    answer.gradients = {
      inputs: arrays(named(inputs, found)),
      parameters: arrays(named(parameters, found.slice(inputs.length))),
    };
  });
  return answer;
};

const floatsOf = (arrays: NdArrays): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, Float32Array.from(data)]));

/** By the fused kernels of an engine; null if they cannot compute everything that is compared. */
export const fusedAnswer = (
  { native }: Pick<Engine, 'native'>,
  { program, training = false }: Written,
  values: Values,
): Answer | null => {
  const { graph } = inPhase(program, training ? 'training' : 'inference');
  const fused = fuse(
    graph,
    floatsOf(values.parameters),
    undefined,
    () => new Arena(undefined, native),
    training,
  );
  const shapes = outputsOf(program.graph);
  const names = Object.keys(shapes);
  if (fused?.fits(names) !== true) return null;
  const { batch } = values;
  const microBatch = { count: batch, inputs: floatsOf(values.inputs) };
  const arrays = (found: Readonly<Record<string, Float32Array>>, of: (name: string) => Shape): NdArrays =>
    Object.fromEntries(
      Object.entries(found).map(([name, data]) => [name, ndarray(of(name), Float64Array.from(data))]),
    );
  const outputs = arrays(fused.infer(microBatch, names), (name) => [batch, ...shapes[name]]);
  if (values.loss === undefined) return { outputs, gradients: undefined };
  const of = values.loss.output;
  const cotangent = cotangentsOf(values, outputs)[of];
  const found = fused.vjp(microBatch, { [of]: Float32Array.from(cotangent.data) });
  const inputs = inputsOf(program.graph);
  const parameters = Object.fromEntries(parametersOf(program.graph).map(({ name, shape }) => [name, shape]));
  return {
    outputs,
    gradients: {
      inputs: arrays(found.inputs, (name) => [batch, ...inputs[name]]),
      parameters: arrays(found.parameters, (name) => parameters[name]),
    },
  };
};
