/** One step of a system by the reference, from random fields, and a lattice to write its equation on by hand. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../../src/compile/reference/index.js';
import { inputsOf, type Program, volume } from '../../../src/dsl/index.js';
import { buildSystem, systemNamed } from '../../../src/models/systems/index.js';
import { right } from '../../support/either.js';

export const built = (name: string, settings: Readonly<Record<string, unknown>>): Program => {
  const program = pipe(systemNamed(name, settings), E.flatMap(buildSystem));
  return right(program);
};

export type Fields = Readonly<Record<string, Float64Array>>;

/** Numbers between -bound and bound for every input. */
export const randomInputs = (p: Program, bound: number, seed = 0): Fields =>
  Object.fromEntries(
    Object.entries(inputsOf(p.graph)).map(([name, shape]) => {
      const random = stream(seed, name);
      return [name, Float64Array.from({ length: volume(shape) }, () => bound * (2 * random.uniform() - 1))];
    }),
  );

/** The outputs, one sample, without the batch axis. */
export const outputsFrom = (p: Program, inputs: Fields, seed = 0): Fields => {
  const { outputs } = runReference(p, {
    parameters: parameterArrays(p, initialParameters(p.graph, seed)),
    inputs: Object.fromEntries(
      Object.entries(inputsOf(p.graph)).map(([name, shape]) => [name, ndarray([1, ...shape], inputs[name])]),
    ),
    batch: 1,
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
};

/** Sites of a torus within a square of some reach around a site, the site itself among them. */
export const around = (site: number, height: number, width: number, reach: number): readonly number[] => {
  const [row, column] = [Math.floor(site / width), site % width];
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  return offsets.flatMap((i) =>
    offsets.map((j) => ((row + i + height) % height) * width + ((column + j + width) % width)),
  );
};

/** The five-point Laplacian of one channel of a field on a torus. */
export const laplacianAt = (
  field: ArrayLike<number>,
  site: number,
  height: number,
  width: number,
  channels = 1,
  channel = 0,
): number => {
  const value = (at: number): number => field[at * channels + channel];
  const near = around(site, height, width, 1).filter((_, i) => i % 2 === 1);
  return near.reduce((sum, at) => sum + value(at), 0) - 4 * value(site);
};

export const isNear = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void => {
  assert.equal(found.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(found[i] - expected[i]) <= tolerance, `${i}: ${found[i]}, expected ${expected[i]}`);
};
