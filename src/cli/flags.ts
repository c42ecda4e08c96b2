/** Flags: what a person types, checked before any work starts. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import { largestSeed } from '../experiments/experiment.js';

/** A whole number from `low`. **Errors** DecodeError naming the flag. */
export const wholeFlag =
  (flag: string, low: number) =>
  (value: string): E.Either<DrumheadError, number> => {
    const number = Number(value);
    return /^\d+$/.test(value.trim()) && Number.isSafeInteger(number) && number >= low
      ? E.right(number)
      : E.left(decodeError(flag, `'${value}' is not a whole number from ${low}`));
  };

/** Whole numbers with commas between them: `0,1,2`. */
export const wholesFlag =
  (flag: string, low: number) =>
  (value: string): E.Either<DrumheadError, readonly number[]> => {
    const each = value.split(',').map(wholeFlag(flag, low));
    const bad = each.find(E.isLeft);
    return bad ?? E.right(each.flatMap((item) => (E.isRight(item) ? [item.right] : [])));
  };

/** The seeds of runs, such as `0,1,2`: each once, none that an experiment could not name. */
export const seedsFlag =
  (flag: string) =>
  (value: string): E.Either<DrumheadError, readonly number[]> =>
    pipe(
      wholesFlag(flag, 0)(value),
      E.chain((seeds) => {
        const large = seeds.find((seed) => seed > largestSeed);
        if (large !== undefined)
          return E.left(decodeError(flag, `${large} is more than the largest seed, ${largestSeed}`));
        const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
        return twice === undefined
          ? E.right(seeds)
          : E.left(decodeError(flag, `the seed ${twice} is listed twice`));
      }),
    );

/** A learning rate: more than 0, at most 1. **Errors** DecodeError naming the flag. */
export const rateFlag =
  (flag: string) =>
  (value: string): E.Either<DrumheadError, number> => {
    const rate = Number(value);
    return rate > 0 && rate <= 1
      ? E.right(rate)
      : E.left(decodeError(flag, `'${value}' is not a number, more than 0 up to 1`));
  };

/** Flags that change an experiment. */
export interface ChangeFlags {
  /** `--set path=value ...` */
  readonly set?: readonly string[];
  /** `--mnist-dir FOLDER` */
  readonly mnistDir?: string;
}

/**
 * Settings as `name=value`, values read as JSON where they are JSON, as text otherwise: `size=32`, `texture=saturate`,
 * `task.size=32`.
 */
export const settingsFlag = (
  flag: string,
  values: readonly string[],
): E.Either<DrumheadError, Readonly<Record<string, unknown>>> => {
  const bad = values.find((value) => !/^[A-Za-z]\w*(\.\w+)*=/.test(value));
  return bad === undefined
    ? E.right(Object.fromEntries(values.map(settingOf)))
    : E.left(decodeError(flag, `'${bad}' is not of the form name=value`));
};

const settingOf = (text: string): readonly [string, unknown] => {
  const cut = text.indexOf('=');
  const value = text.slice(cut + 1);
  return [
    text.slice(0, cut),
    E.getOrElse((): unknown => value)(
      E.tryCatch(
        (): unknown => JSON.parse(value),
        () => null,
      ),
    ),
  ];
};
