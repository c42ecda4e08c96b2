/** What fused kernels are compared with: the reference in float64, and the tape of the op-by-op path. */

import assert from 'node:assert/strict';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { stream } from '../../../src/base/random.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import type { FusedProgram } from '../../../src/compile/fuse/execute/program.js';
import {
  type Arrays as NdArrays,
  ndarray,
  numericalGradient,
  parameterArrays,
  type ReferenceOptions,
  randomCoordinates,
} from '../../../src/compile/reference/index.js';
import { compile } from '../../../src/compile/tfjs/compile.js';
import { inputsOf, outputsOf, type Program, parametersOf } from '../../../src/dsl/index.js';
import { volume } from '../../../src/dsl/shape.js';
import { type Engine, makeCurrent, openEngine } from '../../../src/engine/index.js';
import { right } from '../../support/either.js';

export type Arrays = Readonly<Record<string, Float32Array>>;

export const wasm = async (): Promise<Engine> => {
  const engine = await openEngine('wasm')();
  return right(engine);
};

export const fusedOf = (program: Program, parameters: Arrays, training = false): FusedProgram =>
  fuse(program.graph, parameters, undefined, undefined, training) ?? assert.fail('it is not fused');

/** Largest difference over the larger of 1 and the largest value. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < b.length; i++) {
    const apart = Math.abs(a[i] - b[i]);
    worst = Number.isNaN(apart) ? Infinity : Math.max(worst, apart);
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst / scale;
};

export const isClose = (
  what: string,
  found: Arrays,
  expected: Readonly<Record<string, ArrayLike<number>>>,
  tolerance: number,
): void => {
  for (const [name, values] of Object.entries(expected)) {
    const apart = distance(found[name] ?? assert.fail(`no ${what} of ${name}`), values);
    assert.ok(
      apart < tolerance,
      `${what} of ${name}: ${apart} apart: ${[...(found[name] ?? [])].slice(0, 8)} instead of ${[...Array.from(values)].slice(0, 8)}`,
    );
  }
};

export const referenceOptions = (
  program: Program,
  parameters: Arrays,
  inputs: Arrays,
  count: number,
): ReferenceOptions => ({
  parameters: parameterArrays(program, parameters),
  inputs: Object.fromEntries(
    Object.entries(inputsOf(program.graph)).map(([name, shape]) => [
      name,
      ndarray([count, ...shape], inputs[name]),
    ]),
  ),
  batch: count,
});

/** Inputs of a program: numbers between -1 and 1. */
export const inputsFor = (program: Program, count: number, seed: number): Arrays =>
  Object.fromEntries(
    Object.entries(inputsOf(program.graph)).map(([name, shape]) => {
      const random = stream(seed, 'input', name);
      return [name, Float32Array.from({ length: count * volume(shape) }, () => 2 * random.uniform() - 1)];
    }),
  );

/** Cotangents of outputs: numbers between -1 and 1. */
export const cotangentsOf = (
  program: Program,
  names: readonly string[],
  count: number,
  seed: number,
): Arrays =>
  Object.fromEntries(
    names.map((name) => {
      const random = stream(seed, 'cotangent', name);
      const size = count * volume(outputsOf(program.graph)[name]);
      return [name, Float32Array.from({ length: size }, () => 2 * random.uniform() - 1)];
    }),
  );

/** Holds gradients against central differences in float64, at so many random places of parameters and inputs. */
export const isSlope = (
  found: { readonly parameters: Arrays; readonly inputs: Arrays },
  program: Program,
  cotangents: Arrays,
  options: ReferenceOptions,
  places: { readonly count: number; readonly seed: number; readonly tolerance: number },
): void => {
  const loss = (values: NdArrays): number =>
    Object.entries(cotangents).reduce(
      (sum, [name, cotangent]) => sum + values[name].data.reduce((s, v, i) => s + v * cotangent[i], 0),
      0,
    );
  const coordinates = randomCoordinates(program, options.batch, places.count, places.seed);
  const expected = numericalGradient(program, loss, options, coordinates);
  const ours = coordinates.map(({ of, name, index }) => found[of][name][index]);
  const apart = distance(ours, expected);
  assert.ok(apart < places.tolerance, `${ours} instead of ${expected} at ${JSON.stringify(coordinates)}`);
};

/** What the tape of TensorFlow.js gives for the cotangents of some outputs: of trained parameters and inputs. */
export const tapePull = (
  engine: Engine,
  program: Program,
  parameters: Arrays,
  inputs: Arrays,
  count: number,
  cotangents: Arrays,
  {
    compiled = compile,
    ...run
  }: {
    /** Op by op, or with fused segments. */
    readonly compiled?: typeof compile;
    readonly training?: boolean;
    readonly noiseSeed?: number;
    readonly samples?: readonly number[];
  } = {},
): { readonly parameters: Arrays; readonly inputs: Arrays } => {
  const { tf } = engine;
  makeCurrent(engine);
  const made = compiled(tf, program);
  const execute = E.isRight(made) ? made.right : assert.fail(made.left.message);
  const all = parametersOf(program.graph);
  const declared = all.filter(({ trainable }) => trainable);
  // running statistics have no gradient, and TensorFlow.js refuses to be asked for one
  const fixed = all.flatMap(({ name, shape, trainable }) =>
    trainable ? [] : [[name, tf.tensor(parameters[name], [...shape], 'float32')] as const],
  );
  const shapes = Object.entries(inputsOf(program.graph));
  const leaves = [
    ...declared.map(({ name, shape }) => tf.tensor(parameters[name], [...shape], 'float32')),
    // flat, since gradients are added up where they arrive, and no backend adds over more than six axes
    ...shapes.map(([name, shape]) => tf.tensor(inputs[name], [count, volume(shape)], 'float32')),
  ];
  const gradients = tf.tidy(() =>
    tf.grads((...values: Tensor[]) => {
      const { outputs, statistics } = execute({
        parameters: Object.fromEntries([
          ...fixed,
          ...declared.map(({ name }, i) => [name, values[i]] as const),
        ]),
        inputs: Object.fromEntries(
          shapes.map(([name, shape], i) => [
            name,
            tf.reshape(values[declared.length + i], [count, ...shape]),
          ]),
        ),
        batch: count,
        ...run,
      });
      tf.dispose(statistics);
      const terms = Object.entries(cotangents).map(([name, cotangent]) =>
        tf.sum(tf.mul(tf.reshape(outputs[name], [-1]), tf.tensor1d(cotangent))),
      );
      // what nothing depends on has gradient zero; TensorFlow.js would refuse it
      const unused = values.map((value) => tf.mul(tf.sum(value), 0));
      return [...terms, ...unused].reduce((sum, term) => tf.add(sum, term));
    })(leaves),
  );
  const arrays = gradients.map((gradient) => new Float32Array(gradient.dataSync()));
  tf.dispose([leaves, gradients, ...fixed.map(([, tensor]) => tensor)]);
  return {
    parameters: Object.fromEntries(declared.map(({ name }, i) => [name, arrays[i]] as const)),
    inputs: Object.fromEntries(shapes.map(([name], i) => [name, arrays[declared.length + i]] as const)),
  };
};
