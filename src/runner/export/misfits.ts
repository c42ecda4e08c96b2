/** Finds all weights that do not fit a program, one line each. */

import { type ParameterDeclaration, sameShape, showShape } from '../../dsl/index.js';
import type { WeightEntry } from '../folder/weights.js';

/**
 * A line for each parameter that is missing or has another shape, and for each array that is not a parameter.
 */
export const misfits = (
  declared: readonly Pick<ParameterDeclaration, 'name' | 'shape'>[],
  given: readonly WeightEntry[],
): readonly string[] => {
  const shapes = new Map(given.map(({ name, shape }) => [name, shape]));
  const known = new Set(declared.map(({ name }) => name));
  return [
    ...declared.flatMap(({ name, shape }) => {
      const found = shapes.get(name);
      if (found === undefined) return [`'${name}' ${showShape(shape)} is missing`];
      return sameShape(found, shape)
        ? []
        : [`'${name}' is ${showShape(found)}, the program has ${showShape(shape)}`];
    }),
    ...given.flatMap(({ name }) => (known.has(name) ? [] : [`'${name}' is no parameter of the program`])),
  ];
};
