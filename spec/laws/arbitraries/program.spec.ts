import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../../src/compile/reference/index.js';
import { inputsOf } from '../../../src/dsl/index.js';
import { fieldCodecs, type OpName } from '../../../src/dsl/op.js';
import { type GeneratedProgram, generated, programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { allNodes, expected, nodesOf, variants } from './variants.js';

const evaluate = ({ program, inputs, seed }: GeneratedProgram, training: boolean): readonly number[] => {
  const values = inputs(2);
  const { outputs } = runReference(program, {
    parameters: parameterArrays(program, initialParameters(program.graph, seed)),
    inputs: Object.fromEntries(
      Object.entries(inputsOf(program.graph)).map(([name, shape]) => [
        name,
        ndarray([2, ...shape], values[name]),
      ]),
    ),
    batch: 2,
    noiseSeed: seed,
    training,
  });
  return Object.values(outputs).flatMap(({ data }) => [...data]);
};

describe('arbitraries: programs', () => {
  const programs = fc.sample(programArbitrary(), { numRuns: 800, seed: 1 });
  const nodes = nodesOf(programs);

  it('use every operation of the language', () =>
    assert.deepEqual(
      Object.keys(fieldCodecs).filter((name) => !nodes.some(({ op }) => op.op === name)),
      [],
    ));

  it('use every variant of every operation', () => {
    const found = new Set(nodes.flatMap(variants));
    assert.deepEqual(
      expected.filter((variant) => !found.has(variant)),
      [],
    );
  });

  it('are small', () => {
    const sizes = programs.map(({ program }) => allNodes(program.graph.nodes).length);
    assert.ok(Math.max(...sizes) < 150, `${Math.max(...sizes)} nodes`);
    assert.ok(sizes.reduce((a, b) => a + b, 0) / sizes.length > 10);
  });

  it('are tame: what they compute is finite and within ten units', () =>
    fc.assert(
      fc.property(programArbitrary(), fc.boolean(), (g, training) => {
        for (const value of evaluate(g, training)) assert.ok(Math.abs(value) < 10, `${value}`);
      }),
      { numRuns: 100 },
    ));

  it('compute something: hardly any output is zero throughout', () => {
    const silent = programs.slice(0, 150).filter((g) => evaluate(g, false).every((value) => value === 0));
    assert.ok(silent.length < 8, `${silent.length} of 150`);
  });

  it('leave out excluded operations', () => {
    const excludable = Object.keys(fieldCodecs).filter((name): name is OpName => name !== 'input');
    fc.assert(
      fc.property(
        fc
          .subarray(excludable, { minLength: 1, maxLength: 3 })
          .chain((exclude) => fc.tuple(fc.constant(exclude), programArbitrary({ exclude }))),
        ([exclude, g]) => {
          const used = nodesOf([g]).map(({ op }) => op.op);
          assert.deepEqual(
            exclude.filter((name) => used.includes(name)),
            [],
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are smooth on request', () => {
    const rough = [
      'map relu',
      'map abs',
      'map sign',
      'map stopGradient',
      'zip max',
      'zip min',
      'zip greater',
      'reduce max',
      'reduce min',
      'pool max',
    ];
    const smooth = nodesOf(fc.sample(programArbitrary({ smoothOnly: true }), { numRuns: 200, seed: 2 }));
    const found = new Set(smooth.flatMap(variants));
    assert.deepEqual(
      rough.filter((variant) => found.has(variant)),
      [],
    );
    assert.ok(found.has('scan in a scan') && found.has('conv circular') && found.has('recurrence matrix'));
  });

  it('have inputs that do not depend on the batch, all different within a sample, none zero', () =>
    fc.assert(
      fc.property(programArbitrary(), ({ inputs, program }) => {
        const [two, three] = [inputs(2), inputs(3)];
        for (const [name, shape] of Object.entries(inputsOf(program.graph))) {
          const size = shape.reduce((a, b) => a * b, 1);
          assert.deepEqual(three[name].slice(0, 2 * size), two[name]);
          const sample = two[name].slice(0, size);
          assert.equal(new Set(sample).size, size);
          assert.ok(sample.every((value) => value !== 0 && Math.abs(value) < 1));
        }
      }),
      { numRuns: 30 },
    ));

  it('shrink to little: a program with a scan to hardly more than the scan', () => {
    const result = fc.check(
      fc.property(programArbitrary(), (g) => !nodesOf([g]).some(({ op }) => op.op === 'scan')),
      { seed: 5, numRuns: 200 },
    );
    const smallest = result.counterexample?.[0];
    assert.ok(smallest !== undefined);
    assert.ok(nodesOf([smallest]).length <= 12, `${nodesOf([smallest]).length} nodes`);
    assert.deepEqual(generated(smallest.recipe).program, smallest.program);
  });
});
