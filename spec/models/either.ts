/** What the specs of this room share: taking a value out of its Either, or its sentence. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, errorMessage } from '../../src/base/error.js';

/** The value; fails the test with the error's sentence when there is none. */
export const value = <A>(either: Checked<A>): A =>
  E.isRight(either) ? either.right : assert.fail(errorMessage(either.left));

/** The sentence of the error; fails the test when there is none. */
export const sentence = <A>(either: Checked<A>): string =>
  E.isLeft(either) ? errorMessage(either.left) : assert.fail('expected an error');
