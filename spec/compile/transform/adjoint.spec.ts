/** Forward and reverse mode are adjoint: <J v, w> = <v, J' w>, for all programs, whatever stands in them. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../../src/compile/parameters.js';
import { ndarray, parameterArrays } from '../../../src/compile/reference/index.js';
import { inputsOf } from '../../../src/dsl/index.js';
import { type GeneratedProgram, programArbitrary } from '../../arbitraries/program.js';
import { adjoints, type Case, run } from './differentiate.js';

const batch = 2;

const caseOf = ({ program, inputs, seed }: GeneratedProgram): Case => {
  const shapes = inputsOf(program.graph);
  return {
    program,
    inputs: Object.fromEntries(
      Object.entries(inputs(batch)).map(([name, values]) => [
        name,
        ndarray([batch, ...shapes[name]], values),
      ]),
    ),
    parameters: parameterArrays(program, initialParameters(program.graph, seed)),
    batch,
    noiseSeed: seed,
  };
};

describe('transform: forward and reverse mode', () => {
  it('are adjoint, and keep the outputs', () => {
    fc.assert(
      fc.property(programArbitrary(), fc.nat(1000), (made, seed) => {
        const c = caseOf(made);
        const { ahead, back, left, right } = adjoints(c, seed);
        // Sums of some thousand products in float64, after some hundred operations.
        const rounding = 1e-11 * Math.max(1, left.size, right.size);
        assert.ok(Math.abs(left.value - right.value) <= rounding, `${left.value} against ${right.value}`);
        for (const [name, { data }] of Object.entries(run(c)))
          for (const { outputs } of [ahead, back])
            data.forEach((value, i) => {
              assert.ok(Math.abs(outputs[name].data[i] - value) <= 1e-12 * Math.max(1, Math.abs(value)));
            });
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
  });
});
