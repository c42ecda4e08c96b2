/** The gradient of `vjp` against TensorFlow.js's own tape, against central differences, and against what is known. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { errorMessage } from '../../../src/base/error.js';
import {
  ndarray,
  numericalGradient,
  type Arrays as Outputs,
  randomCoordinates,
} from '../../../src/compile/reference/index.js';
import { jvp, vjp, vjpNames } from '../../../src/compile/transform/index.js';
import {
  abs,
  batchNorm,
  clamp,
  dense,
  max,
  maximum,
  maxPool,
  min,
  minimum,
  mul,
  outputsOf,
  type Program,
  parametersOf,
  program,
  relu,
  signature,
  spectrum,
  square,
  stopGradient,
  sum,
  tryProgram,
} from '../../../src/dsl/index.js';
import type { Engine } from '../../../src/engine/index.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { type Arrays, type Case, caseOf, inner, randoms, reverse, run, running } from './differentiate.js';
import { generatedCase } from './generated.js';
import { distance, opened, runOn, tapeGradient } from './tape.js';

const cotangentsOf = (c: Case): Arrays => randoms(outputsOf(c.program.graph), [c.batch], 5, 'cotangent');

describe('transform: the gradient', () => {
  let engine: Engine;
  before(async () => {
    engine = await opened('cpu');
  });

  it('is that of the tape', () => {
    fc.assert(
      fc.property(programArbitrary(), (made) => {
        const c = generatedCase(made);
        const cotangents = cotangentsOf(c);
        const expected = tapeGradient(engine, c, cotangents);
        const found = reverse(c, cotangents);
        assert.ok(distance(found.inputs, expected.inputs) < 2e-3);
        assert.ok(distance(found.parameters, expected.parameters) < 2e-3);
      }),
      { numRuns: 30 },
    );
  });

  it('is that of the tape where maxima are reached twice and where functions have kinks', () => {
    const field = [4, 4, 2] as const;
    const kinked: Readonly<Record<string, Program>> = {
      relu: program({ x: field }, ({ x }) => ({ y: relu(x) })),
      clamp: program({ x: field }, ({ x }) => ({ y: clamp(-1, 1, x) })),
      maximum: program({ x: field, z: field }, ({ x, z }) => ({ y: maximum(x, z) })),
      minimum: program({ x: field, z: field }, ({ x, z }) => ({ y: minimum(x, z) })),
      max: program({ x: field }, ({ x }) => ({ y: max(0, 2)(x) })),
      min: program({ x: field }, ({ x }) => ({ y: min(1)(x) })),
      'max of all': program({ x: field }, ({ x }) => ({ y: max(0, 1, 2)(x) })),
      maxPool: program({ x: field }, ({ x }) => ({ y: maxPool(2)(x) })),
      'overlapping maxPool': program({ x: field }, ({ x }) => ({ y: maxPool(3, 1)(x) })),
      spectrum: program({ x: field }, ({ x }) => ({ y: spectrum(x) })),
    };
    for (const [name, p] of Object.entries(kinked))
      for (const seed of [0, 1, 2]) {
        // Values of -1, 0 and 1 meet each other everywhere.
        const coarse = (values: Arrays): Arrays =>
          Object.fromEntries(
            Object.entries(values).map(([of, { shape, data }]) => [
              of,
              { shape, data: data.map((v) => Math.round(1.4 * v)) },
            ]),
          );
        const plain = caseOf(p, seed);
        const c = { ...plain, inputs: coarse(plain.inputs) };
        const cotangents = cotangentsOf(c);
        const expected = tapeGradient(engine, c, cotangents);
        assert.ok(distance(reverse(c, cotangents).inputs, expected.inputs) < 1e-5, name);
      }
  });

  it('runs on an engine as on the reference', () => {
    fc.assert(
      fc.property(programArbitrary(), (made) => {
        const plain = generatedCase(made);
        const names = vjpNames(plain.program).cotangents;
        const cotangents = cotangentsOf(plain);
        const inputs = Object.fromEntries(
          Object.entries(names).map(([of, given]) => [given, cotangents[of]]),
        );
        const c = { ...plain, program: vjp(plain.program, running), inputs: { ...plain.inputs, ...inputs } };
        assert.ok(distance(runOn(engine, c), run(c)) < 2e-3);
      }),
      { numRuns: 20 },
    );
  });

  /** Of sum <outputs, cotangents>, by central differences. */
  const differences = (c: Case, cotangents: Arrays, seed: number) => {
    const coordinates = randomCoordinates(c.program, c.batch, 8, seed);
    const loss = (outputs: Outputs): number => inner([cotangents, outputs]).value;
    return { coordinates, values: numericalGradient(c.program, loss, c, coordinates) };
  };

  const isThatOfDifferences = (c: Case, seed: number): void => {
    const cotangents = cotangentsOf(c);
    const gradient = reverse(c, cotangents);
    const { coordinates, values } = differences(c, cotangents, seed);
    coordinates.forEach(({ of, name, index }, i) => {
      const found = gradient[of][name].data[index];
      assert.ok(
        Math.abs(found - values[i]) < 1e-5 * Math.max(1, Math.abs(values[i])),
        `${of} ${name} ${index}: ${found} against ${values[i]}`,
      );
    });
  };

  it('is that of central differences in double precision', () => {
    fc.assert(
      fc.property(programArbitrary({ smoothOnly: true }), (made) =>
        isThatOfDifferences(generatedCase(made), made.seed),
      ),
      { numRuns: 30 },
    );
  });

  it('has a gradient that is that of central differences', () => {
    fc.assert(
      fc.property(programArbitrary({ smoothOnly: true }), (made) => {
        const c = generatedCase(made, 1);
        const gradient = vjp(c.program, running);
        const inputs = { ...caseOf(gradient, 4).inputs, ...c.inputs };
        isThatOfDifferences({ ...c, program: gradient, inputs }, made.seed);
      }),
      { numRuns: 12 },
    );
  });

  it('is 2 x for the square, and its own gradient is 2', () => {
    const p = program({ x: [1] }, ({ x }) => ({ y: square(x) }));
    const one = ndarray([1, 1], [1]);
    const x = ndarray([1, 1], [3]);
    const plain = { parameters: {}, batch: 1, noiseSeed: 0 };
    const first = { ...plain, program: vjp(p), inputs: { x, cotangent_y: one } };
    assert.equal(run(first).gradient_x.data[0], 6);
    const names = vjpNames(vjp(p));
    const zero = ndarray([1, 1], [0]);
    const inputs = {
      ...first.inputs,
      [names.cotangents.y]: zero,
      [names.cotangents.gradient_x]: one,
    };
    const second = run({ ...plain, program: vjp(vjp(p)), inputs });
    assert.equal(second[names.inputs.x].data[0], 2);
    // J' is linear in the cotangent: what that is owed is the slope.
    assert.equal(second[names.inputs.cotangent_y].data[0], 6);
  });

  it('of abs is 0 at 0', () => {
    const p = program({ x: [3] }, ({ x }) => ({ y: abs(x) }));
    const inputs = { x: ndarray([1, 3], [-2, 0, 3]) };
    const { inputs: found } = reverse({ ...caseOf(p), inputs }, { y: ndarray([1, 3], [1, 1, 1]) });
    assert.deepEqual([...found.x.data], [-1, 0, 1]);
  });

  it('is nothing through stopGradient, and zeros for what is not needed', () => {
    const p = program({ x: [2], z: [2] }, ({ x }) => ({ y: mul(x, stopGradient(x)) }));
    const c = caseOf(p);
    const { inputs } = reverse(c, { y: ndarray([1, 2], [1, 1]) });
    assert.deepEqual(inputs.x.data, c.inputs.x.data);
    assert.deepEqual([...inputs.z.data], [0, 0]);
  });

  it('is with respect to what is named', () => {
    const p = program({ x: [3], z: [3] }, ({ x, z }) => ({ y: dense(2)(mul(x, z)) }));
    assert.equal(
      signature(vjp(p, { inputs: ['z'], parameters: ['dense1/bias'] })),
      'cotangent_y [2], x [3], z [3] → gradient_dense1-bias [2], gradient_z [3], y [2]',
    );
    assert.equal(
      signature(jvp(p, { inputs: ['z'], parameters: [] })),
      'tangent_z [3], x [3], z [3] → tangent_y [2], y [2]',
    );
    assert.equal(parametersOf(jvp(p, { inputs: [], parameters: [] }).graph).length, 2);
    const refused = tryProgram(() => vjp(p, { inputs: ['w'] }));
    assert.equal(
      pipe(
        refused,
        E.match(errorMessage, () => 'written'),
      ).replace(/ \(at .*\)$/, ''),
      "vjp: there is no input 'w'; the program has x, z",
    );
  });

  it('refuses batch norm unless its running statistics are asked for, and is then that of inference', () => {
    const p = program({ x: [3, 2] }, ({ x }) => ({ y: batchNorm({ epsilon: 0 })(x) }));
    for (const transform of [vjp, jvp])
      assert.match(
        pipe(
          tryProgram(() => transform(p)),
          E.match(errorMessage, () => 'written'),
        ),
        /^(vjp|jvp): batch norm goes in training through the statistics of all samples.*pass { batchNorm: 'running' }/,
      );
    const c = {
      ...caseOf(vjp(p, running), 1),
      parameters: {
        'batchNorm1/scale': ndarray([2], [3, 5]),
        'batchNorm1/shift': ndarray([2], [0, 1]),
        'batchNorm1/mean': ndarray([2], [1, 2]),
        'batchNorm1/variance': ndarray([2], [4, 25]),
      },
    };
    const { cotangent_y: given } = c.inputs;
    const found = run(c).gradient_x.data;
    [...found].forEach((v, i) => {
      assert.ok(Math.abs(v - given.data[i] * [1.5, 1][i % 2]) < 1e-12);
    });
  });

  it('of large dense layers is the same, computed row by row', () => {
    const p = program({ x: [30, 30, 24] }, ({ x }) => ({
      y: sum(0, 1, 2)(square(dense(20, { bias: false })(dense(64, { bias: false })(x)))),
    }));
    const c = caseOf(p, 2);
    const cotangents = { y: ndarray([1], [1]) };
    const expected = tapeGradient(engine, c, cotangents).parameters;
    const found = runOn(engine, { ...c, inputs: { ...c.inputs, cotangent_y: cotangents.y } }, vjp(p));
    const parameters = Object.fromEntries(
      Object.entries(vjpNames(p).parameters).map(([of, name]) => [of, found[name]]),
    );
    assert.ok(distance(parameters, expected) < 1e-3);
  });
});
