/** What JavaScript may hand to `fit` where TypeScript refuses it: each option is looked at before anything is computed. */

import * as t from 'io-ts';
import { choice, decodeWith, real, record, whole } from '../../base/codec.js';
import type { Checked } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import type { ParameterDeclaration } from '../../dsl/index.js';
import { EngineChoice } from '../../engine/index.js';
import { largestSeed } from '../../experiments/experiment.js';
import { epochMetricsCodec } from '../training/state.js';

const checked = <A>(is: (u: unknown) => u is A, problem: (u: unknown) => string): t.Type<A, A, unknown> =>
  new t.Type<A, A, unknown>(
    'checked',
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, problem(u))),
    t.identity,
  );

/** Whether something has values by position, as a list or a typed array has: text is none. */
export const isListed = (u: unknown): u is ArrayLike<number> =>
  typeof u === 'object' &&
  u !== null &&
  'length' in u &&
  Number.isSafeInteger(u.length) &&
  Number(u.length) >= 0;

/** The place of the first value that float32 does not hold; -1 where it holds all. */
export const firstUnheld = (values: ArrayLike<unknown>): number => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) return i;
  }
  return -1;
};

/** What is wrong with a value that float32 does not hold. */
export const unheld = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value)
    ? `${value}, which float32 does not hold`
    : `${typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value === 'bigint' ? `${value}n` : typeof value === 'object' ? 'an object' : String(value)}, not a finite number`;

/** The values of one parameter: as many as it has, all of which float32 holds. */
const valuesOf = ({ shape }: ParameterDeclaration): t.Type<ArrayLike<number>, ArrayLike<number>, unknown> => {
  const size = shape.reduce((a, b) => a * b, 1);
  return checked(
    (u): u is ArrayLike<number> => isListed(u) && u.length === size && firstUnheld(u) < 0,
    (u) => {
      if (!isListed(u)) return 'it is no array of numbers';
      if (u.length !== size) return `it has ${u.length} values, and the parameter has ${size}`;
      const at = firstUnheld(u);
      return `value ${at} is ${unheld(u[at])}`;
    },
  );
};

const signal = checked(
  (u): u is AbortSignal => u instanceof AbortSignal,
  () => 'it is no AbortSignal; give the signal of an AbortController',
);

const number = real(-Number.MAX_VALUE, Number.MAX_VALUE);
const count = whole(0, Number.MAX_SAFE_INTEGER);

/** As the codec, or nothing, which is one value. A union would put its places into the paths of problems. */
const unless = (nothing: null | undefined, codec: t.Mixed): t.Type<unknown, unknown, unknown> =>
  new t.Type<unknown, unknown, unknown>(
    'object',
    (u): u is unknown => u === nothing || codec.is(u),
    (u, context) => (u === nothing ? t.success(u) : codec.validate(u, context)),
    t.identity,
  );

const optional = <P extends t.Props>(fields: P) => t.partial(fields, 'object');

/** Options whose value does not depend on the loss, by their names. */
const optionsFor = (declared: readonly ParameterDeclaration[]) => {
  const fields = Object.fromEntries(declared.map((one) => [one.name, valuesOf(one)]));
  const [all, some] = [t.type(fields, 'object'), optional(fields)];
  return optional({
    seed: whole(0, largestSeed),
    workers: whole(1, limits.workers),
    engine: choice(...Object.keys(EngineChoice.keys)),
    signal,
    weights: some,
    from: t.type(
      {
        epoch: count,
        step: count,
        lossSum: number,
        parameters: all,
        average: unless(undefined, all),
        optimiser: record('object', { step: count, mean: some, square: some }),
        best: unless(null, t.type({ epoch: count, loss: number, parameters: all }, 'object')),
        history: t.readonlyArray(epochMetricsCodec),
      },
      'object',
    ),
  });
};

/** These options, or every problem of them by its path. */
export const optionsOf = (declared: readonly ParameterDeclaration[], options: unknown): Checked<unknown> =>
  decodeWith(optionsFor(declared), 'fit')(options);
