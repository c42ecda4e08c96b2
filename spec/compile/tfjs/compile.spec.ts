/** The op-by-op compiler against the float64 reference interpreter, on random programs of every operation. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import {
  type Coordinate,
  type NdArray,
  ndarray,
  numericalGradient,
  parameterArrays,
  type ReferenceOptions,
  randomCoordinates,
  runReference,
} from '../../../src/compile/reference/index.js';
import { compile, type Feed } from '../../../src/compile/tfjs/compile.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import { decodeProgram, encodeProgram, inputsOf, parametersOf } from '../../../src/dsl/index.js';
import { type Engine, openEngine } from '../../../src/engine/index.js';
import { type GeneratedProgram, programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { nwm } from '../../../src/models/nwm.js';
import { right } from '../../support/either.js';

const batch = 2;

const opened = async (name: 'wasm' | 'cpu'): Promise<Engine> => {
  const engine = await openEngine(name)();
  return right(engine);
};

const reference = ({ program, inputs, seed }: GeneratedProgram, training: boolean): ReferenceOptions => {
  const shapes = inputsOf(program.graph);
  const values = inputs(batch);
  return {
    parameters: parameterArrays(program, initialParameters(program.graph, seed)),
    inputs: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, ndarray([batch, ...shape], values[name])]),
    ),
    batch,
    training,
    noiseSeed: seed,
  };
};

/** The same run's feed on an engine. */
const fed = ({ tf }: Engine, { program }: GeneratedProgram, run: ReferenceOptions): Feed => {
  const tensor = ({ data, shape }: NdArray) => tf.tensor(Float32Array.from(data), [...shape], 'float32');
  const used = Object.keys(inputsOf(program.graph));
  return {
    parameters: Object.fromEntries(
      parametersOf(program.graph).map(({ name }) => [name, tensor(run.parameters[name])]),
    ),
    inputs: Object.fromEntries(used.map((name) => [name, tensor(run.inputs[name])])),
    batch,
    training: run.training ?? false,
    noiseSeed: run.noiseSeed ?? 0,
  };
};

const executable = (engine: Engine, { program }: GeneratedProgram) => {
  const made = compile(engine.tf, program);
  return E.isRight(made) ? made.right : assert.fail(made.left.message);
};

/** Largest difference over the larger of 1 and the largest value. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < b.length; i++) {
    worst = Math.max(worst, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst / scale;
};

for (const name of ['wasm', 'cpu'] as const)
  describe(`the compiler on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await opened(name);
    });

    for (const training of [false, true])
      it(`computes what the reference computes${training ? ', in training' : ''}`, () => {
        fc.assert(
          fc.property(programArbitrary(), (made) => {
            const run = reference(made, training);
            const expected = runReference(made.program, run);
            const tensors = engine.tf.memory().numTensors;
            const feed = fed(engine, made, run);
            const found = executable(engine, made)(feed);
            for (const [output, { shape, data }] of Object.entries(expected.outputs)) {
              assert.deepEqual(found.outputs[output].shape, shape);
              const apart = distance(found.outputs[output].dataSync(), data);
              assert.ok(apart < 3e-4, `${output} is ${apart} apart`);
            }
            for (const [statistic, { data }] of Object.entries(expected.statistics))
              assert.ok(distance(found.statistics[statistic].dataSync(), data) < 3e-4, statistic);
            engine.tf.dispose([feed.parameters, feed.inputs, found.outputs, found.statistics]);
            assert.equal(engine.tf.memory().numTensors, tensors, 'tensors were left behind');
          }),
          { numRuns: 60 },
        );
      });

    it('has the gradient that central differences of the reference give', () => {
      const { tf } = engine;
      fc.assert(
        fc.property(programArbitrary({ smoothOnly: true }), (made) => {
          const run = reference(made, true);
          const coordinates = randomCoordinates(made.program, batch, 6, made.seed);
          // A weighted sum of all outputs, so that no symmetry hides a wrong term.
          const weight = (i: number): number => Math.cos(1 + i);
          const expected = numericalGradient(
            made.program,
            (outputs) =>
              Object.values(outputs).reduce(
                (sum, { data }) => sum + data.reduce((part, v, i) => part + weight(i) * v, 0),
                0,
              ),
            run,
            coordinates,
          );
          const feed = fed(engine, made, run);
          const names = ({ of, name: array }: Coordinate): string => `${of}/${array}`;
          const wanted = [...new Set(coordinates.map(names))];
          const leaves = wanted.map((key) => {
            const [of, array] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
            return of === 'inputs' ? feed.inputs[array] : feed.parameters[array];
          });
          const execute = executable(engine, made);
          const gradients = tf.tidy(() =>
            tf.grads((...values) => {
              const at = (key: string, otherwise: (typeof values)[number]) =>
                wanted.includes(key) ? values[wanted.indexOf(key)] : otherwise;
              const replaced = (of: 'inputs' | 'parameters') =>
                Object.fromEntries(
                  Object.entries(feed[of]).map(([array, value]) => [array, at(`${of}/${array}`, value)]),
                );
              const { outputs, statistics } = execute({
                ...feed,
                parameters: replaced('parameters'),
                inputs: replaced('inputs'),
              });
              tf.dispose(statistics);
              const terms = Object.values(outputs).map((y) =>
                tf.sum(
                  tf.mul(
                    tf.reshape(y, [-1]),
                    tf.tensor1d(Array.from({ length: y.size }, (_, i) => weight(i))),
                  ),
                ),
              );
              // An input that no output needs has gradient zero; TensorFlow.js would refuse it.
              const unused = values.map((value) => tf.mul(tf.sum(value), 0));
              return [...terms, ...unused].reduce((sum, term) => tf.add(sum, term));
            })(leaves),
          );
          const values = gradients.map((gradient) => gradient.dataSync());
          const found = coordinates.map((c) => values[wanted.indexOf(names(c))][c.index]);
          const apart = distance(found, expected);
          assert.ok(apart < 2e-3, `gradients ${found} and ${expected} are ${apart} apart`);
          tf.dispose([feed.parameters, feed.inputs, gradients]);
        }),
        { numRuns: 50 },
      );
    });
  });

describe('a program read from JSON', () => {
  it('trains to the same bits as the one that was written', async () => {
    const engine = await opened('wasm');
    const written = nwm({
      height: 9,
      width: 8,
      input: 3,
      mid: 3,
      channels: 2,
      steps: 7,
      dt: 0.2,
      readout: 'linear',
      hidden: [8],
      classes: 4,
    });
    const read = decodeProgram(JSON.parse(encodeProgram(written)));
    assert.ok(E.isRight(read));
    const samples = {
      count: 4,
      inputs: { image: Float32Array.from({ length: 4 * 9 * 8 * 3 }, (_, i) => Math.sin(i)) },
      labels: Uint8Array.from({ length: 4 * 9 * 8 }, (_, i) => i % 4),
    };
    const gradients = [];
    for (const program of [written, read.right]) {
      const session = openSession(engine, program, initialParameters(program.graph, 3));
      assert.ok(E.isRight(session));
      gradients.push(await session.right.gradients(samples, [2, 2]));
      session.right.close();
    }
    assert.deepEqual(gradients[0], gradients[1]);
  });

  it('has a gradient that does not depend on the cut beyond rounding', async () => {
    const engine = await opened('wasm');
    const program = nwm({
      height: 8,
      width: 8,
      input: 1,
      mid: 3,
      channels: 1,
      steps: 9,
      dt: 0.2,
      readout: 'fft',
      hidden: [8],
      classes: 3,
    });
    const samples = {
      count: 6,
      inputs: { image: Float32Array.from({ length: 6 * 64 }, (_, i) => Math.cos(i)) },
      labels: Uint8Array.from({ length: 6 * 64 }, (_, i) => i % 3),
    };
    const session = openSession(engine, program, initialParameters(program.graph, 1));
    assert.ok(E.isRight(session));
    const whole = await session.right.gradients(samples, [6]);
    for (const cut of [
      [3, 3],
      [4, 2],
      [1, 1, 1, 1, 1, 1],
    ]) {
      const parts = await session.right.gradients(samples, cut);
      assert.ok(Math.abs(parts.loss - whole.loss) < 1e-6);
      for (const [parameter, gradient] of Object.entries(whole.gradients)) {
        const largest = gradient.reduce((top, v) => Math.max(top, Math.abs(v)), 0);
        const apart = gradient.reduce(
          (top, v, i) => Math.max(top, Math.abs(v - parts.gradients[parameter][i])),
          0,
        );
        assert.ok(apart <= 1e-5 * largest, `${parameter}: ${apart} of ${largest} with cut ${cut}`);
      }
    }
    session.right.close();
  });
});
