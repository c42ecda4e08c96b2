/** A system of the catalogue, followed from given values, for the laws that are written out here once more. */

import assert from 'node:assert/strict';
import type { Program } from 'drumhead';
import * as E from 'fp-ts/lib/Either.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { type NdArray, ndarray } from '../../../src/compile/reference/array.js';
import { runReference } from '../../../src/compile/reference/run.js';
import { parametersOf } from '../../../src/dsl/graph.js';
import { buildSystem, systemNamed } from '../../../src/models/systems/index.js';

/** The program of a system with these settings. */
export const programOf = (name: string, settings: Readonly<Record<string, unknown>>): Program => {
  const spec = systemNamed(name, settings);
  if (E.isLeft(spec)) assert.fail(JSON.stringify(spec.left));
  const made = buildSystem(spec.right);
  return E.isRight(made) ? made.right : assert.fail(JSON.stringify(made.left));
};

/** An array of this shape with a value at each place. */
export const filled = (shape: readonly number[], at: (i: number) => number): NdArray =>
  ndarray(
    shape,
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i)),
  );

/** The sequence of a field, [steps, ...field], in float64; parameters as they start, but for those given. */
export const followed = (
  p: Program,
  inputs: Readonly<Record<string, NdArray>>,
  output: string,
  given: Readonly<Record<string, NdArray>> = {},
): Float64Array => {
  const drawn = initialParameters(p.graph, 0);
  const parameters = Object.fromEntries(
    parametersOf(p.graph).map(({ name, shape }) => [name, given[name] ?? ndarray(shape, drawn[name])]),
  );
  const batched = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [name, ndarray([1, ...shape], data)]),
  );
  const { outputs } = runReference(p, { parameters, inputs: batched, batch: 1 });
  return Float64Array.from(outputs[output].data);
};
