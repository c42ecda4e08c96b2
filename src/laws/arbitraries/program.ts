/** Random well-typed programs with suitable inputs, for tests of every interpreter. */

import type fc from 'fast-check';
import type { OpName, Program } from '../../dsl/index.js';
import { build, feed } from './program/build.js';
import { type Recipe, recipeArbitrary } from './program/recipe.js';
import { printedAs } from './shrinking.js';

export type { Recipe };

/** A random program with its inputs and seed. */
export interface GeneratedProgram {
  /** The program. */
  readonly program: Program;
  /** Row-major values for each input, [batch, ...shape]; sample i does not depend on the batch. */
  readonly inputs: (batch: number) => Readonly<Record<string, Float32Array>>;
  /** The seed of the initial parameters and the noise. */
  readonly seed: number;
  /** Its recipe: `generated(recipe)` builds it again. */
  readonly recipe: Recipe;
}

/** Options for programs. */
export interface ProgramOptions {
  /** Operations that must not occur. */
  readonly exclude?: readonly OpName[];
  /** Only operations that are differentiable everywhere, for finite differences. */
  readonly smoothOnly?: boolean;
}

/**
 * The program of a recipe; counterexamples print as this call.
 *
 * @example
 * const { program, inputs } = generated({ sizes: [3, 3, 1, 3, 2], instructions: [], outputs: [0], seed: 0 });
 * signature(program); // => 'field [3,3,1], line [3,1], sequence [2,3,1] → out0 [3,3,1]'
 * inputs(2).field.length; // => 18
 */
export const generated = (recipe: Recipe, options: ProgramOptions = {}): GeneratedProgram =>
  printedAs(
    {
      program: build(recipe, new Set(options.exclude), options.smoothOnly ?? false),
      inputs: (batch: number) => feed(recipe, batch),
      seed: recipe.seed,
      recipe,
    },
    () => showRecipe(recipe, options),
  );

/** The call that builds a program again, with the options that it was drawn with. */
const showRecipe = (recipe: Recipe, options: ProgramOptions): string => {
  const given = [recipe, ...(Object.keys(options).length === 0 ? [] : [options])];
  return `generated(${given.map((part) => JSON.stringify(part)).join(', ')})`;
};

/**
 * Random programs of every operation of the language: fields of 3 to 6 sites and 1 to 3 channels, or as many as
 * sites, in one and two dimensions, autonomous, driven and nested scans with noise, kernels and strides of all kinds.
 *
 * They are well conditioned: values stay within a few units, arguments of logarithms, roots and divisors are away from
 * zero, thresholds away from values, and spectra away from zero. So interpreters in 32 and 64 bits should agree to
 * about 1e-4. Failing programs shrink to few instructions and print as `generated(...)`.
 *
 * @example
 * fc.assert(
 *   fc.property(programArbitrary({ exclude: ['scan'] }), ({ program }) => !program.graph.nodes.some(({ op }) => op.op === 'scan')),
 *   { numRuns: 10 },
 * );
 */
export const programArbitrary = (options: ProgramOptions = {}): fc.Arbitrary<GeneratedProgram> =>
  recipeArbitrary.map((recipe) => generated(recipe, options));
