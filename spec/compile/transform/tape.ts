/** Gradients as TensorFlow.js's own tape finds them, and programs run on an engine. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import type { NdArray } from '../../../src/compile/reference/index.js';
import { compile, type Feed } from '../../../src/compile/tfjs/compile.js';
import type { Program } from '../../../src/dsl/index.js';
import { type Engine, makeCurrent, openEngine } from '../../../src/engine/index.js';
import { right } from '../../support/either.js';
import { type Arrays, type Case, trainableOf } from './differentiate.js';

export const opened = async (name: 'wasm' | 'cpu'): Promise<Engine> => {
  const engine = await openEngine(name)();
  return right(engine);
};

const executable = ({ tf }: Engine, program: Program) => {
  const made = compile(tf, program);
  return E.isRight(made) ? made.right : assert.fail(made.left.message);
};

const feedOf = ({ tf }: Engine, c: Case): Feed => {
  const tensors = (arrays: Arrays) =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { data, shape }]) => [
        name,
        tf.tensor(Float32Array.from(data), [...shape], 'float32'),
      ]),
    );
  return {
    parameters: tensors(c.parameters),
    inputs: tensors(c.inputs),
    batch: c.batch,
    noiseSeed: c.noiseSeed,
    training: c.training ?? false,
  };
};

/** A program's outputs, with the values of a case. */
export const runOn = (engine: Engine, c: Case, program = c.program): Arrays => {
  let found: Arrays = {};
  makeCurrent(engine);
  engine.tf.tidy(() => {
    const { outputs } = executable(engine, program)(feedOf(engine, c));
    found = Object.fromEntries(
      Object.entries(outputs).map(([name, y]) => [
        name,
        { shape: y.shape, data: Float64Array.from(y.dataSync()) },
      ]),
    );
  });
  return found;
};

/** The tape's gradient of sum <outputs, cotangents> by every input and every trainable parameter. */
export const tapeGradient = (
  engine: Engine,
  c: Case,
  cotangents: Arrays,
): { readonly inputs: Arrays; readonly parameters: Arrays } => {
  const { tf } = engine;
  makeCurrent(engine);
  const execute = executable(engine, c.program);
  let found: { readonly inputs: Arrays; readonly parameters: Arrays } = { inputs: {}, parameters: {} };
  tf.tidy(() => {
    const feed = feedOf(engine, c);
    const inputs = Object.keys(feed.inputs);
    const parameters = Object.keys(trainableOf(c.program));
    const leaves = [
      ...inputs.map((name) => feed.inputs[name]),
      ...parameters.map((name) => feed.parameters[name]),
    ];
    const gradients = tf.grads((...values) => {
      const named = (names: readonly string[], begin: number) =>
        Object.fromEntries(names.map((name, i) => [name, values[begin + i]]));
      const { outputs } = execute({
        ...feed,
        inputs: named(inputs, 0),
        parameters: { ...feed.parameters, ...named(parameters, inputs.length) },
      });
      const terms = Object.entries(outputs).map(([name, y]) =>
        tf.sum(tf.mul(tf.reshape(y, [-1]), tf.tensor1d(Float32Array.from(cotangents[name].data)))),
      );
      // What no output needs has gradient zero; TensorFlow.js would refuse it.
      return [...terms, ...values.map((value) => tf.mul(tf.sum(value), 0))].reduce((a, b) => tf.add(a, b));
    })(leaves);
    const arrays = (names: readonly string[], begin: number): Arrays =>
      Object.fromEntries(
        names.map((name, i): [string, NdArray] => {
          const gradient = gradients[begin + i];
          return [name, { shape: gradient.shape, data: Float64Array.from(gradient.dataSync()) }];
        }),
      );
    found = { inputs: arrays(inputs, 0), parameters: arrays(parameters, inputs.length) };
  });
  return found;
};

/** Largest difference over the larger of 1 and the largest value. */
export const distance = (a: Arrays, b: Arrays): number =>
  Math.max(
    0,
    ...Object.entries(b).map(([name, { data }]) => {
      let [worst, scale] = [0, 1];
      data.forEach((value, i) => {
        const apart = Math.abs(a[name].data[i] - value);
        worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
        scale = Math.max(scale, Math.abs(value));
      });
      return worst / scale;
    }),
  );
