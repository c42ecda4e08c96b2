/**
 * Datasets kept on disk, so that what takes long to make is made once.
 *
 * An entry is named by the hash of everything that shapes its data. It is written beside its place and renamed, so
 * two processes that make the same data at once do no harm: the later one puts the same bytes in place.
 */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { hashOf } from '../base/canonical.js';
import { type Checked, defect, type Effect, errorMessage } from '../base/error.js';
import { readBytesIfPresent, writeBytes } from '../files/files.js';
import { packDataset, unpackDataset } from './cache-file.js';
import type { Dataset } from './dataset.js';

/** A dataset, with where it came from and what a person may want to be told about that. */
export interface Loaded extends Dataset {
  /** 'made' just now, from the 'cache', or read from the person's own 'files'. */
  readonly origin: 'made' | 'cache' | 'files';
  /** One sentence each, e.g. that the cache could not be written. */
  readonly notes: readonly string[];
}

/** The file that the data of this identity is kept in. */
export const cachePath = (folder: string, name: string, identity: unknown): string =>
  join(folder, `${name}-${hashOf(identity).slice(0, 32)}.dataset`);

/** What is kept under this key; none where nothing is. */
const found = async (path: string, key: string): Promise<Checked<O.Option<Dataset>>> => {
  const bytes = await readBytesIfPresent(path, 'array')();
  if (E.isLeft(bytes)) return bytes;
  if (O.isNone(bytes.right)) return E.right(O.none);
  const dataset = await unpackDataset(bytes.right.value, key, path);
  return E.isLeft(dataset) ? dataset : E.right(O.some(dataset.right));
};

const keep = async (path: string, key: string, dataset: Dataset): Promise<Checked<string>> => {
  try {
    return await writeBytes(path, await packDataset(dataset, key))();
  } catch (cause) {
    return E.left(defect(cause));
  }
};

/**
 * The data from the cache, else made and kept.
 *
 * A damaged entry is made again. A cache that cannot be read or written costs time only, not the data: the result
 * then says so in its notes.
 *
 * @param folder where the cache is; made where it is missing. Undefined: nothing is kept
 * @param name the beginning of the file's name, for people
 * @param identity everything that shapes the data, as plain data
 * @param make how to make it; the only error there can be is its own
 */
export const cached =
  (folder: string | undefined, name: string, identity: unknown, make: Effect<Dataset>): Effect<Loaded> =>
  async () => {
    const path = folder === undefined ? undefined : cachePath(folder, name, identity);
    const key = hashOf(identity);
    const notes: string[] = [];
    if (path !== undefined) {
      const kept = await found(path, key);
      if (E.isLeft(kept)) notes.push(`the data was made again: ${errorMessage(kept.left)}`);
      else if (O.isSome(kept.right)) return E.right({ ...kept.right.value, origin: 'cache', notes });
    }
    const made = await make();
    if (E.isLeft(made)) return made;
    if (path !== undefined) {
      const written = await keep(path, key, made.right);
      if (E.isLeft(written)) {
        notes.push(
          `the data could not be kept and will be made again next time: ${errorMessage(written.left)}`,
        );
      }
    }
    return E.right({ ...made.right, origin: 'made', notes });
  };
