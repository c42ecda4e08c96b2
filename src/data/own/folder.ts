/** Settings and checks of all tasks that read the user's own files, and images held out for validation. */

import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { real, text, where, whole, withDefault } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError } from '../../base/error.js';
import { stream } from '../../base/random.js';
import type { Loaded } from '../cache.js';
import { classNames } from '../classes/names.js';
import { type Split, type SplitName, select, splitNames } from '../dataset.js';
import {
  type IgnoreKey,
  ignoredByte,
  ignoreKey,
  type Labelling,
  type LabelsKey,
  labellingOf,
  labellingProblem,
  labelsKey,
} from './labelling.js';
import type { FileProblem } from './mask-values.js';

/** A share of images, at most 0.9. */
export const share = real(0, 0.9);

/**
 * - `folder`: where the files are.
 * - `classes`: a name for each label, background first; if empty, the names in the folder's `classes.json`, else
 *   numbers.
 * - `validationShare`: the share of the training images held out for validation if the folder has no validation images;
 *   `seed`: which ones.
 * - `labels`: which value in the masks is which class, `{ 255: cell }`, `{ cell: [254, 255] }`, or only the values in
 *   the order of the classes, `[0, 255]`; null: values are labels. Values that are neither named nor ignored are
 *   refused; 0 is the background unless it is named.
 * - `ignore`: the value or values of pixels without a class, which enter no loss, no score and no share of classes.
 */
export const folderFields = {
  folder: text,
  classes: withDefault<readonly string[]>(classNames, []),
  validationShare: withDefault(share, 0.15),
  seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
  labels: withDefault<LabelsKey>(labelsKey, null),
  ignore: withDefault<IgnoreKey>(ignoreKey, null),
};

export interface FolderSettings {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly validationShare: number;
  readonly seed: number;
  readonly labels: LabelsKey;
  readonly ignore: IgnoreKey;
}

/** The splits in a folder; without validation images, some of the training images are held out. */
export interface Parts {
  readonly train: Split;
  readonly validation: Split | null;
  readonly test: Split;
}

/**
 * The indices of the samples that are kept and of those held out, drawn by the seed, each in their order. At least one
 * is kept.
 */
export const heldNumbers = (
  all: number,
  share: number,
  seed: number,
  purpose: string,
): { readonly kept: readonly number[]; readonly held: readonly number[] } => {
  const order = stream(seed, 'hold out', purpose).shuffle(Array.from({ length: all }, (_, i) => i));
  const count = Math.max(0, Math.min(all - 1, Math.round(share * all)));
  const sorted = (indices: readonly number[]): readonly number[] => [...indices].sort((a, b) => a - b);
  return { kept: sorted(order.slice(count)), held: sorted(order.slice(0, count)) };
};

/** Splits off a share of the images, drawn by the seed; both parts keep their order. */
export const holdOut = (
  split: Split,
  share: number,
  seed: number,
  purpose: string,
): { readonly kept: Split; readonly held: Split } => {
  const { kept, held } = heldNumbers(split.count, share, seed, purpose);
  return { kept: select(split, kept), held: select(split, held) };
};

const sizes = ({ height, width, channels }: Split): string => `${height}x${width}x${channels}`;

/** The number of pixels of each label. */
const labelCounts = (splits: readonly Split[]): Float64Array => {
  const counts = new Float64Array(256);
  for (const { masks } of splits) for (const label of masks) counts[label]++;
  return counts;
};

const largestLabel = (split: Split): number =>
  split.masks.reduce((a, b) => (b === split.ignored ? a : Math.max(a, b)), 0);

/** Names for labels 0 to the largest, if none were specified. */
const numbered = (largest: number): readonly string[] =>
  Array.from({ length: Math.max(2, largest + 1) }, (_, label) =>
    label === 0 ? 'background' : `class ${label}`,
  );

const problemOf = (splits: Readonly<Record<SplitName, Split>>, classes: readonly string[]): string | null => {
  for (const name of splitNames) {
    const split = splits[name];
    if (name !== 'validation' && split.count === 0) return `there are no ${name} images`;
    if (sizes(split) !== sizes(splits.train)) {
      return `${name} images are ${sizes(split)}, but train images are ${sizes(splits.train)}; all must be of one size`;
    }
    const largest = largestLabel(split);
    if (largest >= classes.length) {
      return `a ${name} mask has the label ${largest}, but there are only ${classes.length} class names (labels 0 to ${classes.length - 1}); say with labels which value is which class, or leave ${largest} out with ignore`;
    }
  }
  return null;
};

const few = (values: readonly number[]): string =>
  values.length <= 6 ? values.join(', ') : `${values.slice(0, 5).join(', ')} … ${values[values.length - 1]}`;

/**
 * A note on classes that never occur, and whether there are so many that the values of masks are probably not labels.
 */
interface Gaps {
  readonly note: string;
  readonly doubtful: boolean;
}

/** If labels are numbers and some never occur, the values of the masks may have another meaning. */
const gapsOf = (counts: Float64Array, classes: readonly string[]): Gaps | null => {
  const found = classes.flatMap((_, label) => (counts[label] > 0 ? [label] : []));
  if (found.length >= classes.length || found.length < 1) return null;
  const last = found[found.length - 1];
  // The proposal is complete: values that are neither named nor ignored are refused, and only 0 has a default name.
  const named = found
    .filter((value) => value !== 0)
    .map((value, i, { length }) => `"${value}": "NAME${length === 1 ? '' : ` ${i + 1}`}"`);
  const missing = classes.length - found.length;
  return {
    note:
      `the masks hold ${found.length} ${found.length === 1 ? 'value' : 'values'} (${few(found)}) and are read as ${classes.length} classes, ` +
      `of which ${missing} never occur; say which value is which class with labels={${named.join(', ')}}, or leave one out with ignore=${last}`,
    doubtful: missing > 2 * found.length,
  };
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Notes on ignored pixels, and on parts of `labels` and `ignore` without effect. */
const labellingNotes = (
  { labels, ignore }: Labelling,
  counts: Float64Array,
  classes: readonly string[],
): readonly string[] => {
  const all = counts.reduce((a, b) => a + b, 0);
  const values = few([...ignore]);
  const unused = labels === null ? [] : classes.filter((_, label) => counts[label] === 0);
  return [
    ...(ignore.size === 0
      ? []
      : counts[ignoredByte] === 0
        ? [`ignore: no mask holds the value ${values}`]
        : [`${percent(counts[ignoredByte] / all)} of all pixels are ignored (value ${values})`]),
    ...(unused.length === 0 ? [] : [`no mask holds a value of ${unused.join(', ')}`]),
  ];
};

/**
 * A split is marked as having ignored pixels only if it contains some, so that a key without effect changes nothing.
 */
const marked = (split: Split, { ignore }: Labelling): Split =>
  ignore.size > 0 && split.masks.includes(ignoredByte) ? { ...split, ignored: ignoredByte } : split;

/** The contents of a folder's `classes.json`. */
export interface Named {
  readonly names: readonly string[];
  readonly ignore: IgnoreKey;
}

/** The classes of the values in a folder's masks, from the task and from the folder itself. */
export const labellingIn = ({ labels, ignore }: FolderSettings, named: Named | null): Labelling =>
  labellingOf(labels, ignore ?? named?.ignore ?? null);

/**
 * The dataset of these parts, after checking that their sizes and labels agree.
 *
 * @param named the folder's own classes, used where the task does not specify any
 * @param told notes from reading the files
 */
export const assemble = (
  settings: FolderSettings,
  parts: Parts,
  named: Named | null,
  told: readonly string[] = [],
): Checked<Loaded> => {
  const { folder, classes, validationShare, seed } = settings;
  const labelling = labellingIn(settings, named);
  const { kept, held } =
    parts.validation !== null
      ? { kept: parts.train, held: parts.validation }
      : holdOut(parts.train, validationShare, seed, 'validation');
  const splits = {
    train: marked(kept, labelling),
    validation: marked(held, labelling),
    test: marked(parts.test, labelling),
  };
  const all = splitNames.map((name) => splits[name]);
  const inFolder = named?.names ?? [];
  const given = [labelling.names ?? [], classes, inFolder].find((names) => names.length > 0);
  const largest =
    labelling.labels === null
      ? all.map(largestLabel).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
      : Math.max(...labelling.labels.values());
  const names = given ?? numbered(largest);
  const problem = problemOf(splits, names);
  if (problem !== null) return E.left(decodeError(folder, problem));
  const counts = labelCounts(all);
  const gaps = given === undefined && labelling.labels === null ? gapsOf(counts, names) : null;
  const notes = [
    ...told,
    ...(parts.validation === null && held.count > 0
      ? [`${held.count} of the ${parts.train.count} training images are held out for validation`]
      : []),
    ...(gaps === null ? [] : [gaps.note]),
    ...labellingNotes(labelling, counts, names),
  ];
  return E.right({
    ...splits,
    classes: names,
    origin: 'files',
    notes,
    ...(gaps?.doubtful === true ? { doubt: gaps.note } : {}),
  });
};

/** One problem as a sentence, or several as problems of the folder. */
export const fileProblems = (folder: string, problems: readonly FileProblem[]): DrumheadError => {
  const [first, ...others] = problems;
  if (first !== undefined && others.length === 0) return decodeError(first.path, first.problem);
  const shown = problems.slice(0, mostProblems).map(({ path, problem }) => `${path}: ${problem}`);
  const more = problems.length - shown.length;
  return decodeError(folder, shown, more === 0 ? [] : [`and ${more} more`]);
};

const mostProblems = 12;

export const describeFolder = ({ folder, validationShare, seed, labels, ignore }: FolderSettings): string =>
  [
    `read from ${folder}; without validation images ${validationShare} of the training images, drawn by seed ${seed}`,
    ...(labels === null ? [] : [`values by labels ${JSON.stringify(labels)}`]),
    ...(ignore === null ? [] : [`value ${[ignore].flat().join(', ')} ignored`]),
  ].join('; ');

/** The codec of a task that is read from a folder, with checks across its keys. */
export const consistent = <A extends FolderSettings>(codec: t.Type<A, A, unknown>): t.Type<A, A, unknown> =>
  where(codec, labellingProblem);
