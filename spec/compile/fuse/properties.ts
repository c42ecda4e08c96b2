/**
 * Properties of fused kernels, each a function of one random program whose every output has a grid; it throws if the property
 * is violated. `paths.ts` has those of programs of every operation.
 */

import assert from 'node:assert/strict';
import { stream } from '../../../src/base/random.js';
import type { FusedProgram } from '../../../src/compile/fuse/execute/program.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { outputsOf } from '../../../src/dsl/index.js';
import { volume } from '../../../src/dsl/shape.js';
import type { Engine } from '../../../src/engine/index.js';
import type { Fusable } from './fusable/program.js';
import { cotangentsOf, fusedOf, isClose, isSlope, referenceOptions, tapePull } from './oracles.js';

const samples = 2;

interface Prepared {
  readonly fused: FusedProgram;
  readonly inputs: ReturnType<Fusable['inputs']>;
  readonly parameters: ReturnType<typeof initialParameters>;
  readonly outputs: readonly string[];
}

/** Preparing takes longer than trying: a program that is held against several properties is prepared once. */
const known = new WeakMap<Fusable, Prepared>();

const prepared = (made: Fusable): Prepared => {
  const before = known.get(made) ?? newlyPrepared(made);
  known.set(made, before);
  return before;
};

const newlyPrepared = ({ program, recipe, inputs }: Fusable): Prepared => {
  const parameters = initialParameters(program.graph, recipe.seed);
  const outputs = Object.keys(program.graph.outputs);
  const fused = fusedOf(program, parameters);
  assert.ok(fused.fits(outputs), 'every output can be fused');
  return { fused, inputs: inputs(samples), parameters, outputs };
};

/** Forward: what the reference computes in float64. */
export const computesValues = (made: Fusable): void => {
  const { fused, inputs, parameters, outputs } = prepared(made);
  const options = referenceOptions(made.program, parameters, inputs, samples);
  const expected = Object.entries(runReference(made.program, options).outputs);
  const found = fused.infer({ count: samples, inputs }, outputs);
  isClose('value', found, Object.fromEntries(expected.map(([name, x]) => [name, x.data])), 3e-4);
};

/** Gradients by parameters and inputs: those of the tape of TensorFlow.js, to the same bits when asked again. */
export const givesTapeGradients =
  (engine: Engine) =>
  (made: Fusable): void => {
    const { fused, inputs, parameters, outputs } = prepared(made);
    const cotangents = cotangentsOf(made.program, outputs, samples, made.recipe.seed);
    const part = { count: samples, inputs };
    const found = fused.vjp(part, cotangents);
    const expected = tapePull(engine, made.program, parameters, inputs, samples, cotangents);
    isClose('gradient', found.parameters, expected.parameters, 2e-3);
    isClose('gradient', found.inputs, expected.inputs, 2e-3);
    assert.deepEqual(fused.vjp(part, cotangents), found);
  };

/** Gradients of a smooth program: those of central differences in float64. */
export const givesSlopes = (made: Fusable, seed: number): void => {
  const { fused, inputs, parameters, outputs } = prepared(made);
  const cotangents = cotangentsOf(made.program, outputs, samples, made.recipe.seed);
  const found = fused.vjp({ count: samples, inputs }, cotangents);
  const options = referenceOptions(made.program, parameters, inputs, samples);
  isSlope(found, made.program, cotangents, options, { count: 8, seed, tolerance: 2e-3 });
};

/** The weighted cross-entropy of the logits, however they lie, and its gradient. */
export const givesLoss = (made: Fusable, seed: number): void => {
  const { fused, inputs } = prepared(made);
  const shape = outputsOf(made.program.graph).logits;
  const classes = shape[shape.length - 1];
  const random = stream(seed, 'programs.spec', 'labels');
  const labels = Uint8Array.from({ length: (samples * volume(shape)) / classes }, () =>
    random.integer(classes),
  );
  const weights = Array.from({ length: classes }, () => 0.5 + random.uniform());
  // before anything else is asked: no region may count on what another one left in memory
  const found = fused.gradients({ count: samples, inputs, labels, weights, lossCount: 7 });
  const { logits } = fused.infer({ count: samples, inputs }, ['logits']);
  const slope = softmaxSlope(logits, labels, weights, classes, 7);
  assert.ok(
    Math.abs(found.loss - slope.loss) < 1e-4 * Math.max(1, slope.loss),
    `the loss is ${found.loss} instead of ${slope.loss}`,
  );
  const pulled = fused.vjp({ count: samples, inputs }, { logits: slope.slope });
  isClose('gradient of the loss', found.gradients, pulled.parameters, 1e-4);
  assert.deepEqual(Object.keys(found.gradients), Object.keys(pulled.parameters));
};

/** Softmax cross-entropy in float64, by its definition. */
const softmaxSlope = (
  logits: Float32Array,
  labels: Uint8Array,
  weights: readonly number[],
  classes: number,
  count: number,
): { readonly loss: number; readonly slope: Float32Array } => {
  let loss = 0;
  const slope = new Float32Array(logits.length);
  for (const [pixel, label] of labels.entries()) {
    const here = Array.from(logits.subarray(pixel * classes, (pixel + 1) * classes));
    const largest = Math.max(...here);
    const powers = here.map((v) => Math.exp(v - largest));
    const total = powers.reduce((a, b) => a + b, 0);
    loss += (weights[label] * (Math.log(total) - (here[label] - largest))) / count;
    for (const [k, power] of powers.entries())
      slope[pixel * classes + k] = (weights[label] * (power / total - (k === label ? 1 : 0))) / count;
  }
  return { loss, slope };
};
