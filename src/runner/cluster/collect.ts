/** Copies finished runs of a sweep from a folder of runs that another machine wrote. */

import { randomUUID } from 'node:crypto';
import { cp, lstat, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type Effect, errorMessage, fileError } from '../../base/error.js';
import { fileLimits, sizeText } from '../../base/limits.js';
import type { Sweep } from '../../experiments/sweep/sweep.js';
import { isPresent, listFolder } from '../../files/files.js';
import { makeFolder } from '../../files/make-folder.js';
import { roomIn } from '../../files/room.js';
import { isRunFolderName, runFoldersBelow } from '../folder/paths.js';
import { readWholeResult } from '../folder/result.js';
import { type Assignment, planSweep } from '../sweep/plan.js';
import { recordSubmitted, type Submitting, sweepHere } from './plan.js';

/** The runs that were copied, and those that were not, with reasons. */
export interface Collected {
  readonly total: number;
  /** Runs that were finished here before. */
  readonly before: number;
  readonly copied: number;
  /** Runs that are not there, or not finished. */
  readonly missing: number;
  readonly notes: readonly string[];
}

type Fate = 'before' | 'copied' | 'missing' | { readonly note: string };

/** The folders of runs by the last part of their paths, which is unique to a run. */
const byLeaf = async (from: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, string[]>();
  for (const folder of await runFoldersBelow(from)) {
    const leaf = basename(folder);
    if (isRunFolderName(leaf)) found.set(leaf, [...(found.get(leaf) ?? []), folder]);
  }
  return found;
};

/** Only files and folders: a link could lead anywhere. */
const isPlain = async (path: string): Promise<boolean> => {
  const { isFile, isDirectory } = await lstat(path).then((found) => ({
    isFile: found.isFile(),
    isDirectory: found.isDirectory(),
  }));
  return isFile || isDirectory;
};

/**
 * Why a folder is too large to copy: it has a file larger than any that is read back, or more bytes than this
 * disk has room for. A folder on another machine may hold anything, and copying it could take forever.
 */
const tooLarge = async (from: string, room: number): Promise<string | null> => {
  let all = 0;
  for (const name of await readdir(from, { recursive: true })) {
    const found = await lstat(join(from, name));
    if (!found.isFile()) continue;
    if (found.size > fileLimits.array)
      return `${name} is ${sizeText(found.size)} large, and ${sizeText(fileLimits.array)} is the limit for a file of a run; take it out of the folder`;
    all += found.size;
  }
  return all <= room
    ? null
    : `it is ${sizeText(all)} large, and the disk here has room for ${sizeText(room)}; make room`;
};

/** Copies a run folder to a temporary folder beside its destination, checks the copy, and renames it. */
const copyRun = async (from: string, to: string): Promise<Checked<void>> => {
  const temporary = join(dirname(to), `.${basename(to)}.${randomUUID()}`);
  try {
    await makeFolder(dirname(to));
    const large = await tooLarge(from, await roomIn(dirname(to)));
    if (large !== null) return E.left(fileError(from, new Error(large)));
    await cp(from, temporary, { recursive: true, errorOnExist: true, force: false, filter: isPlain });
    const copy = await readWholeResult(temporary)();
    if (E.isLeft(copy)) return copy;
    if (copy.right.result === null)
      return E.left(
        fileError(
          from,
          new Error(
            copy.right.problem ??
              'it changed while it was copied, or has links, which are not copied (`rsync -aL` brings files for them); collect again',
          ),
        ),
      );
    await rename(temporary, to);
    return E.right(undefined);
  } catch (cause) {
    return E.left(fileError(to, cause));
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
};

const fateOf = async (
  { folder, result, name, seed }: Assignment,
  there: ReadonlyMap<string, readonly string[]>,
): Promise<Fate> => {
  const note = (message: string): Fate => ({ note: `${name}, seed ${seed}: ${message}` });
  if (result !== null) return 'before';
  if (folder === null) return note('its data cannot be read here, so it is not known which run it is');
  const sources = there.get(basename(folder)) ?? [];
  for (const source of sources) {
    const whole = await readWholeResult(source)();
    if (E.isLeft(whole)) return note(errorMessage(whole.left));
    if (whole.right.problem !== null) return note(`${source}: ${whole.right.problem}`);
    const found = whole.right.result;
    if (found === null) continue;
    if (!basename(folder).endsWith(found.identity.slice(0, 10)))
      return note(`${source} holds another run than its name says`);
    const taken = await isPresent(folder)();
    if (E.isLeft(taken)) return note(errorMessage(taken.left));
    if (taken.right)
      return note(`it was begun here too, in ${folder}; finish it here, or move that folder away`);
    const copied = await copyRun(source, folder);
    return E.isLeft(copied) ? note(errorMessage(copied.left)) : 'copied';
  }
  return 'missing';
};

/**
 * Copies the finished runs of a sweep from a folder of runs, each by its identity. A run counts only if its
 * seals are right, in the source and in the copy. Existing runs are not changed. Writes the record of the
 * sweep.
 *
 * **Errors** FileError where the folder cannot be read; as `runSweep`, before anything is copied.
 */
export const collectRuns = (
  written: Sweep,
  from: string,
  setting: Omit<Submitting, 'arraySize'>,
): Effect<Collected> =>
  pipe(
    listFolder(from),
    TE.flatMap(() => sweepHere(written, setting)),
    TE.bind('plan', ({ sweep, engine }) => planSweep(sweep, engine, setting)),
    TE.tap((ready) => recordSubmitted(ready, setting.runs)),
    TE.flatMapTask(({ plan }) => async (): Promise<Collected> => {
      const there = await byLeaf(from);
      const fates: Fate[] = [];
      for (const run of plan) fates.push(await fateOf(run, there));
      const count = (fate: Fate): number => fates.filter((one) => one === fate).length;
      return {
        total: plan.length,
        before: count('before'),
        copied: count('copied'),
        missing: count('missing'),
        notes: fates.flatMap((fate) => (typeof fate === 'string' ? [] : [fate.note])),
      };
    }),
  );
