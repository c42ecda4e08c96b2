/** The arrays in a person's files, by split where the files have splits. Only headers are read. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, fileError } from '../../base/error.js';
import { limits, tooManyArrays } from '../../base/limits.js';
import { listFolder } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';
import { type SplitName, splitNames } from '../dataset.js';
import { isLitter, misnamed } from './png-folder.js';
import { shardOf } from './stored/shard-names.js';
import { type ArrayFile, joinedShards, wholesOf } from './stored/shards.js';
import {
  isArrayFile,
  type Stored,
  type StoredArray,
  type StoredArrays,
  stemOf,
  storedArrays,
} from './stored/stored.js';

/** The arrays of a folder or file: those of each split, or one set that is still to be split. */
export interface FoundArrays {
  /** The splits; only `train` for a set that is still to be split. */
  readonly sets: Readonly<Partial<Record<SplitName, StoredArrays>>>;
  readonly notes: readonly string[];
}

const endings = '.npy, .npz, .safetensors and .parquet';

/** The arrays of several files. */
const arraysOf = async (
  folder: string,
  files: readonly ArrayFile[],
  cache: string | null,
): Promise<Checked<Stored>> => {
  const arrays: Record<string, StoredArray> = {};
  const notes: string[] = [];
  const problems: string[] = [];
  const wholes = wholesOf(files);
  if (wholes.length > limits.arrays) return E.left(decodeError(folder, tooManyArrays(wholes.length)));
  for (const { name, paths, problem } of wholes) {
    if (problem !== undefined) {
      problems.push(problem);
      continue;
    }
    const shards: StoredArrays[] = [];
    const wrong = problems.length;
    for (const path of paths) {
      const stored = await storedArrays(path, cache);
      if (E.isLeft(stored)) {
        if (stored.left._tag !== 'DecodeError') return stored;
        const { source, problems: found } = stored.left;
        problems.push(...found.map((one) => `${source}: ${one}`));
        continue;
      }
      notes.push(...stored.right.notes);
      shards.push(stored.right.arrays);
    }
    if (problems.length > wrong) continue;
    for (const [own, array] of Object.entries(joinedShards(shards, problems))) {
      const key = name ?? own;
      if (arrays[key] !== undefined) problems.push(`'${key}' is in ${arrays[key].path} and in ${array.path}`);
      arrays[key] = array;
    }
  }
  return problems.length > 0 ? E.left(decodeError(folder, problems)) : E.right({ arrays, notes });
};

/** The files of a folder, and a note on others. */
const filesIn = async (
  folder: string,
): Promise<Checked<{ files: readonly ArrayFile[]; notes: readonly string[] }>> => {
  const listed = await listFolder(folder)();
  if (E.isLeft(listed)) return listed;
  const names = listed.right.filter((name) => !isLitter(name));
  const others = names.filter((name) => !isArrayFile(name));
  return E.right({
    files: names.filter(isArrayFile).map((name) => ({ path: join(folder, name) })),
    notes:
      others.length === 0
        ? []
        : [
            `${folder}: ${others.length} ${others.length === 1 ? 'entry that is no array was' : 'entries that are no arrays were'} passed over: ${others.slice(0, 3).join(', ')}${others.length > 3 ? ' …' : ''}`,
          ],
  });
};

/** The sources of a split: a folder of its name, an archive of its name, or arrays whose names begin with it. */
const holds = (split: SplitName, name: string): boolean =>
  name === split ||
  (isArrayFile(name) && (stemOf(name) === split || (/\.npy$/i.test(name) && name.startsWith(`${split}_`))));

const splitIn = async (
  folder: string,
  split: SplitName,
  names: readonly string[],
  cache: string | null,
): Promise<Checked<Stored> | null> => {
  const own = names.filter((name) => holds(split, name));
  if (own.length === 0) return null;
  const files: ArrayFile[] = [];
  const notes: string[] = [];
  for (const name of own) {
    const path = join(folder, name);
    if ((await kindOf(path)) === 'folder') {
      const inside = await filesIn(path);
      if (E.isLeft(inside)) return inside;
      files.push(...inside.right.files);
      notes.push(...inside.right.notes);
    } else
      files.push({
        path,
        ...(name.startsWith(`${split}_`) ? { name: stemOf(name).slice(split.length + 1) } : {}),
      });
  }
  const found = await arraysOf(folder, files, cache);
  return E.isLeft(found)
    ? found
    : E.right({ arrays: found.right.arrays, notes: [...notes, ...found.right.notes] });
};

const inFolder = async (folder: string, cache: string | null): Promise<Checked<FoundArrays>> => {
  const listed = await listFolder(folder)();
  if (E.isLeft(listed)) return listed;
  const names = listed.right.filter((name) => !isLitter(name));
  const named = splitNames.filter((split) => names.some((name) => holds(split, name)));
  if (named.length === 0) {
    const all = await filesIn(folder);
    if (E.isLeft(all)) return all;
    if (all.right.files.length === 0)
      return E.left(decodeError(folder, `there are no arrays in it; files of arrays are ${endings}`));
    const found = await arraysOf(folder, all.right.files, cache);
    return E.isLeft(found)
      ? found
      : E.right({ sets: { train: found.right.arrays }, notes: [...all.right.notes, ...found.right.notes] });
  }
  if (!named.includes('train'))
    return E.left(
      decodeError(folder, `it has ${named.join(' and ')} and no train: train.npz, train/ or train_NAME.npy`),
    );
  const wrong = misnamed(names);
  if (wrong !== null) return E.left(decodeError(folder, wrong));
  const sets: Partial<Record<SplitName, StoredArrays>> = {};
  const notes: string[] = [];
  for (const split of named) {
    const found = await splitIn(folder, split, names, cache);
    if (found === null) continue;
    if (E.isLeft(found)) return found;
    sets[split] = found.right.arrays;
    notes.push(...found.right.notes);
  }
  const idle = names.filter((name) => isArrayFile(name) && !named.some((split) => holds(split, name)));
  return E.right({
    sets,
    notes: [
      ...notes,
      ...(idle.length === 0
        ? []
        : [
            `${folder}: ${idle.slice(0, 3).join(', ')} ${idle.length === 1 ? 'belongs' : 'belong'} to no split and ${idle.length === 1 ? 'is' : 'are'} not read`,
          ]),
    ],
  });
};

/** The splits that a folder or file of arrays has; none if all arrays are one set. */
export const splitsIn = async (path: string): Promise<readonly SplitName[]> => {
  const listed = (await kindOf(path)) === 'folder' ? await listFolder(path)() : E.right([]);
  const names = E.isRight(listed) ? listed.right : [];
  return splitNames.filter((split) => names.some((name) => holds(split, name)));
};

/**
 * The arrays of a folder, or of one file.
 *
 * **Errors** FileError; DecodeError with every file that cannot be read.
 */
export const findArrays = async (path: string, cache: string | null): Promise<Checked<FoundArrays>> => {
  const kind = await kindOf(path);
  if (kind === 'folder') return inFolder(path, cache);
  if (kind === null)
    return E.left(fileError(path, Object.assign(new Error('no such file'), { code: 'ENOENT' })));
  if (!isArrayFile(path))
    return E.left(decodeError(path, `files of arrays are ${endings}, or a folder of them`));
  const stored = await storedArrays(path, cache);
  if (E.isLeft(stored)) return stored;
  const shard = shardOf(path);
  const alone =
    shard === null || shard.of === 1
      ? []
      : [`${path}: it is shard ${shard.number} of ${shard.of} alone; name its folder to read all of them`];
  return E.right({ sets: { train: stored.right.arrays }, notes: [...alone, ...stored.right.notes] });
};
