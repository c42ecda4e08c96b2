/** A system of the catalogue, followed from given values, for the laws that are written out here once more. */

import assert from 'node:assert/strict';
import type { Program } from 'drumhead';
import * as E from 'fp-ts/lib/Either.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { type NdArray, ndarray } from '../../../src/compile/reference/array.js';
import { runReference } from '../../../src/compile/reference/run.js';
import { parametersOf } from '../../../src/dsl/graph.js';
import { buildSystem, systemNamed } from '../../../src/models/systems/index.js';
import { right } from '../../support/either.js';

/** The program of a system with these settings. */
export const programOf = (name: string, settings: Readonly<Record<string, unknown>>): Program => {
  const spec = systemNamed(name, settings);
  if (E.isLeft(spec)) assert.fail(JSON.stringify(spec.left));
  const made = buildSystem(spec.right);
  return right(made);
};

/** An array of this shape with a value at each place. */
export const filled = (shape: readonly number[], at: (i: number) => number): NdArray =>
  ndarray(
    shape,
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i)),
  );

/** The sum of all elements. */
export const sum = (data: Float64Array): number => data.reduce((total, v) => total + v, 0);

/** The largest absolute value. */
export const largest = (data: Float64Array): number =>
  data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** The sum of products. */
export const dot = (a: Float64Array, b: Float64Array): number => sum(a.map((v, i) => v * b[i]));

/** The steps of a sequence. */
export const split = (data: Float64Array, size: number): readonly Float64Array[] =>
  Array.from({ length: data.length / size }, (_, t) => data.slice(t * size, (t + 1) * size));

/** The five-point Laplacian of a torus of these sides: neighbours less the site itself. */
export const laplacianOf =
  (height: number, width: number) =>
  (y: Float64Array): Float64Array => {
    const at = (row: number, column: number): number =>
      y[((row + height) % height) * width + ((column + width) % width)];
    return y.map((v, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1) - 4 * v;
    });
  };

/** 1 and -1 in turn: the roughest wave of an even torus. */
export const checkered = (height: number, width: number): NdArray =>
  filled([height, width, 1], (i) => (-1) ** ((i % width) + Math.floor(i / width)));

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
