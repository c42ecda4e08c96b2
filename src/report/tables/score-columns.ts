/** The scores that a table can show: their split, their names, and whether more or less is better. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, unknownName } from '../../base/error.js';
import { scoreNames } from '../../experiments/experiment.js';
import { publishedScoreNames } from '../../experiments/published/index.js';

/** The splits whose scores a table can show. */
export const scoreSplits = ['test', 'validation', 'train'] as const;
export type ScoreSplit = (typeof scoreSplits)[number];

/** Numbers of a run that are of no images. */
const ofRun: Readonly<Record<string, string>> = {
  epoch: 'epoch of the weights',
  epochs: 'epochs',
  parameters: 'parameters',
};

const words: Readonly<Record<string, string>> = {
  foregroundIou: 'foreground IoU',
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

/** `classMeanIou` becomes `class mean iou` where nobody gave it words. */
const spaced = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** A score's key as `foregroundIou` (of the test images), `validation.iou`, `train.loss`. */
export const splitOf = (key: string): ScoreSplit | null => {
  if (Object.hasOwn(ofRun, key)) return null;
  return scoreSplits.find((split) => key.startsWith(`${split}.`)) ?? 'test';
};

/** A score's name without where it was taken. */
export const nameOfScore = (key: string): string => key.replace(/^(test|validation|train)\./, '');

/** The head of a score's column, with its split. */
export const scoreWords = (key: string): string => {
  const split = splitOf(key);
  const name = nameOfScore(key);
  return split === null ? ofRun[key] : `${split} ${words[name] ?? spaced(name)}`;
};

/** Whether more of it is better, or less; null where neither is. */
export const betterOf = (key: string): 'more' | 'less' | null => {
  const name = nameOfScore(key);
  if (splitOf(key) === null || /^(images|rate)/.test(name)) return null;
  return /(loss|error|distance)$/i.test(name) ? 'less' : 'more';
};

/** Foreground first: overall scores flatter. */
const ordered: readonly string[] = [...new Set<string>([...publishedScoreNames, ...scoreNames])];

const keysOf = (split: ScoreSplit): readonly string[] => {
  if (split === 'train') return ['train.loss'];
  return split === 'test' ? ordered : ordered.map((name) => `${split}.${name}`);
};

/** Keys of all scores that any run keeps. */
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

/** Whether no name of these is left to `--split`: each names its own, or is of no images. */
export const splitIsIdle = (list: string): boolean =>
  namesIn(list).every(
    (name) => name === 'every' || (name !== 'all' && (namesSplit(name) || splitOf(name) === null)),
  );

/**
 * The scores that a person names, in their order.
 *
 * @param list names with commas between them, such as `iou,validation.loss`; `all`: those of the split; `every`: those of
 *   every split too, and numbers of a run such as its epochs and parameters
 * @param split where a name without a split is taken
 * @param kept keys that the runs hold, beside those that all runs hold
 *
 * **Errors** UnknownName with the nearest name; DecodeError where nothing is named.
 */
export const scoresNamed = (
  list: string,
  split: ScoreSplit,
  kept: readonly string[] = [],
): Checked<readonly string[]> => {
  const known = [...new Set([...scoreKeys, ...kept])];
  const here = known.filter((key) => splitOf(key) === split && betterOf(key) !== null);
  const keyOf = (name: string): string | undefined => {
    const key = placedKey(name, split);
    if (known.includes(key) && (splitOf(key) !== null || !namesSplit(name))) return key;
    return known.includes(name) && splitOf(name) === null ? name : undefined;
  };
  const names = namesIn(list);
  if (names.length === 0) return E.left(decodeError('--scores', 'it names no score'));
  const keys: string[] = [];
  for (const name of names) {
    const found = name === 'every' ? known : name === 'all' ? here : [keyOf(name) ?? ''];
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
