/**
 * A cache of generated datasets on disk.
 *
 * An entry is named by the hash of everything that determines its data. It is written to a temporary file and renamed,
 * so two processes may make the same data at once: the later one writes the same bytes.
 */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { hashOf } from '../base/canonical.js';
import { type Checked, defect, type Effect, errorMessage } from '../base/error.js';
import { readBytesIfPresent, writeBytes } from '../files/files.js';
import { packDataset, unpackDataset } from './cache-file.js';
import type { Dataset } from './dataset.js';

/** A dataset with its origin and notes for the user. */
export interface Loaded extends Dataset {
  /** Made just now, read from the cache, or read from the user's own files. */
  readonly origin: 'made' | 'cache' | 'files';
  /** One sentence each, for example that the cache could not be written. */
  readonly notes: readonly string[];
  /** A note that needs confirmation before a training begins: most of the classes never occur. */
  readonly doubt?: string;
}

/** The cache file for data of this identity. */
export const cachePath = (folder: string, name: string, identity: unknown): string =>
  join(folder, `${name}-${hashOf(identity).slice(0, 32)}.dataset`);

/** The entry under this key, null if there is none. */
const found = async (path: string, key: string): Promise<Checked<Dataset | null>> => {
  const bytes = await readBytesIfPresent(path, 'array')();
  if (E.isLeft(bytes)) return bytes;
  if (bytes.right === null) return E.right(null);
  const dataset = await unpackDataset(bytes.right, key, path);
  return dataset;
};

const keep = async (path: string, key: string, dataset: Dataset): Promise<Checked<string>> => {
  try {
    return await writeBytes(path, await packDataset(dataset, key))();
  } catch (cause) {
    return E.left(defect(cause));
  }
};

/**
 * The data from the cache, else made and stored.
 *
 * A damaged entry is made again. A cache that cannot be read or written costs only time; the notes of the result say
 * so.
 *
 * @param folder the folder of the cache, made if missing; null: nothing is cached
 * @param name the beginning of the file's name, for people
 * @param identity everything that determines the data, as plain data
 * @param make makes the data; the only possible error is its own
 */
export const cached =
  (folder: string | null, name: string, identity: unknown, make: Effect<Dataset>): Effect<Loaded> =>
  async () => {
    const path = folder === null ? null : cachePath(folder, name, identity);
    const key = hashOf(identity);
    const notes: string[] = [];
    if (path !== null) {
      const kept = await found(path, key);
      if (E.isLeft(kept)) notes.push(`the data was made again: ${errorMessage(kept.left)}`);
      else if (kept.right !== null) return E.right({ ...kept.right, origin: 'cache', notes });
    }
    const made = await make();
    if (E.isLeft(made)) return made;
    if (path !== null) {
      const written = await keep(path, key, made.right);
      if (E.isLeft(written)) {
        notes.push(
          `the data could not be kept and will be made again next time: ${errorMessage(written.left)}`,
        );
      }
    }
    return E.right({ ...made.right, origin: 'made', notes });
  };
