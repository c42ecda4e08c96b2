/** The paths of run folders: `runs/NAME/seed-S-IDENTITY`. */

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import type { RunIdentity } from '../../experiments/identity.js';
import { isPresent } from '../../files/files.js';
import { files } from './files.js';

const runFolderName = /^seed-\d+-[0-9a-f]{10}$/;

/** Whether this is the name of a run folder. */
export const isRunFolderName = (name: string): boolean => runFolderName.test(name);

/** The seed in the name of a run folder; null if it has another name. */
export const seedOf = (folder: string): number | null => {
  const found = /seed-(\d+)-[0-9a-f]+$/.exec(folder);
  return found === null ? null : Number(found[1]);
};

const leafOf = (seed: number, identity: RunIdentity): string => `seed-${seed}-${identity.slice(0, 10)}`;

/**
 * The folder of all runs of an experiment's name.
 *
 * **Errors** DecodeError for a name that leads out of the folder of all runs.
 */
export const folderOfName = (runs: string, name: string): Checked<string> => {
  const inside = relative(runs, join(runs, name));
  return name === '' ||
    inside === '' ||
    inside === '..' ||
    inside.startsWith(`..${sep}`) ||
    isAbsolute(inside)
    ? E.left(
        decodeError(
          'experiment',
          `name: '${name}' leads out of the folder of all runs; use letters, digits and '/' between parts`,
        ),
      )
    : E.right(join(runs, name));
};

/** The folder of a run under the name of its experiment. **Errors** as `folderOfName`. */
export const ownFolder = (runs: string, name: string, seed: number, identity: RunIdentity): Checked<string> =>
  pipe(
    folderOfName(runs, name),
    E.map((folder) => join(folder, leafOf(seed, identity))),
  );

/** Files that only a training writes. */
const ofTraining: readonly string[] = [files.run, files.result, files.checkpoint, files.metrics];

/**
 * Whether these are the files of a run. Imports and drums hold an experiment too, but no files of a training.
 */
const areOfRun = (names: readonly string[]): boolean =>
  names.includes(files.experiment) &&
  !names.includes('results.json') &&
  !names.includes('import.json') &&
  (ofTraining.some((name) => names.includes(name)) || !names.includes(files.environment));

/**
 * All run folders below a folder, which may itself be one, in the order of their paths. A run is known by its files, since
 * people rename and copy folders, and by its name where files are missing. What cannot be read holds none.
 */
export const runFoldersBelow = async (folder: string): Promise<readonly string[]> => {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (areOfRun(entries.filter((entry) => entry.isFile()).map(({ name }) => name))) return [folder];
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (isRunFolderName(entry.name)) found.push(path);
    else found.push(...(await runFoldersBelow(path)));
  }
  return found;
};

/** Finds run folders by the last part of their paths, which is unique to a run; undefined where there is none. */
export type ByLeaf = (leaf: string) => Promise<string | undefined>;

/** The run folders below a folder, which is read when the first one is asked for, and once. */
export const byLeafBelow = (runs: string): ByLeaf => {
  let found: Promise<ReadonlyMap<string, string>> | undefined;
  return async (leaf) => {
    found ??= runFoldersBelow(runs).then(
      // the first of several counts
      (folders) => new Map([...folders].reverse().map((folder) => [basename(folder), folder])),
    );
    return (await found).get(leaf);
  };
};

/** As `byLeafBelow`; where the folder of the one run that counts is known already, no other is looked for. */
export const byLeafFrom = (runs: string, placed?: string): ByLeaf =>
  placed === undefined ? byLeafBelow(runs) : async (leaf) => (basename(placed) === leaf ? placed : undefined);

/**
 * The folder of an existing run with this identity, under any name, since names do not change what is computed; else
 * the folder that the run would get.
 *
 * @param byLeaf shared by whoever looks for many runs, so that the folder of all runs is read once
 *
 * **Errors** as `ownFolder`; FileError.
 */
export const findRun = (
  runs: string,
  name: string,
  seed: number,
  identity: RunIdentity,
  byLeaf: ByLeaf = byLeafBelow(runs),
): Effect<string> =>
  pipe(
    TE.fromEither(ownFolder(runs, name, seed, identity)),
    TE.flatMap((own) =>
      pipe(
        isPresent(own),
        TE.flatMap((there) =>
          there ? TE.right(own) : TE.fromTask(async () => (await byLeaf(leafOf(seed, identity))) ?? own),
        ),
      ),
    ),
  );
