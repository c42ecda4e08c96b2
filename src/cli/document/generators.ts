/** Functions in a person's module that make the samples of a task: found, named as data, and run again. */

import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeError, type Effect } from '../../base/error.js';
import { codeDigest } from '../../data/own/code-digest.js';
import type { GeneratorOf } from '../../data/own/generated/generated.js';
import type { Generate } from '../../data/own/generated/sample.js';
import { endedAtOnce } from '../edge.js';
import { codeVariable } from './code.js';
import { calledValue, readDocument } from './document.js';

const isGenerate = (value: unknown): value is Generate => typeof value === 'function';

/** Whether this is a task with a function of its own. */
const isGenerated = (value: unknown): value is { readonly generate: Generate } =>
  t.UnknownRecord.is(value) && isGenerate(value.generate);

/** The depth to which values are searched for experiments. */
const deepest = 8;

/** The functions in a value, each once, in order; models are not searched. */
const functionsIn = (value: unknown, depth = 0): readonly Generate[] => {
  if (depth > deepest) return [];
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => functionsIn(one, depth + 1)))];
  if (!t.UnknownRecord.is(value)) return [];
  if (isGenerated(value)) return [value.generate];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    key === 'model' ? [] : functionsIn(one, depth + 1),
  );
  return [...new Set(inner)];
};

/**
 * The value of a module with its functions as data: file, number of the function, and digest of the code. Other
 * values stay.
 *
 * **Errors** FileError.
 */
export const withGenerators = (value: unknown, path: string): Effect<unknown> => {
  const functions = functionsIn(value);
  if (functions.length === 0) return TE.right(value);
  return pipe(
    () => codeDigest(path),
    TE.map((code) => {
      const named = (one: unknown, depth: number): unknown => {
        if (depth > deepest) return one;
        if (Array.isArray(one)) return one.map((each) => named(each, depth + 1));
        if (!t.UnknownRecord.is(one)) return one;
        if (isGenerated(one)) {
          const { generate, ...rest } = one;
          const which = functions.indexOf(generate);
          return { name: 'generated', ...rest, file: resolve(path), which, code };
        }
        return Object.fromEntries(
          Object.entries(one).map(([key, inner]) => [key, key === 'model' ? inner : named(inner, depth + 1)]),
        );
      };
      return named(value, 0);
    }),
  );
};

/**
 * Runs a person's module for the function of a task.
 *
 * **Errors** DecodeError under `--no-code`, if data names the module without `--code`, and if it has no such
 * function.
 */
export const generatorOf: GeneratorOf = ({ file, which, code }) =>
  code === '' && process.env[codeVariable] !== 'on'
    ? TE.left(
        decodeError(
          file,
          'a file of data names this code, and data runs none; --code lets it run, or write the experiment as .ts with generate in its task',
        ),
      )
    : pipe(
        endedAtOnce(
          pipe(
            readDocument(file),
            TE.flatMap((value) => calledValue(value, file)),
          ),
        ),
        TE.flatMapEither((value) => {
          const functions = functionsIn(value);
          return functions[which] === undefined
            ? E.left(
                decodeError(
                  file,
                  `it has ${functions.length === 0 ? 'no task with a function generate' : `${functions.length} functions generate, and number ${which} is asked for, from 0`}`,
                ),
              )
            : E.right(functions[which]);
        }),
      );
