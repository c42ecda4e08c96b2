/** The scores that a table can show: their splits, names and directions. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, unknownName } from '../../base/error.js';
import { scoreNames } from '../../experiments/experiment.js';
import { publishedScoreNames } from '../../experiments/published/index.js';
import { type Better, chiefWords } from '../../experiments/scores/measures.js';

/** The splits whose scores a table can show. */
export const scoreSplits = ['test', 'validation', 'train'] as const;
export type ScoreSplit = (typeof scoreSplits)[number];

/** Numbers of a run that do not belong to a split. */
const ofRun: Readonly<Record<string, string>> = {
  epoch: 'epoch of the weights',
  epochs: 'epochs',
  parameters: 'parameters',
};

const words: Readonly<Record<string, string>> = {
  foregroundAccuracy: 'foreground acc.',
  iou: 'IoU',
  accuracy: 'accuracy',
  loss: 'loss',
  foregroundLoss: 'foreground loss',
  classMeanIou: 'class-mean IoU',
  dice: 'Dice',
  images: 'images',
  imagesWithoutForeground: 'images without foreground',
};

/** A score's key as `foregroundIou` (of the test images), `validation.iou`, `train.loss`. */
export const splitOf = (key: string): ScoreSplit | null => {
  if (Object.hasOwn(ofRun, key)) return null;
  return scoreSplits.find((split) => key.startsWith(`${split}.`)) ?? 'test';
};

/** A score's name without its split. */
export const nameOfScore = (key: string): string => key.replace(/^(test|validation|train)\./, '');

/** A score's name in words, without its split. */
export const wordsOfScore = (key: string): string => {
  const name = nameOfScore(key);
  return words[name] ?? chiefWords({ name });
};

/** The head of a score's column, with its split. */
export const scoreWords = (key: string): string => {
  const split = splitOf(key);
  return split === null ? ofRun[key] : `${split} ${wordsOfScore(key)}`;
};

/** Counts, which are not scores. */
const counts: readonly string[] = ['images', 'imagesWithoutForeground', 'samples', 'rate'];

/** Whether it is a count of a run or of samples instead of a score. */
export const isCount = (key: string): boolean => splitOf(key) === null || counts.includes(nameOfScore(key));

/**
 * Whether more or less is better; null if neither is, or if it is unknown.
 *
 * @param declared the directions that the experiment declares, by name; scores of classes and losses have known ones
 */
export const betterOf = (key: string, declared: Readonly<Record<string, Better>> = {}): Better | null => {
  const name = nameOfScore(key);
  if (isCount(key)) return null;
  if (Object.hasOwn(declared, name)) return declared[name];
  if (['loss', 'foregroundLoss', 'trainedLoss'].includes(name)) return 'less';
  return ordered.includes(name) || name === ofObjects ? 'more' : null;
};

/** Foreground first, since scores over all pixels are too favourable. */
const ordered: readonly string[] = [...new Set<string>([...publishedScoreNames, ...scoreNames])];

/** A score of tasks with objects; without any run that has it there is no column. */
const ofObjects = 'foregroundAri';

const keysOf = (split: ScoreSplit): readonly string[] => {
  if (split === 'train') return ['train.loss'];
  return split === 'test' ? ordered : ordered.map((name) => `${split}.${name}`);
};

/** Keys of all scores that runs can have. */
export const scoreKeys: readonly string[] = [...scoreSplits.flatMap(keysOf), ...Object.keys(ofRun)];

const namesIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Whether a name has a split: `test.loss`, `validation.iou`. */
export const namesSplit = (name: string): boolean =>
  scoreSplits.some((split) => name.startsWith(`${split}.`));

/** The key of a score by its name; one that names no split is of this one. */
const placedKey = (name: string, split: ScoreSplit): string =>
  (namesSplit(name) ? name : `${split}.${name}`).replace(/^test\./, '');

/**
 * A sentence for each score that is named twice, with its split and without it: both are one column.
 *
 * @example
 * namedTwice('train.loss,loss', 'train')   // ["'loss' of the train images is 'train.loss': one column"]
 */
export const namedTwice = (list: string, split: ScoreSplit): readonly string[] => {
  const names = namesIn(list);
  return names
    .filter((name) => !namesSplit(name) && names.includes(`${split}.${name}`))
    .map((name) => `'${name}' of the ${split} images is '${split}.${name}': one column`);
};

/** Whether `--split` has no effect on these names: each has its own split, or belongs to none. */
export const splitIsIdle = (list: string): boolean =>
  namesIn(list).every(
    (name) => name === 'every' || (name !== 'all' && (namesSplit(name) || splitOf(name) === null)),
  );

/**
 * The scores that a person names, in their order.
 *
 * @param list names with commas between them, such as `iou,validation.loss`; `all`: those of the split; `every`: those
 *   of all splits, and numbers of a run such as its epochs and parameters
 * @param split the split of names without one
 * @param kept keys that these runs have in addition to the usual ones
 *
 * **Errors** UnknownName with the nearest name; DecodeError if the list is empty.
 */
export const scoresNamed = (
  list: string,
  split: ScoreSplit,
  kept: readonly string[] = [],
): Checked<readonly string[]> => {
  const known = [...new Set([...scoreKeys, ...kept])];
  const here = known.filter((key) => splitOf(key) === split && !isCount(key));
  const keyOf = (name: string): string | null => {
    const key = placedKey(name, split);
    if (known.includes(key) && (splitOf(key) !== null || !namesSplit(name))) return key;
    return known.includes(name) && splitOf(name) === null ? name : null;
  };
  // If no run is a segmentation, columns of its scores would be empty and would hide the others.
  const others = kept.includes('loss') && !kept.includes('foregroundIou');
  const heldOf = (keys: readonly string[]): readonly string[] => {
    const held = keys.filter((key) => kept.includes(key));
    return others && held.length > 0 ? held : keys;
  };
  const names = namesIn(list);
  if (names.length === 0) return E.left(decodeError('--scores', 'it names no score'));
  const keys: string[] = [];
  for (const name of names) {
    const found = name === 'every' ? heldOf(known) : name === 'all' ? heldOf(here) : [keyOf(name) ?? ''];
    if (found.includes(''))
      return E.left(
        unknownName('score', name, [
          ...here.map(nameOfScore),
          ...known.filter((key) => !here.includes(key)),
          'all',
          'every',
        ]),
      );
    keys.push(...found);
  }
  return E.right([...new Set(keys)]);
};
