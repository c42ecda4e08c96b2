/** The same computation on two engines, forward and gradient: the oracle of every kernel spec. */

import * as assert from 'node:assert/strict';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stream } from '../../src/base/random.js';
import { type Engine, type EngineName, openEngine, type TensorFlow } from '../../src/engine/index.js';
import { right } from '../support/either.js';

/** A function of float tensors, and the shapes to try it on. */
export interface Computation {
  readonly shapes: readonly (readonly number[])[];
  readonly run: (tf: TensorFlow, inputs: Tensor[]) => Tensor;
  /** The interval that inputs are drawn from; [-2, 2] when not given. */
  readonly between?: readonly [number, number];
  /** The size of what is added up, where the results may happen to cancel; 1 when not given. */
  readonly scale?: number;
  /** False for functions without a gradient. */
  readonly gradient?: boolean;
}

export const open = async (name: EngineName): Promise<Engine> => {
  const opened = await openEngine(name)();
  return right(opened);
};

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Output, then the gradient by each input of the output weighted at random. */
export const evaluate = (engine: Engine, computation: Computation, seed: number): Float32Array[] => {
  const { tf } = engine;
  const { shapes, run, between: [low, high] = [-2, 2], gradient = true } = computation;
  return tf.tidy(() => {
    const random = stream(seed);
    const draw = (size: number): Float32Array =>
      Float32Array.from({ length: size }, () => low + (high - low) * random.uniform());
    const inputs = shapes.map((shape) => tf.tensor(draw(sizeOf(shape)), [...shape]));
    const output = run(tf, inputs);
    const values: Tensor[] = [output];
    if (gradient) {
      const weights = tf.tensor(draw(output.size), output.shape);
      const weighted = (...xs: Tensor[]): Tensor => tf.sum(tf.mul(run(tf, xs), weights));
      values.push(...tf.grads(weighted)(inputs));
    }
    return values.map((value) => Float32Array.from(value.dataSync()));
  });
};

/** Largest difference, relative to the larger of `least` and the largest magnitude. */
export const worstError = (found: Float32Array, expected: Float32Array, least = 1): number => {
  assert.equal(found.length, expected.length);
  const scale = expected.reduce((a, b) => Math.max(a, Math.abs(b)), least);
  return found.reduce((worst, value, i) => {
    if (Object.is(value, expected[i])) return worst;
    const difference = Math.abs(value - expected[i]) / scale;
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }, 0);
};

/** Asserts that wasm agrees with the JavaScript backend, that it repeats itself to the bit, and that nothing leaks. */
export const agree = async (computation: Computation, seed: number, tolerance = 2e-6): Promise<void> => {
  const expected = evaluate(await open('cpu'), computation, seed);
  const wasm = await open('wasm');
  const held = (): readonly number[] => [wasm.tf.memory().numTensors, wasm.tf.engine().backend.numDataIds()];
  const before = held();
  const found = evaluate(wasm, computation, seed);
  const again = evaluate(wasm, computation, seed);
  assert.deepEqual(held(), before, 'tensors, or values inside a kernel, leak');
  assert.deepEqual(again, found, 'a repeated run differs');
  const names = ['output', ...computation.shapes.map((_, i) => `gradient ${i}`)];
  expected.forEach((values, i) => {
    const error = worstError(found[i], values, computation.scale);
    assert.ok(
      error <= tolerance,
      `${names[i]} differs by ${error} for shapes ${JSON.stringify(computation.shapes)}`,
    );
  });
};
