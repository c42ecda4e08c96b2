/** Cases of random programs. */

import { initialParameters } from '../../../src/compile/parameters.js';
import { ndarray, parameterArrays } from '../../../src/compile/reference/index.js';
import { inputsOf } from '../../../src/dsl/index.js';
import type { GeneratedProgram } from '../../../src/laws/arbitraries/program.js';
import type { Case } from './differentiate.js';

/** A random program with its inputs for two samples. */
export const generatedCase = ({ program, inputs, seed }: GeneratedProgram, batch = 2): Case => {
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
