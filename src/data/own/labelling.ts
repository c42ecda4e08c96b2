/** The class of each value in the user's masks: the keys `labels` and `ignore` of a folder. */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { classNames } from '../classes/names.js';

/** A value and its class, or a class and its values. */
export type NamedLabels = Readonly<Record<string, string | number | readonly number[]>>;

/** The key `labels`: values with names, or only the values in the order of the classes. Null: values are labels. */
export type LabelsKey = NamedLabels | readonly number[] | null;

/** The key `ignore`. */
export type IgnoreKey = number | readonly number[] | null;

const isWhole = (u: unknown): u is number => typeof u === 'number' && Number.isSafeInteger(u);
const isWholes = (u: unknown): u is readonly number[] => Array.isArray(u) && u.every(isWhole);
const isNumber = (text: string): boolean => /^-?\d{1,15}$/.test(text);

/** The values and their names, one entry for each value; null if the key has neither of the two forms. */
const entryOf = ([key, said]: readonly [string, unknown]): readonly (readonly [number, string])[] | null => {
  if (typeof said === 'string') return isNumber(key) ? [[Number(key), said]] : null;
  if (isWhole(said)) return [[said, key]];
  return isWholes(said) ? said.map((value) => [value, key] as const) : null;
};

const repeated = (values: readonly number[]): number | null =>
  values.find((value, i) => values.indexOf(value) < i) ?? null;

const form =
  'write a value and its class, such as {"255": "cell"}, a class and its values, such as {"cell": [254, 255]}, or a list of values in the order of the classes, background first';

const labelsProblem = (u: unknown): string | null => {
  if (u === null) return null;
  if (Array.isArray(u)) {
    if (!isWholes(u)) return form;
    const twice = repeated(u);
    if (twice !== null) return `the value ${twice} stands in it twice`;
    return u.length < 2 || u.length > 255 ? 'it must hold 2 to 255 values, one for each class' : null;
  }
  if (!t.UnknownRecord.is(u)) return form;
  const entries = Object.entries(u).map(entryOf);
  if (entries.length === 0 || entries.some((entry) => entry === null)) return form;
  const pairs = entries.flatMap((entry) => entry ?? []);
  const twice = repeated(pairs.map(([value]) => value));
  if (twice !== null) return `the value ${twice} has two classes`;
  const { names } = named(pairs);
  if (names.length < 2) return 'it names one class only; name the others too';
  const wrong = classNames.decode(names);
  return E.isLeft(wrong) ? (wrong.left[0]?.message ?? null) : null;
};

const ignoreProblem = (u: unknown): string | null =>
  u === null || isWhole(u) || (isWholes(u) && u.length > 0 && repeated(u) === null)
    ? null
    : 'write the value of pixels that have no class, such as 255, or a list of such values';

const keyOf = <A>(name: string, problem: (u: unknown) => string | null): t.Type<A, A, unknown> => {
  const is = (u: unknown): u is A => problem(u) === null;
  return new t.Type<A, A, unknown>(
    name,
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, problem(u) ?? undefined)),
    t.identity,
  );
};

export const labelsKey = keyOf<LabelsKey>('labels', labelsProblem);
export const ignoreKey = keyOf<IgnoreKey>('ignore', ignoreProblem);

/** The meaning of the values in masks. */
export interface Labelling {
  /** The label of each value; null if values are labels themselves. */
  readonly labels: ReadonlyMap<number, number> | null;
  /** Names of the classes, background first; null if none were specified. */
  readonly names: readonly string[] | null;
  readonly ignore: ReadonlySet<number>;
}

/** The byte in masks for ignored pixels; with ignored values there must be fewer classes than this. */
export const ignoredByte = 255;

/**
 * Names by label and labels by value. The background is first: the class of that name, else the class of the value 0,
 * which is the background unless it is named. The others follow by their smallest value, in whatever order they were
 * written.
 */
const named = (
  pairs: readonly (readonly [number, string])[],
): { readonly names: readonly string[]; readonly labels: ReadonlyMap<number, number> } => {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  const order = [...new Set(sorted.map(([, name]) => name))];
  const first = order.includes('background')
    ? 'background'
    : (sorted.find(([value]) => value === 0)?.[1] ?? null);
  const names = [first ?? 'background', ...order.filter((name) => name !== first)];
  const labels = new Map(sorted.map(([value, name]) => [value, names.indexOf(name)]));
  // 0 is not mentioned, so it is the background.
  if (first === null) labels.set(0, 0);
  return { names, labels };
};

const pairsOf = (labels: NamedLabels): readonly (readonly [number, string])[] =>
  Object.entries(labels).flatMap((entry) => entryOf(entry) ?? []);

const isList = (labels: LabelsKey): labels is readonly number[] => Array.isArray(labels);

const listOf = (ignore: IgnoreKey): readonly number[] =>
  ignore === null ? [] : typeof ignore === 'number' ? [ignore] : ignore;

/** The keys `labels` and `ignore` as a `Labelling`. */
export const labellingOf = (labels: LabelsKey, ignore: IgnoreKey): Labelling => {
  const ignored = new Set(listOf(ignore));
  if (labels === null) return { labels: null, names: null, ignore: ignored };
  if (isList(labels))
    return { labels: new Map(labels.map((value, label) => [value, label])), names: null, ignore: ignored };
  const found = named(pairsOf(labels));
  const known = new Map([...found.labels].filter(([value]) => !ignored.has(value)));
  return { labels: known, names: found.names, ignore: ignored };
};

/** A contradiction among the keys of a folder, or null. */
export const labellingProblem = ({
  labels,
  ignore,
  classes,
}: {
  readonly labels: LabelsKey;
  readonly ignore: IgnoreKey;
  readonly classes: readonly string[];
}): string | null => {
  const values = labels === null ? [] : isList(labels) ? labels : pairsOf(labels).map(([value]) => value);
  const both = listOf(ignore).find((value) => values.includes(value));
  if (both !== undefined) return `the value ${both} stands in labels and in ignore; leave it in one of them`;
  if (isList(labels) && classes.length > 0 && classes.length !== labels.length)
    return `labels has ${labels.length} values, classes ${classes.length} names; give a name for each value`;
  if (labels !== null && !isList(labels) && classes.length > 0)
    return 'labels names the classes already; leave out classes';
  return ignore !== null && classes.length > ignoredByte
    ? `where values are ignored, there can be ${ignoredByte} classes at most`
    : null;
};
