/** What GraphModels are held against: our own results, compiled op by op, and the truth in float64. */

import assert from 'node:assert/strict';
import {
  type GraphModel,
  type GraphModelOptions,
  graphModel,
} from '../../../src/compile/graph-model/index.js';
import {
  type NdArray,
  ndarray,
  parameterArrays,
  runReference,
} from '../../../src/compile/reference/index.js';
import { compile } from '../../../src/compile/tfjs/compile.js';
import { inputsOf, type Program, parametersOf, select } from '../../../src/dsl/index.js';
import { type Engine, makeCurrent, openEngine } from '../../../src/engine/index.js';
import { right } from '../../support/either.js';
import type { Answer, Filled } from './plain.js';

export type Arrays = Readonly<Record<string, Float32Array>>;

export const exported = (p: Program, parameters: Arrays, options?: GraphModelOptions): GraphModel =>
  right(graphModel(p, parameters, options));

/** What the model's inputs are given. */
export const fed = (
  p: Program,
  model: GraphModel,
  values: Arrays,
  batch: number,
): Readonly<Record<string, Filled>> => {
  const shapes = inputsOf(p.graph);
  return Object.fromEntries(
    Object.keys(model.signature.inputs).map((name) => [
      name,
      { shape: [batch, ...shapes[name]], data: values[name] },
    ]),
  );
};

export const waving = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * i));

/** Largest difference over the larger of 1 and the largest value; what is not a number is infinitely far. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < b.length; i++) {
    const apart = Math.abs(a[i] - b[i]);
    worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(worst, apart);
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst / scale;
};

/** The program in float64. */
export const exactly = (
  p: Program,
  parameters: Arrays,
  inputs: Arrays,
  batch: number,
): Readonly<Record<string, NdArray>> =>
  runReference(p, {
    parameters: parameterArrays(p, parameters),
    inputs: Object.fromEntries(
      Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
        name,
        ndarray([batch, ...shape], inputs[name]),
      ]),
    ),
    batch,
  }).outputs;

/** Within 1e-5 of ours; where dynamics amplify rounding, two ways to round end as far apart as each is from the truth. */
export const assertEqual = (
  found: Answer['values'],
  expected: Arrays,
  exact: Readonly<Record<string, NdArray>>,
  where: string,
): void => {
  for (const [name, array] of Object.entries(expected)) {
    assert.deepEqual(found[name].shape, exact[name].shape);
    const rounding = distance(array, exact[name].data);
    const apart = distance(found[name].data, array);
    assert.ok(apart < 1e-5 + 2 * rounding, `${name} on ${where}: ${apart} apart`);
  }
};

export const backends = ['cpu', 'wasm'] as const;

/** Our own results on a backend: the program compiled op by op, which everything else of ours is held against. */
export type Ours = (
  backend: string,
  p: Program,
  values: { readonly parameters: Arrays; readonly inputs: Arrays; readonly batch: number },
  names: readonly string[],
) => Arrays;

export const oursOn =
  (engines: readonly Engine[]): Ours =>
  (backend, p, { parameters, inputs, batch }, names) => {
    const engine = engines.find(({ name }) => name === backend) ?? assert.fail(backend);
    const { tf } = engine;
    makeCurrent(engine);
    const execute = right(compile(tf, select(p, ...names)));
    return tf.tidy(() => {
      const { outputs } = execute({
        parameters: Object.fromEntries(
          parametersOf(p.graph).map(({ name, shape }) => [name, tf.tensor(parameters[name], [...shape])]),
        ),
        inputs: Object.fromEntries(
          Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
            name,
            tf.tensor(inputs[name], [batch, ...shape], 'float32'),
          ]),
        ),
        batch,
      });
      // Copied: what a tensor gives may be the engine's own memory.
      const values = names.map((name): [string, Float32Array] => [
        name,
        new Float32Array(outputs[name].dataSync()),
      ]);
      return { ...Object.fromEntries(values) };
    });
  };

export const openOurs = async (): Promise<Ours> => {
  const engines: Engine[] = [];
  for (const name of backends) engines.push(right(await openEngine(name)()));
  return oursOn(engines);
};
