/** The values of flags, checked before any work starts. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError, errorMessage, unknownName } from '../../base/error.js';
import { parsedJson } from '../../base/json-text.js';
import { largestSeed } from '../../experiments/experiment.js';
import { readFlow } from '../document/yaml.js';
import { allFlags, allValues } from './all-flags.js';

/** The value of an optional flag; null if it is left out. **Errors** as `parse`. */
export const optionalFlag = <B>(
  value: string | undefined,
  parse: (value: string) => Checked<B>,
): Checked<B | null> => (value === undefined ? E.right(null) : parse(value));

/** One of a list of names. **Errors** UnknownName with the kind and the nearest name. */
export const oneOf =
  <N extends string>(kind: string, names: readonly N[]) =>
  (name: string): Checked<N> => {
    const found = names.find((one) => one === name);
    return found === undefined ? E.left(unknownName(kind, name, names)) : E.right(found);
  };

/** A whole number from `low` to `high`. **Errors** DecodeError naming the flag. */
export const wholeFlag =
  (flag: string, low: number, high = Number.MAX_SAFE_INTEGER) =>
  (value: string): Checked<number> => {
    const number = Number(value);
    return /^\d+$/.test(value.trim()) && Number.isSafeInteger(number) && number >= low && number <= high
      ? E.right(number)
      : E.left(
          decodeError(
            flag,
            `'${value}' is not a whole number from ${low}${high === Number.MAX_SAFE_INTEGER ? '' : ` to ${high}`}`,
          ),
        );
  };

/** Whole numbers with commas between them: `0,1,2`. */
export const wholesFlag =
  (flag: string, low: number) =>
  (value: string): Checked<readonly number[]> =>
    allValues(value.split(',').map(wholeFlag(flag, low)));

/** The seeds of runs, such as `0,1,2`: each once, and each valid in an experiment. */
export const seedsFlag =
  (flag: string) =>
  (value: string): Checked<readonly number[]> =>
    pipe(
      wholesFlag(flag, 0)(value),
      E.flatMap((seeds) => {
        const large = seeds.find((seed) => seed > largestSeed);
        if (large !== undefined)
          return E.left(decodeError(flag, `${large} is more than the largest seed, ${largestSeed}`));
        const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
        return twice === undefined
          ? E.right(seeds)
          : E.left(decodeError(flag, `the seed ${twice} is listed twice`));
      }),
    );

/** A number as people write it: `.001`, `1e-3`, `+2`; no `0x10`, no `1_000`, no `Infinity`. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A learning rate: more than 0, at most 1. **Errors** DecodeError naming the flag. */
export const rateFlag =
  (flag: string) =>
  (value: string): Checked<number> => {
    const rate = decimal.test(value.trim()) ? Number(value) : Number.NaN;
    return rate > 0 && rate <= 1
      ? E.right(rate)
      : E.left(decodeError(flag, `'${value}' is not a number, more than 0 up to 1`));
  };

/** A setting that has its own flag, such as `--epochs`. */
export interface Override {
  readonly flag: string;
  readonly path: string;
  readonly value: unknown;
}

/** Flags that change an experiment. */
export interface ChangeFlags {
  /** `--set path=value ...` */
  readonly set?: readonly string[];
  /** `--mnist-dir FOLDER` */
  readonly mnistDir?: string;
  /** The changes of other flags. */
  readonly overrides?: readonly Override[];
}

/** The changes of `--epochs` and `--seed`. **Errors** DecodeError naming the flag. */
export const overridesOf = ({
  epochs,
  seed,
}: {
  readonly epochs?: string;
  readonly seed?: string;
}): Checked<readonly Override[]> =>
  pipe(
    allFlags({
      epochs: optionalFlag(epochs, wholeFlag('--epochs', 1)),
      seeds: optionalFlag(seed, seedsFlag('--seed')),
    }),
    E.map((given) => [
      ...(given.epochs === null ? [] : [{ flag: '--epochs', path: 'training.epochs', value: given.epochs }]),
      ...(given.seeds === null ? [] : [{ flag: '--seed', path: 'seeds', value: given.seeds }]),
    ]),
  );

/** Settings whose values are always text: a folder may be called 2024. */
const isText = (path: string): boolean => /(^|\.)(name|label|notes|folder|mnistDir|classes\.\d+)$/.test(path);

/**
 * The value that a person typed: JSON, a list or an object of YAML, a number if it looks like one, otherwise text.
 */
const typedValue = (path: string, typed: string): E.Either<readonly string[], unknown> => {
  if (isText(path) && typed !== 'null') return E.right(typed);
  if (decimal.test(typed)) return E.right(Number(typed));
  const json = parsedJson(typed);
  if (E.isRight(json) || !/^\s*[[{]/.test(typed)) return E.right(E.isRight(json) ? json.right : typed);
  return pipe(
    readFlow(typed, path),
    E.mapLeft((error) => (error._tag === 'DecodeError' ? error.problems : [errorMessage(error)])),
  );
};

/**
 * Settings as `name=value`: `size=32`, `rate=.001`, `texture=saturate`, `hidden=[8,8]`,
 * `labels={255: cell}`, `clip=null`, `task.folder=2024`.
 *
 * **Errors** DecodeError for a setting that is not of this form, has no value, or is set twice.
 */
export const settingsFlag = (
  flag: string,
  values: readonly string[],
): Checked<Readonly<Record<string, unknown>>> => {
  const pairs = values.map((text) => {
    const cut = text.indexOf('=');
    return [text.slice(0, cut), text.slice(cut + 1)] as const;
  });
  const twice = pairs.find(([path], i) => pairs.findIndex(([other]) => other === path) < i);
  const typed = pairs.map(([path, value]) => [path, typedValue(path, value)] as const);
  const problems = [
    ...values
      .filter((value) => !/^[A-Za-z]\w*(\.\w+)*=/.test(value))
      .map((value) => `'${value}' is not of the form name=value`),
    ...pairs
      .filter(([path, value]) => path !== '' && value === '')
      .map(([path]) => `${path}= has no value; ${path}=null turns off what can be off`),
    ...typed.flatMap(([path, value]) =>
      path !== '' && E.isLeft(value)
        ? [
            `${path}: ${value.left[0] ?? 'no list and no object'}; a list is written [0, 255], an object {255: cell}`,
          ]
        : [],
    ),
    ...(twice === undefined ? [] : [`${twice[0]} is set twice; set it once`]),
  ];
  return problems.length === 0
    ? E.right(
        Object.fromEntries(
          typed.flatMap(([path, value]) => (E.isRight(value) ? [[path, value.right] as const] : [])),
        ),
      )
    : E.left(decodeError(flag, problems[0], problems.slice(1)));
};
