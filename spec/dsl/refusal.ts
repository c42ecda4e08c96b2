/** What the specs of the language share: refusals as values, small evaluations, places in this source. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import type { ProgramError } from '../../src/base/error.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../src/compile/reference/index.js';
import {
  inputsOf,
  type Program,
  parametersOf,
  program,
  type Shape,
  shapeOf,
  type Tensor,
  tryProgram,
} from '../../src/dsl/index.js';
import { tensor } from '../../src/dsl/tensor.js';

/** The error that writing this ends with; fails the test when it does not. */
export const refusal = (write: () => unknown): ProgramError => {
  const written = tryProgram(write);
  if (E.isRight(written)) return assert.fail('it was not refused');
  return written.left._tag === 'ProgramError' ? written.left : assert.fail(written.left.message);
};

/** `operation: message` of the refusal. */
export const refused = (write: () => unknown): string => {
  const { operation, message } = refusal(write);
  return `${operation}: ${message}`;
};

/** The program of one output that needs no input. */
export const of = (x: Tensor): Program => program({}, () => ({ x }));

/** The values of an expression that needs no input, as the reference interpreter computes them. */
export const valuesOf = (x: Tensor): readonly number[] => valuesOfProgram(of(x), {});

/** The first output for one sample. */
export const valuesOfProgram = (
  p: Program,
  inputs: Readonly<Record<string, readonly number[]>>,
  seed = 0,
): readonly number[] => {
  const [first] = Object.values(
    runReference(p, {
      parameters: parameterArrays(p, initialParameters(p.graph, seed)),
      inputs: Object.fromEntries(
        Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
          name,
          ndarray([1, ...shape], inputs[name]),
        ]),
      ),
      batch: 1,
    }).outputs,
  );
  return [...first.data];
};

/** The names of a program's parameters, sorted. */
export const namesOf = (p: Program): readonly string[] =>
  parametersOf(p.graph)
    .map(({ name }) => name)
    .sort();

/** The line of the caller in its own file. */
export const thisLine = (): number => {
  const frame = (new Error().stack ?? '').split('\n')[2] ?? '';
  return Number(/:(\d+):\d+\)?$/.exec(frame)?.[1]);
};

export const near = (found: readonly number[], expected: readonly number[], tolerance = 1e-9): void => {
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `entry ${i}: ${value}, expected ${expected[i]}`);
  });
};

export const shapeIs = (x: Tensor, ...shape: readonly number[]): void => assert.deepEqual(shapeOf(x), shape);

/** The same tensor under a type that is not its own: what a shape from a file or a mistake looks like. */
export const claim = <S extends Shape>(x: Tensor): Tensor<S> => tensor(x.expr);
