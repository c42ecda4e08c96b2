/** Eithers in specs: the value that is expected, the error that is, or the error's sentence. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, errorMessage } from '../../src/base/error.js';

/** The value; fails the test with the error if there is none. */
export const right = <A>(either: E.Either<unknown, A>): A =>
  E.isRight(either) ? either.right : assert.fail(JSON.stringify(either.left));

/** The error; fails the test if there is none. */
export const left = <A>(either: E.Either<A, unknown>): A =>
  E.isLeft(either) ? either.left : assert.fail('expected an error');

/** The sentence of the error; fails the test if there is none. */
export const sentence = (either: E.Either<DrumheadError, unknown>): string => errorMessage(left(either));
