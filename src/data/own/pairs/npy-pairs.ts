/** Reading and writing segmentation data as pairs of `.npy` files: images and masks of each split. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, DrumheadError, Effect } from '../../../base/error.js';
import { isPresent, listFolder } from '../../../files/files.js';
import { notesOnList } from '../../../files/manifest.js';
import { type Files, type Writing, writeFolder } from '../../../files/write-folder.js';
import { encodeNpy, type NpyArray, readNpy } from '../../../formats/npy/npy.js';
import type { Loaded } from '../../cache.js';
import { type Dataset, type SplitName, splitNames } from '../../dataset.js';
import { assemble, labellingIn } from '../folder.js';
import type { Labelling } from '../labelling.js';
import type { NpyTask } from '../stated/npy.js';
import { classesBytes, classesFile, readClasses } from './classes-file.js';
import { type ReadSplit, splitOf } from './npy-split.js';

const imagesFile = (folder: string, name: SplitName): string => join(folder, `${name}_images.npy`);
const masksFile = (folder: string, name: SplitName): string => join(folder, `${name}_masks.npy`);
/** The arrays of one split, or why they cannot be read. */
const readSplit = (folder: string, name: SplitName, labelling: Labelling): Effect<ReadSplit> =>
  pipe(
    TE.Do,
    TE.bind('images', () => readNpy(imagesFile(folder, name))),
    TE.bind('masks', () => readNpy(masksFile(folder, name))),
    TE.flatMapEither(({ images, masks }) =>
      splitOf(
        { path: imagesFile(folder, name), array: images },
        { path: masksFile(folder, name), array: masks },
        labelling,
      ),
    ),
  );

/** Refuses a folder without training images, and lists its content. */
const holdsPairs = (folder: string): Effect<void> =>
  pipe(
    isPresent(imagesFile(folder, 'train')),
    TE.flatMap((present) =>
      present
        ? TE.right(undefined)
        : pipe(
            listFolder(folder),
            TE.flatMap((names) =>
              TE.left<DrumheadError, void>({
                _tag: 'FileError',
                path: imagesFile(folder, 'train'),
                message: `there is no such file${instead(names)}`,
              }),
            ),
          ),
    ),
  );

const instead = (names: readonly string[]): string => {
  const ending = (pattern: RegExp): string | null => names.find((name) => pattern.test(name)) ?? null;
  const archive = ending(/\.npz$/i);
  if (archive !== null)
    return `, and ${archive} is an archive; save its arrays one by one, e.g. np.save('train_images.npy', archive['images'])`;
  const picture = ending(/\.(png|jpe?g|gif|tiff?|webp|bmp)$/i);
  if (picture !== null)
    return `, but there are pictures such as ${picture}; put them as PNG or TIFF into a folder images, and masks of the same names into a folder masks beside it; or, where whole pictures have a class, into a folder for each class`;
  if (names.includes('masks')) return ', but a folder masks; put the images beside it into a folder images';
  const array = ending(/\.npy$/i);
  return array === null
    ? ' or folder; a folder of data has images/ and masks/ of PNG or TIFF files, a folder of such pictures for each class, or train_images.npy, train_masks.npy, test_images.npy, test_masks.npy'
    : `, but there is ${array}; the files are train_images.npy, train_masks.npy, test_images.npy, test_masks.npy`;
};

/** Reads a folder of pairs. Fails with the problem of the first bad file, its path first. */
export const readNpyPairs = (task: NpyTask): Effect<Loaded> =>
  pipe(
    TE.Do,
    TE.tap(() => holdsPairs(task.folder)),
    TE.bind('named', () => readClasses(task.folder)),
    TE.let('labelling', ({ named }) => labellingIn(task, named)),
    TE.bind('train', ({ labelling }) => readSplit(task.folder, 'train', labelling)),
    TE.bind('test', ({ labelling }) => readSplit(task.folder, 'test', labelling)),
    TE.bind('validation', ({ labelling }) =>
      pipe(
        isPresent(imagesFile(task.folder, 'validation')),
        TE.flatMap((present) => (present ? readSplit(task.folder, 'validation', labelling) : TE.right(null))),
      ),
    ),
    TE.bind('listed', () => notesOnList(task.folder)),
    TE.flatMapEither(({ named, train, validation, test, listed }) =>
      assemble(
        task,
        {
          train: train.split,
          validation: validation?.split ?? null,
          test: test.split,
        },
        named,
        [
          ...[train, ...(validation === null ? [] : [validation]), test].flatMap(({ notes }) => notes),
          ...listed,
        ],
      ),
    ),
  );

/** The files of `writeNpyPairs`, by name. */
const filesOf = (dataset: Dataset): Checked<Files> =>
  pipe(
    splitNames.flatMap((name): (readonly [string, NpyArray])[] => {
      const { count, height, width, channels, images, masks } = dataset[name];
      return [
        [imagesFile('', name), { dtype: 'uint8', shape: [count, height, width, channels], data: images }],
        [masksFile('', name), { dtype: 'uint8', shape: [count, height, width], data: masks }],
      ];
    }),
    E.traverseArray(([name, array]) =>
      pipe(
        encodeNpy(array),
        E.map((bytes) => [name, bytes] as const),
      ),
    ),
    E.map((files) => ({
      ...Object.fromEntries(files),
      [classesFile('')]: classesBytes(dataset),
    })),
  );

/**
 * Writes any dataset as a folder that the task 'npy' reads back unchanged, with class names. The folder appears whole
 * or not at all.
 *
 * @returns the paths written
 *
 * **Errors** as `writeFolder`; then nothing is written.
 */
export const writeNpyPairs = (
  dataset: Dataset,
  folder: string,
  writing: Writing = {},
): Effect<readonly string[]> =>
  pipe(
    TE.fromEither(filesOf(dataset)),
    TE.tap((files) => writeFolder(folder, files, writing)),
    TE.map((files) => Object.keys(files).map((name) => join(folder, name))),
  );
