/** Forward and reverse mode are adjoint: <J v, w> = <v, J' w>, for all programs, whatever stands in them. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { vjp } from '../../../src/compile/transform/index.js';
import { decodeProgram, encodeProgram } from '../../../src/dsl/index.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { buildSystem, type SystemSpec, systemNamed, systemNames } from '../../../src/models/systems/index.js';
import { right } from '../../support/either.js';
import { adjoints, type Case, caseOf, run, running } from './differentiate.js';
import { generatedCase } from './generated.js';

/** Sums of some thousand products in float64, after some hundred operations. */
const areAdjoint = (c: Case, seed: number): void => {
  const { ahead, back, left, right } = adjoints(c, seed);
  const rounding = 1e-11 * Math.max(1, left.size, right.size);
  assert.ok(Math.abs(left.value - right.value) <= rounding, `${left.value} against ${right.value}`);
  for (const [name, { data }] of Object.entries(run(c)))
    for (const { outputs } of [ahead, back])
      data.forEach((value, i) => {
        assert.ok(Math.abs(outputs[name].data[i] - value) <= 1e-12 * Math.max(1, Math.abs(value)), name);
      });
};

describe('transform: forward and reverse mode', () => {
  it('are adjoint, and keep the outputs', () => {
    fc.assert(
      fc.property(programArbitrary(), fc.nat(1000), (made, seed) => areAdjoint(generatedCase(made), seed)),
      { numRuns: 40 },
    );
  });

  it('are adjoint for the gradient of a program too', () => {
    fc.assert(
      fc.property(programArbitrary({ smoothOnly: true }), fc.nat(1000), (made, seed) => {
        const c = generatedCase(made, 1);
        const { inputs, parameters } = caseOf(vjp(c.program, running), seed);
        areAdjoint(
          { ...c, program: vjp(c.program, running), inputs: { ...inputs, ...c.inputs }, parameters },
          seed,
        );
      }),
      { numRuns: 10 },
    );
  });

  for (const name of systemNames)
    it(`are adjoint for ${name}`, () => {
      const built = pipe(
        systemNamed(name),
        E.map((spec) => smaller(spec)),
        E.flatMap(buildSystem),
      );
      areAdjoint(caseOf(right(built), 3), 1);
    });

  it('are programs that can be written down and read', () => {
    fc.assert(
      fc.property(programArbitrary(), ({ program }) => {
        const json: unknown = JSON.parse(encodeProgram(vjp(program, running)));
        const read = decodeProgram(json);
        assert.ok(E.isRight(read));
      }),
      { numRuns: 20 },
    );
  });
});

const smaller = (spec: SystemSpec): SystemSpec => ({
  ...spec,
  steps: 3,
  ...('length' in spec ? { length: 5 } : { height: 6, width: 5 }),
  ...('reach' in spec ? { reach: 2 } : {}),
});
