/** The kind of a person's own data, recognised by its files. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { isPictureFile } from '../../data/own/png-folder.js';
import { isArrayFile } from '../../data/own/stored/stored.js';
import type { OwnTask } from '../../data/task.js';
import { isPresent, listFolder } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';

/** The default folder for generated data and scans of files. */
export const madeData = 'runs/.cache';

/** The same for a command that only reads; the folder is not created if there are no runs. */
export const madeDataHere: T.Task<string | undefined> = async () =>
  (await kindOf('runs')) === 'folder' ? madeData : undefined;

/** The kinds of a person's own data, by their tasks. */
type DataKind = OwnTask['name'];

/** Whether a name is that of one file that holds data, by its ending. */
export const isDataFile = (name: string): boolean => /\.(npz|safetensors|parquet|csv|tsv)$/i.test(name);

const isSeries = (name: string): boolean => /\.(csv|tsv)$/i.test(name);

const namesIn = async (folder: string): Promise<readonly string[]> => {
  const listed = await listFolder(folder)();
  return E.isRight(listed) ? listed.right : [];
};

/** The kind by the files in subfolders: a folder for each class, perhaps within `train`. */
const byFiles = async (folder: string): Promise<DataKind | null> => {
  const names = await namesIn(folder);
  const train = names.includes('train') ? await namesIn(join(folder, 'train')) : [];
  if ([...names, ...train].some(isArrayFile)) return 'arrays';
  if (names.some(isSeries)) return 'series';
  const inside = [...names, ...train.map((name) => join('train', name))].filter((name) => name !== 'train');
  for (const name of inside) {
    const files = await namesIn(join(folder, name));
    if (files.some(isPictureFile)) return 'image-folders';
    if (files.some(isSeries)) return 'series';
  }
  return null;
};

/**
 * `png` if there is a folder `images` or `train/images`, `npy` if there is `train_images.npy` with its masks, `arrays`
 * if there are other arrays, `image-folders` and `series` if subfolders have PNG or CSV files; null if there is none of
 * these.
 */
export const dataKind = (folder: string): Effect<DataKind | null> =>
  isDataFile(folder)
    ? TE.right(isSeries(folder) ? 'series' : 'arrays')
    : pipe(
        [
          join(folder, 'images'),
          join(folder, 'train', 'images'),
          join(folder, 'train_images.npy'),
          join(folder, 'train_masks.npy'),
        ],
        TE.traverseArray(isPresent),
        TE.bindTo('there'),
        TE.bind('other', () => TE.fromTask<DataKind | null, DrumheadError>(() => byFiles(folder))),
        TE.map(({ there: [images, train, arrays, masks], other }): DataKind | null =>
          images || train ? 'png' : arrays && masks ? 'npy' : (other ?? (arrays ? 'npy' : null)),
        ),
      );
