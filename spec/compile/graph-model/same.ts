/** One random program as a GraphModel in plain TensorFlow.js, looping and straight, beside what we compute ourselves. */

import assert from 'node:assert/strict';
import { initialParameters } from '../../../src/compile/parameters.js';
import type { GeneratedProgram } from '../../../src/laws/arbitraries/program.js';
import { assertEqual, backends, exactly, exported, fed, type Ours } from './against.js';
import type { Plain } from './plain.js';

/** Noise is drawn afresh by a graph: it has a test of its own. */
export const exclude = ['noise'] as const;

export const sameAsGraphModel =
  (plain: Plain, ours: Ours) =>
  async (made: GeneratedProgram, batch: number): Promise<void> => {
    const { program: p, seed } = made;
    const parameters = initialParameters(p.graph, seed);
    const inputs = made.inputs(batch);
    const exact = exactly(p, parameters, inputs, batch);
    for (const unroll of [false, true]) {
      const model = exported(p, parameters, { unroll });
      for (const backend of backends) {
        const expected = ours(backend, p, { parameters, inputs, batch }, Object.keys(exact));
        const { values, left } = await plain.run({
          backend,
          model,
          inputs: fed(p, model, inputs, batch),
          sync: unroll,
        });
        assertEqual(values, expected, exact, `${backend}, unroll ${unroll}`);
        assert.equal(left, 0, 'tensors were left behind');
      }
    }
  };
