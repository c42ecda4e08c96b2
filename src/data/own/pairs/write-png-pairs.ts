/** Writing a dataset as folders of PNG pairs, to look at, to change, or to read elsewhere. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../../base/error.js';
import { type Files, mayWrite, type Writing, writeFolder } from '../../../files/write-folder.js';
import { encodePicture, type Picture } from '../../../formats/png/png.js';
import { type Dataset, type Split, type SplitName, splitNames } from '../../dataset.js';
import { breath, interrupted, type Watch } from '../../made/generate.js';
import { classesBytes } from './classes-file.js';

const partOf = (values: Uint8Array, index: number, length: number): Uint8Array =>
  values.subarray(index * length, (index + 1) * length);

/** Numbers padded to one length, so that sorting by name keeps the order of the images. */
const fileName = (index: number, count: number): string =>
  `${String(index).padStart(String(count - 1).length, '0')}.png`;

const filesOfSplit = async (
  stage: SplitName,
  { count, height, width, images, masks }: Split,
  channels: Picture['channels'],
  { onProgress, signal }: Watch,
): Promise<Checked<Files>> => {
  const files: Record<string, Uint8Array> = {};
  const pixels = height * width;
  for (let i = 0; i < count; i++) {
    const name = fileName(i, count);
    const image: Picture = { height, width, channels, values: partOf(images, i, pixels * channels) };
    const mask: Picture = { height, width, channels: 1, values: partOf(masks, i, pixels) };
    files[join(stage, 'images', name)] = encodePicture(image);
    files[join(stage, 'masks', name)] = encodePicture(mask);
    if (i % 64 === 63) {
      onProgress?.({ stage, done: i + 1, total: count });
      await breath();
      if (signal?.aborted) return E.left(interrupted);
    }
  }
  return E.right(files);
};

const filesOf = async (
  dataset: Dataset,
  channels: Picture['channels'],
  watch: Watch,
): Promise<Checked<Files>> => {
  let files: Files = { 'classes.json': classesBytes(dataset) };
  for (const name of splitNames) {
    const made = await filesOfSplit(name, dataset[name], channels, watch);
    if (E.isLeft(made)) return made;
    files = { ...files, ...made.right };
  }
  return E.right(files);
};

/** The number of channels, which PNG supports only as grey or red, green and blue. */
const channelsOf = ({ train }: Dataset): Checked<Picture['channels']> =>
  train.channels === 1 || train.channels === 3
    ? E.right(train.channels)
    : E.left(
        decodeError(
          '--format',
          `PNG holds images of 1 or 3 channels and these have ${train.channels}; export them as npy`,
        ),
      );

/**
 * Writes any dataset as a folder that the task 'png' reads back unchanged, with class names: `train`, `validation` and
 * `test`, each with `images/N.png` and `masks/N.png`. The folder appears whole or not at all. Without validation images
 * it has no such folder, and is read back with `validationShare: 0`.
 *
 * @returns the folder
 *
 * **Errors** DecodeError if the folder holds anything that drumhead did not write, or PNG does not support the number
 * of channels; FileError; Interrupted.
 */
export const writePngPairs = (
  dataset: Dataset,
  folder: string,
  watch: Watch = {},
  writing: Writing = {},
): Effect<string> =>
  pipe(
    TE.fromEither(channelsOf(dataset)),
    TE.tap(() => mayWrite(folder, writing)),
    TE.flatMap((channels) => () => filesOf(dataset, channels, watch)),
    TE.flatMap((files) => writeFolder(folder, files, writing)),
  );
