/** Small io-ts codecs for options written by people: defaults, limits, and errors that name valid values. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Checked, decodeError, nearest } from './error.js';

/** A value as text for an error message, shortened to fit in a sentence. */
const shown = (value: unknown): string => {
  // Only small values are written out: a list may have millions of entries.
  if (typeof value === 'string' && value.length > 80) return `${JSON.stringify(value.slice(0, 79))}…`;
  if (Array.isArray(value) && value.length > 1000) return `a list of ${value.length}`;
  const text = pipe(
    // A module may hold values that JSON cannot express: a function, a BigInt, a cyclic object.
    E.tryCatch(
      () => (typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))),
      () => (typeof value === 'bigint' ? `${value}n` : 'this value'),
    ),
    E.toUnion,
  );
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
};

/** A codec whose decoded and written form are the same value. */
type Same<A> = t.Type<A, A, unknown>;

const checked = <A>(name: string, is: (u: unknown) => u is A, wanted: string): Same<A> =>
  new t.Type<A, A, unknown>(
    name,
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, isNot(u, wanted))),
    t.identity,
  );

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** The problem of a field that is missing or has a value of another kind. */
const isNot = (value: unknown, wanted: string): string =>
  value === undefined ? `it is missing; give ${wanted}` : `${shown(value)} is not ${wanted}`;

/** A whole number from low to high, both included. */
export const whole = (low: number, high: number): Same<number> =>
  checked(
    'whole',
    (u): u is number => typeof u === 'number' && Number.isSafeInteger(u) && u >= low && u <= high,
    `a whole number from ${low} to ${high}`,
  );

/** A number from low to high, both included. */
export const real = (low: number, high: number): Same<number> =>
  checked(
    'real',
    (u): u is number => typeof u === 'number' && u >= low && u <= high,
    `a number from ${low} to ${high}`,
  );

/** One of the given words. */
export const choice = <W extends string>(...words: readonly W[]): Same<W> =>
  checked(
    'choice',
    (u): u is W => words.some((word) => word === u),
    `one of ${words.map((word) => `'${word}'`).join(', ')}`,
  );

/** Text that is not empty. */
export const text: Same<string> = new t.Type<string, string, unknown>(
  'text',
  (u): u is string => typeof u === 'string' && u !== '',
  (u, context) => {
    if (typeof u === 'string' && u !== '') return t.success(u);
    const hint = typeof u === 'number' ? `; as a text it stands in quotes: "${u}"` : '';
    return t.failure(u, context, `${isNot(u, 'a text')}${hint}`);
  },
  t.identity,
);

/** The codec with a default for a field that is left out. */
export const withDefault = <A>(codec: Same<A>, otherwise: A): Same<A> =>
  new t.Type<A, A, unknown>(
    codec.name,
    codec.is,
    (u, context) => (u === undefined ? t.success(otherwise) : codec.validate(u, context)),
    codec.encode,
  );

/** The codec with one more condition: the check returns the problem, or null. */
export const where = <A>(codec: Same<A>, check: (value: A) => string | null): Same<A> =>
  new t.Type<A, A, unknown>(
    codec.name,
    (u): u is A => codec.is(u) && check(u) === null,
    (u, context) =>
      pipe(
        codec.validate(u, context),
        E.flatMap((value) => {
          const problem = check(value);
          return problem === null ? t.success(value) : t.failure(u, context, problem);
        }),
      ),
    codec.encode,
  );

/**
 * An object of exactly these fields: an unknown field is refused, with the nearest known name.
 *
 * @example
 * const circle = record('circle', { radius: withDefault(real(0, 10), 1) })
 * circle.decode({})            // right({ radius: 1 })
 * circle.decode({ raduis: 2 }) // left: "raduis: there is no such field; did you mean 'radius'? Known: radius"
 */
export const record = <P extends t.Props>(
  name: string,
  fields: P,
  /** Names of fields that `withOptional` reads. */
  others: readonly string[] = [],
): t.Type<t.TypeOfProps<P>, t.OutputOfProps<P>, unknown> => {
  const known = [...Object.keys(fields), ...others];
  const base = t.type(fields, name);
  return new t.Type(
    name,
    base.is,
    (u, context) => {
      if (!t.UnknownRecord.is(u)) return t.failure(u, context, `${shown(u)} is not an object`);
      const strangers = Object.keys(u).filter((key) => !known.includes(key));
      const decoded = base.validate(u, context);
      if (strangers.length === 0) return decoded;
      return t.failures([
        ...strangers.slice(0, mostStrangers).map((key) => ({
          value: u[key],
          context: t.appendContext(context, key, t.never, u[key]),
          message: noSuchField(key, known),
        })),
        ...(strangers.length > mostStrangers
          ? [
              {
                value: u,
                context,
                message: `${strangers.length - mostStrangers} more fields that are not known`,
              },
            ]
          : []),
        ...(E.isLeft(decoded) ? decoded.left : []),
      ]);
    },
    base.encode,
  );
};

/** At most this many unknown fields are named in an error. */
const mostStrangers = 50;

/** The problem of an unknown field, with the nearest known one. */
export const noSuchField = (key: string, known: readonly string[]): string => {
  const hint = nearest(key, known);
  return `there is no such field${hint === undefined ? '.' : `; did you mean '${hint}'?`} Known: ${known.join(', ')}`;
};

const fieldOf = (u: unknown, key: string): unknown => (t.UnknownRecord.is(u) ? u[key] : undefined);

/** The record of `fields` with one more field that may be left out and has no default. */
export const withOptional = <A extends object, K extends string, B>(
  codec: Same<A>,
  key: K,
  field: Same<B>,
): Same<A & { readonly [k in K]?: B }> => {
  type Whole = A & { readonly [k in K]?: B };
  const fits = (value: A): value is Whole =>
    fieldOf(value, key) === undefined || field.is(fieldOf(value, key));
  return new t.Type<Whole, Whole, unknown>(
    codec.name,
    (u): u is Whole => codec.is(u) && fits(u),
    (u, context) => {
      const decoded = codec.validate(u, context);
      const value = fieldOf(u, key);
      const read =
        value === undefined
          ? t.success<unknown>(value)
          : field.validate(value, t.appendContext(context, key, field, value));
      const wrong = [decoded, read].flatMap((one) => (E.isLeft(one) ? one.left : []));
      if (E.isLeft(decoded) || E.isLeft(read)) return t.failures(wrong);
      // With the default of the optional field, which the record of `fields` does not fill in.
      const whole = value === undefined ? decoded.right : { ...decoded.right, [key]: read.right };
      return fits(whole) ? t.success(whole) : t.failures(wrong);
    },
    t.identity,
  );
};

/** The requirement of `byName` on the codec of each name. */
interface Named<A> extends t.Decoder<unknown, A> {
  readonly is: (u: unknown) => boolean;
}

/**
 * An object whose `name` selects the record that decodes it. An unknown name is refused with the nearest known one.
 * The other fields are then checked as those of the nearest name, so that all problems are reported at once.
 *
 * @example
 * const shape = byName('shape', { circle: record('circle', { name: choice('circle'), radius: real(0, 1) }) })
 * shape.decode({ name: 'circel' })   // left: "name: unknown shape 'circel'; did you mean 'circle'? Known: circle"
 */
export const byName = <A extends { readonly name: string }>(
  kind: string,
  codecs: Readonly<Record<A['name'], Named<A>>>,
): Same<A> => {
  const all: Readonly<Record<string, Named<A>>> = codecs;
  const known = Object.keys(all);
  return new t.Type<A, A, unknown>(
    kind,
    (u): u is A => t.UnknownRecord.is(u) && known.some((name) => u.name === name && all[name].is(u)),
    (u, context) => {
      if (!t.UnknownRecord.is(u))
        return t.failure(u, context, `${withArticle(kind)} is an object with a name`);
      const { name } = u;
      if (typeof name === 'string' && Object.hasOwn(all, name)) return all[name].validate(u, context);
      const hint = typeof name === 'string' ? nearest(name, known) : undefined;
      const problem =
        typeof name === 'string'
          ? `unknown ${kind} '${name}'${hint === undefined ? '.' : `; did you mean '${hint}'?`}`
          : `${withArticle(kind)} needs a name.`;
      // The other fields are checked as those of the nearest name, so that all problems are reported at once.
      const meant = hint === undefined ? t.success(u) : all[hint].validate({ ...u, name: hint }, context);
      return t.failures([
        {
          value: name,
          context: t.appendContext(context, 'name', t.string, name),
          message: `${problem} Known: ${known.join(', ')}`,
        },
        ...(E.isLeft(meant) ? meant.left : []),
      ]);
    },
    t.identity,
  );
};

/** Names of the fields of an object that a codec does not know; other problems are ignored. */
export const fieldsUnknownTo = (codec: t.Decoder<unknown, unknown>, value: object): readonly string[] => {
  const read = codec.validate(value, [{ key: '', type: codec, actual: value }]);
  return E.isRight(read)
    ? []
    : read.left.flatMap(({ context }) => {
        const { key, type } = context[context.length - 1];
        return context.length === 2 && type === t.never ? [key] : [];
      });
};

/** The expectation of a codec, in words; the codecs of io-ts are named by their types. */
const wantedBy = (name: string): string => {
  if (/^(Readonly)?Array<|^(Array|UnknownArray)$/.test(name)) return 'a list; one stands in brackets';
  if (/^\{|^(Record|UnknownRecord|object)/.test(name)) return 'an object';
  const simple: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    null: 'null',
    whole: 'a whole number',
  };
  return simple[name] ?? name;
};

/** One line for each problem: the path of the field, and the problem. */
export const problemsOf = (errors: t.Errors): readonly string[] =>
  errors.map(({ value, context, message }) => {
    const path = context
      .map(({ key }) => key)
      .filter((key) => key !== '')
      .join('.');
    const wanted = wantedBy(context[context.length - 1]?.type.name ?? 'what it should be');
    return `${path === '' ? '' : `${path}: `}${message ?? `${shown(value)} is not ${wanted}`}`;
  });

/** Decodes, with a codec's errors as a DecodeError about the source. */
export const decodeWith =
  <A>(codec: t.Decoder<unknown, A>, source: string) =>
  (value: unknown): Checked<A> =>
    pipe(
      codec.decode(value),
      E.mapLeft((errors) => decodeError(source, problemsOf(errors))),
    );
