/** What every task read from a person's own files shares: its settings, its checks, and the images held out. */

import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { real, text, where, whole, withDefault } from '../base/codec.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import { stream } from '../base/random.js';
import type { Loaded } from './cache.js';
import { type Split, type SplitName, select, splitNames } from './dataset.js';

/** A share of images, all but one at most. */
export const share = real(0, 0.9);

/** A terminal would obey it. */
const control = /\p{Cc}/u;

/** Names of classes, background first; none at all, or two and more. */
export const classNames = where(t.readonlyArray(text), (names) =>
  names.length === 1 || new Set(names).size < names.length || names.length > 256
    ? 'class names must be two to 256 different ones, background first (or none, to number them)'
    : names.some((name) => control.test(name))
      ? 'a class name holds a control character; write names as plain text'
      : undefined,
);

/**
 * - `folder`: where the files are.
 * - `classes`: a name for each label, background first; none: the names in the folder's `classes.json`, else numbers.
 * - `validationShare`: the share of the training images that is held out for validation where the folder has no images
 *   for that; `seed`: which ones.
 */
export const folderFields = {
  folder: text,
  classes: withDefault<readonly string[]>(classNames, []),
  validationShare: withDefault(share, 0.15),
  seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
};

export interface FolderSettings {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly validationShare: number;
  readonly seed: number;
}

/** The splits that a folder holds; where it has no validation images, some of the training images become them. */
export interface Parts {
  readonly train: Split;
  readonly validation: O.Option<Split>;
  readonly test: Split;
}

/** A share of the images, drawn by the seed and put aside; both in their old order. */
export const holdOut = (
  split: Split,
  held: number,
  seed: number,
  purpose: string,
): { readonly kept: Split; readonly held: Split } => {
  const order = stream(seed, 'hold out', purpose).shuffle(Array.from({ length: split.count }, (_, i) => i));
  const count = Math.min(split.count - 1, Math.round(held * split.count));
  const sorted = (indices: readonly number[]): readonly number[] => [...indices].sort((a, b) => a - b);
  return {
    kept: select(split, sorted(order.slice(count))),
    held: select(split, sorted(order.slice(0, count))),
  };
};

const sizes = ({ height, width, channels }: Split): string => `${height}x${width}x${channels}`;

const largestLabel = (split: Split): number => split.masks.reduce((a, b) => Math.max(a, b), 0);

/** Names for labels 0 to the largest, when nobody gave any. */
const numbered = (largest: number): readonly string[] =>
  Array.from({ length: Math.max(2, largest + 1) }, (_, label) =>
    label === 0 ? 'background' : `class ${label}`,
  );

const problemOf = (
  splits: Readonly<Record<SplitName, Split>>,
  classes: readonly string[],
): string | undefined => {
  for (const name of splitNames) {
    const split = splits[name];
    if (name !== 'validation' && split.count === 0) return `there are no ${name} images`;
    if (sizes(split) !== sizes(splits.train)) {
      return `${name} images are ${sizes(split)}, but train images are ${sizes(splits.train)}; all must be of one size`;
    }
    const largest = largestLabel(split);
    if (largest >= classes.length) {
      return `a ${name} mask has the label ${largest}, but there are only ${classes.length} class names (labels 0 to ${classes.length - 1})`;
    }
  }
  return undefined;
};

/**
 * The dataset of these parts, once their sizes and labels agree.
 *
 * @param named class names found in the folder, for where the task gives none
 */
export const assemble = (
  { folder, classes, validationShare, seed }: FolderSettings,
  parts: Parts,
  named: O.Option<readonly string[]>,
): E.Either<DrumheadError, Loaded> => {
  const { kept, held } = O.isSome(parts.validation)
    ? { kept: parts.train, held: parts.validation.value }
    : holdOut(parts.train, validationShare, seed, 'validation');
  const splits = { train: kept, validation: held, test: parts.test };
  const given = [classes, O.toUndefined(named) ?? []].find((names) => names.length > 0);
  const names = given ?? numbered(Math.max(...splitNames.map((name) => largestLabel(splits[name]))));
  const problem = problemOf(splits, names);
  if (problem !== undefined) return E.left(decodeError(folder, problem));
  const notes =
    O.isNone(parts.validation) && held.count > 0
      ? [`${held.count} of the ${parts.train.count} training images are held out for validation`]
      : [];
  return E.right({ ...splits, classes: names, origin: 'files', notes });
};

export const describeFolder = ({ folder, validationShare, seed }: FolderSettings): string =>
  `read from ${folder}; without validation images ${validationShare} of the training images, drawn by seed ${seed}`;
