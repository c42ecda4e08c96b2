/** Random programs on the reference interpreter. */

import { initialParameters } from '../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../src/compile/reference/index.js';
import { inputsOf, type Program } from '../../src/dsl/index.js';
import type { GeneratedProgram } from '../../src/laws/arbitraries/program.js';

/** The results of a program for two samples, with the inputs and the seed of a random program of the same names. */
export const resultsOfTwo = (
  p: Program,
  { inputs, seed }: Pick<GeneratedProgram, 'inputs' | 'seed'>,
  training = false,
): ReturnType<typeof runReference> => {
  const values = inputs(2);
  return runReference(p, {
    parameters: parameterArrays(p, initialParameters(p.graph, seed)),
    inputs: Object.fromEntries(
      Object.entries(inputsOf(p.graph)).map(([name, shape]) => [name, ndarray([2, ...shape], values[name])]),
    ),
    batch: 2,
    noiseSeed: seed,
    training,
  });
};
