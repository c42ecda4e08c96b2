/** Segmentation data as pairs of `.npy` files, one of images and one of masks a split: read, and written. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { flow, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith, record } from '../base/codec.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import type { Loaded } from './cache.js';
import { type Dataset, type Split, type SplitName, splitNames } from './dataset.js';
import { isPresent, readBytesIfPresent } from './files.js';
import { assemble, classNames, folderFields } from './folder.js';
import { encodeNpy, type NpyArray, ofDtype, readNpy } from './npy.js';
import { type Files, type Writing, writeFolder } from './write-folder.js';

/**
 * A folder of `train_images.npy`, `train_masks.npy`, `test_images.npy`, `test_masks.npy`, and, where there are any,
 * `validation_images.npy` and `validation_masks.npy`; beside them perhaps `classes.json`, an array of class names.
 *
 * Images are (count, height, width, channels) or (count, height, width): uint8, or floats from 0 to 1. Masks are
 * (count, height, width) of whole numbers 0 to 255.
 */
export type NpyTask = t.TypeOf<typeof npyTask>;

export const npyTask = record('npy', { name: t.literal('npy'), ...folderFields });

const imagesFile = (folder: string, name: SplitName): string => join(folder, `${name}_images.npy`);
const masksFile = (folder: string, name: SplitName): string => join(folder, `${name}_masks.npy`);
const classesFile = (folder: string): string => join(folder, 'classes.json');

const shown = (shape: readonly number[]): string => `(${shape.join(', ')})`;

/** Bytes as they are; floats as shares of 255, rounded. */
const imageBytes = (array: NpyArray, source: string): E.Either<DrumheadError, Uint8Array> => {
  if (array.dtype === 'uint8') return E.right(array.data);
  if (array.dtype !== 'float32' && array.dtype !== 'float64') {
    return E.left(
      decodeError(source, `its elements are ${array.dtype}; images are uint8, or floats from 0 to 1`),
    );
  }
  const bad = array.data.findIndex((v: number) => !(v >= 0 && v <= 1));
  return bad < 0
    ? E.right(Uint8Array.from(array.data, (v) => Math.round(v * 255)))
    : E.left(decodeError(source, `element ${bad} is ${array.data[bad]}; images of floats go from 0 to 1`));
};

const labelBytes = (array: NpyArray, source: string): E.Either<DrumheadError, Uint8Array> =>
  pipe(
    ofDtype(source, 'uint8', 'int32', 'int64', 'bool')(array),
    E.chain(({ data }) => {
      const bad = data.findIndex((label: number) => label < 0 || label > 255);
      return bad < 0
        ? E.right(Uint8Array.from(data))
        : E.left(decodeError(source, `element ${bad} is ${data[bad]}; class labels go from 0 to 255`));
    }),
  );

const readSplit = (folder: string, name: SplitName): TE.TaskEither<DrumheadError, Split> =>
  pipe(
    TE.Do,
    TE.bind('images', () => readNpy(imagesFile(folder, name))),
    TE.bind('masks', () => readNpy(masksFile(folder, name))),
    TE.chainEitherK(({ images, masks }): E.Either<DrumheadError, Split> => {
      const [count, height, width, channels = 1] = images.shape;
      const rank = images.shape.length;
      if ((rank !== 3 && rank !== 4) || height * width * channels === 0) {
        const problem = `shape ${shown(images.shape)}; images are (count, height, width, channels) or (count, height, width)`;
        return E.left(decodeError(imagesFile(folder, name), problem));
      }
      if (shown(masks.shape) !== shown([count, height, width])) {
        const problem = `shape ${shown(masks.shape)}, but the images beside it want ${shown([count, height, width])}`;
        return E.left(decodeError(masksFile(folder, name), problem));
      }
      return pipe(
        E.Do,
        E.bind('imagesBytes', () => imageBytes(images, imagesFile(folder, name))),
        E.bind('masksBytes', () => labelBytes(masks, masksFile(folder, name))),
        E.map(({ imagesBytes, masksBytes }) => ({
          ...{ count, height, width, channels },
          ...{ images: imagesBytes, masks: masksBytes },
        })),
      );
    }),
  );

/** The names in a folder's `classes.json`, where it has one. */
export const readClassNames = (folder: string): TE.TaskEither<DrumheadError, O.Option<readonly string[]>> =>
  pipe(
    readBytesIfPresent(classesFile(folder)),
    TE.chainEitherK(
      O.match(
        () => E.right(O.none),
        flow(
          (bytes) => E.tryCatch((): unknown => JSON.parse(new TextDecoder().decode(bytes)), String),
          E.mapLeft((problem) => decodeError(classesFile(folder), `not JSON (${problem})`)),
          E.chain(decodeWith(classNames, classesFile(folder))),
          E.map(O.some),
        ),
      ),
    ),
  );

/** Reads a folder of pairs. Fails with what the first bad file has wrong, its path first. */
export const readNpyPairs = (task: NpyTask): TE.TaskEither<DrumheadError, Loaded> =>
  pipe(
    TE.Do,
    TE.bind('train', () => readSplit(task.folder, 'train')),
    TE.bind('test', () => readSplit(task.folder, 'test')),
    TE.bind('validation', () =>
      pipe(
        isPresent(imagesFile(task.folder, 'validation')),
        TE.chain((present) =>
          present ? pipe(readSplit(task.folder, 'validation'), TE.map(O.some)) : TE.right(O.none),
        ),
      ),
    ),
    TE.bind('named', () => readClassNames(task.folder)),
    TE.chainEitherK(({ named, ...parts }) => assemble(task, parts, named)),
  );

/** What `writeNpyPairs` writes: files by name. */
const filesOf = (dataset: Dataset): E.Either<DrumheadError, Files> =>
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
      [classesFile('')]: new TextEncoder().encode(`${JSON.stringify(dataset.classes, null, 2)}\n`),
    })),
  );

/**
 * Writes any dataset as a folder that the task 'npy' reads back to the same data, class names and all. The folder appears
 * whole or not at all.
 *
 * @returns the paths written
 *
 * **Errors** as `writeFolder`; nothing is then written.
 */
export const writeNpyPairs = (
  dataset: Dataset,
  folder: string,
  writing: Writing = {},
): TE.TaskEither<DrumheadError, readonly string[]> =>
  pipe(
    TE.fromEither(filesOf(dataset)),
    TE.chainFirst((files) => writeFolder(folder, files, writing)),
    TE.map((files) => Object.keys(files).map((name) => join(folder, name))),
  );
