/** Codecs of the parts of descriptions. */

import * as t from 'io-ts';

/** Numbers that JSON cannot hold, by their names. */
const named = new Map<unknown, number>([
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['NaN', NaN],
  ['-0', -0],
]);

const nameOf = (value: number): number | string => {
  for (const [name, each] of named) if (Object.is(each, value)) return String(name);
  return value;
};

/** Any number; those that JSON cannot hold are written as their names, so that two numbers never look alike. */
export const anyNumber = new t.Type<number, number | string, unknown>(
  'a number',
  t.number.is,
  (input, context) => {
    const value = typeof input === 'number' ? input : named.get(input);
    return value === undefined ? t.failure(input, context) : t.success(value);
  },
  nameOf,
);

/** A size or an index: a whole number, not below zero. */
export const size = new t.Type<number, number, unknown>(
  'a whole number',
  t.number.is,
  (input, context) =>
    Number.isSafeInteger(input) && Number(input) >= 0 ? t.success(Number(input)) : t.failure(input, context),
  (value) => value,
);

/** One of a few numbers. */
export const oneOf = <N extends number>(...values: readonly N[]): t.Type<N, N, unknown> =>
  new t.Type<N, N, unknown>(
    values.join(' or '),
    (input): input is N => values.some((value) => value === input),
    (input, context) => {
      const value = values.find((each) => each === input);
      return value === undefined ? t.failure(input, context) : t.success(value);
    },
    (value) => value,
  );

/** Planes seen as [outer, count, inner]. */
export const along = { outer: size, count: size, inner: size };
