/** The settings of a task of pictures in a folder for each class. */

import * as t from 'io-ts';
import { real, record, text, whole, withDefault } from '../../../base/codec.js';
import { classNames } from '../../classes/names.js';

/**
 * - `folder`: `CLASS/NAME.png`, or `train/CLASS/NAME.png`, likewise `test` and perhaps `validation`.
 * - `classes`: the folders of the classes in the order of their numbers; empty: all folders, by name.
 * - `validationShare`, `testShare`: shares that are drawn where the folder has no such split; `seed`: which pictures.
 */
export type ImageFoldersTask = t.TypeOf<typeof imageFoldersTask>;

export const imageFoldersTask = record('image-folders', {
  name: t.literal('image-folders'),
  folder: text,
  classes: withDefault<readonly string[]>(classNames, []),
  validationShare: withDefault(real(0, 0.9), 0.15),
  testShare: withDefault(real(0, 0.9), 0.15),
  seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
});

export const describeImageFolders = ({
  folder,
  validationShare,
  testShare,
  seed,
}: ImageFoldersTask): string =>
  `pictures in a folder for each class, read from ${folder}; without splits of their own ${testShare} of them for the test and ${validationShare} of the others for validation, drawn by seed ${seed}`;
