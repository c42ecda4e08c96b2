/** Random well-typed programs, with inputs that suit them: the oracle of every compiler. */

import fc from 'fast-check';
import type { OpName, Program } from '../../dsl/index.js';
import { signature } from '../../dsl/index.js';
import { build, feed } from './program/build.js';
import { type Recipe, recipeArbitrary } from './program/recipe.js';

export interface GeneratedProgram {
  readonly program: Program;
  /** Row-major values for each input, [batch, ...shape]; sample i is the same whatever the batch. */
  readonly inputs: (batch: number) => Readonly<Record<string, Float32Array>>;
  /** For the parameters' draws and the noise. */
  readonly seed: number;
  readonly recipe: Recipe;
}

export interface ProgramOptions {
  /** Operations that must not occur. */
  readonly exclude?: readonly OpName[];
  /** Only what is differentiable everywhere, for finite differences. */
  readonly smoothOnly?: boolean;
}

/** The program of a recipe, as a counterexample prints it. */
export const generated = (recipe: Recipe, options: ProgramOptions = {}): GeneratedProgram => ({
  program: build(recipe, new Set(options.exclude), options.smoothOnly ?? false),
  inputs: (batch) => feed(recipe, batch),
  seed: recipe.seed,
  recipe,
});

/**
 * Random programs of every operation of the language: fields of 3 to 6 sites and 1 to 3 channels in one and two
 * dimensions, autonomous, driven and nested scans with noise, kernels and strides of all kinds.
 *
 * They are tame: values stay within a few units, and nothing hangs on a rounding: logarithms, roots and divisors are
 * kept away from zero, thresholds away from the values, spectra away from silence. So two interpreters in 32 and 64
 * bits should agree to about 1e-4. A counterexample prints its recipe; `generated(recipe)` builds it again.
 *
 * @example
 * fc.assert(fc.property(programArbitrary({ smoothOnly: true }), ({ program, inputs, seed }) => ...));
 */
export const programArbitrary = (options: ProgramOptions = {}): fc.Arbitrary<GeneratedProgram> =>
  recipeArbitrary.map((recipe) => {
    const made = generated(recipe, options);
    return Object.assign(made, {
      [fc.toStringMethod]: () => `${signature(made.program)}\nof the recipe ${JSON.stringify(recipe)}`,
    });
  });
