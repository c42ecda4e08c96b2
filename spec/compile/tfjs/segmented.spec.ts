import assert from 'node:assert/strict';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { compile, type Executable } from '../../../src/compile/tfjs/compile.js';
import { compileSegments } from '../../../src/compile/tfjs/segmented.js';
import { parametersOf } from '../../../src/dsl/graph.js';
import {
  conv,
  coupling,
  oscillator,
  type Program,
  program,
  relu,
  scan,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import { type Engine, openEngine } from '../../../src/engine/index.js';
import { right } from '../../support/either.js';

const waves = program({ image: [6, 5, 2] }, ({ image }) => {
  const neighbours = coupling();
  const observed = scan({
    steps: 4,
    init: { y: tanh(conv(3)(image)), z: zeros(6, 5, 3) },
    step: oscillator({
      dt: 0.2,
      coupling: (y) => tanh(neighbours(y)),
      frequency: relu(conv(3)(image)),
      damping: zeros(6, 5, 3),
    }),
    observe: ({ y }) => y,
  });
  return { waves: observed, strength: relu(conv(1)(image)) };
});

const executables = (engine: Engine, p: Program): readonly [Executable, Executable] => {
  const [fused, plain] = [compileSegments(engine.tf, p), compile(engine.tf, p)];
  return E.isRight(fused) && E.isRight(plain)
    ? [fused.right, plain.right]
    : assert.fail('it does not compile');
};

const apart = (a: Tensor, b: Tensor): number => {
  assert.deepEqual(a.shape, b.shape);
  const [x, y] = [Array.from(a.dataSync()), b.dataSync()];
  return x.reduce((worst, v, i) => Math.max(worst, Math.abs(v - y[i])), 0);
};

describe('fused segments', () => {
  let engine: Engine;
  before(async () => {
    const opened = await openEngine('wasm')();
    engine = right(opened);
  });

  it('are kernels of TensorFlow.js, registered once for a program however often it is compiled', () => {
    const ours = (): readonly string[] =>
      engine.tf
        .getKernelsForBackend('wasm')
        .flatMap(({ kernelName }) => (/^drumhead fused/.test(kernelName) ? [kernelName] : []));
    executables(engine, waves);
    const before = ours();
    assert.ok(before.length > 0);
    executables(engine, waves);
    assert.deepEqual(ours(), before);
  });

  it('mix with other TensorFlow.js code: values and gradients as op by op, through what comes before and after', () => {
    const { tf } = engine;
    const values = initialParameters(waves.graph, 3);
    const random = stream(3, 'segmented');
    const names = parametersOf(waves.graph);
    const leaves = [
      tf.tensor(Float32Array.from({ length: 2 * 60 }, random.uniform), [2, 6, 5, 2]),
      ...names.map(({ name, shape }) => tf.tensor(values[name], [...shape])),
    ];
    const around =
      (run: Executable) =>
      (...given: Tensor[]) => {
        const { outputs } = run({
          inputs: { image: tf.square(given[0]) },
          parameters: Object.fromEntries(names.map(({ name }, i) => [name, given[1 + i]])),
          batch: 2,
          training: false,
          noiseSeed: 0,
        });
        return tf.sum(tf.mul(tf.mean(outputs.waves, 1), tf.exp(outputs.strength)));
      };
    const [fused, plain] = executables(engine, waves);
    const [ours, theirs] = [fused, plain].map((run) => tf.valueAndGrads(around(run))(leaves));
    assert.ok(apart(ours.value, theirs.value) < 1e-4, 'value');
    for (const [i, gradient] of ours.grads.entries())
      assert.ok(
        apart(gradient, theirs.grads[i]) < 1e-4,
        `gradient of ${['image', ...names.map(({ name }) => name)][i]}`,
      );
    tf.dispose([leaves, ours.grads, theirs.grads, ours.value, theirs.value]);
  });

  it('leave no tensor behind', () => {
    const { tf } = engine;
    const [fused] = executables(engine, waves);
    const values = initialParameters(waves.graph, 0);
    const once = (): void =>
      tf.tidy(() => {
        fused({
          inputs: { image: tf.ones([1, 6, 5, 2]) },
          parameters: Object.fromEntries(
            parametersOf(waves.graph).map(({ name, shape }) => [name, tf.tensor(values[name], [...shape])]),
          ),
          batch: 1,
          training: false,
          noiseSeed: 0,
        });
      });
    once();
    const before = tf.memory().numTensors;
    once();
    assert.equal(tf.memory().numTensors, before);
  });
});
