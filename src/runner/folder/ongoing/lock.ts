/**
 * The lock of a run folder: one process at a time.
 *
 * Each process puts a file of its own there, under a name that nobody else has, and only then looks for files of
 * others. So of two that come at the same time at least one sees the other and leaves. Anyone may remove the file of
 * a killed process, since its name never comes back.
 *
 * On the same machine the process id shows whether the owner lives, and no clock is needed. From another
 * machine or container it does not: there the owner writes its file again every few seconds; one that has not
 * been written for minutes belongs to a dead process. Both times are the file system's own: the age is taken
 * against a file made just now.
 */

import { randomInt } from 'node:crypto';
import { lstat, open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, type Effect, fileError } from '../../../base/error.js';
import { isPresent } from '../../../files/files.js';
import { type Holder, holderName, holderOf, livesHere, ownHolder } from '../../../files/holder.js';
import { makeFolder } from '../../../files/make-folder.js';
import { pathFault } from '../../../files/path-fault.js';
import { files } from '../files.js';

const prefix = 'lock-';

/** How often a lock is written again, and the age at which it counts as left behind, in milliseconds. */
export const heartbeat = { every: 20_000, lost: 300_000 } as const;

const leftover = /\.[0-9a-f-]{36}\.tmp$/;

/** The folders that this process works in, each with its lock. */
const ours = new Map<string, string>();

interface Lock {
  readonly file: string;
  readonly holder: Holder;
  /**
   * Milliseconds since the lock was last written, by the file system's clock; null if the process id decides.
   */
  readonly age: number | null;
}

const timeOf = async (file: string): Promise<number> => (await stat(file)).mtimeMs;

/**
 * Whether the owner writes its lock again and again. A drumhead without heartbeats did not: its lock stays until
 * somebody removes it.
 */
const beats = (holder: Holder): boolean => holder.realm !== null;

/**
 * The locks of living processes in a folder, except one's own. Locks of dead processes are removed where possible. A
 * lock of this process from earlier work counts as dead.
 */
const livingLocks = async (folder: string, mine: string | null): Promise<readonly Lock[]> => {
  const own = await ownHolder();
  const isOurs = mine === null && ours.has(resolve(folder));
  const now = mine === null ? Date.now() : await timeOf(mine);
  const living: Lock[] = [];
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const holder = name.startsWith(prefix) ? holderOf(name.slice(prefix.length)) : null;
    if (holder === null || file === mine) continue;
    const lives = await livesHere(holder, own);
    if (lives === null) {
      const written = await timeOf(file).catch(() => null);
      if (written === null) continue;
      const age = Math.max(0, now - written);
      if (!beats(holder) || age < heartbeat.lost) living.push({ file, holder, age });
      else await rm(file, { force: true }).catch(() => {});
      continue;
    }
    const left = holder.pid === own.pid && !isOurs;
    if (lives && !left) living.push({ file, holder, age: null });
    else await rm(file, { force: true }).catch(() => {});
  }
  return living;
};

/** The process that works in a folder, null for none. */
export const workerIn = async (folder: string): Promise<number | null> =>
  (await livingLocks(folder, null).catch(() => [])).map(({ holder }) => holder.pid)[0] ?? null;

/** The process that works in a folder, in words. */
export interface Worker {
  readonly where: string;
}

/** The interval at which a lock of another machine is read again, in milliseconds. */
const lookAgain = 5000;

/**
 * The process that works in a folder; null if none does. A lock of another machine may belong to a dead
 * process, for example after a node was lost: this waits until the lock is written again or counts as left
 * behind.
 */
export const workerAfterWaiting = async (folder: string, signal: AbortSignal): Promise<Worker | null> => {
  let last: number | null = null;
  for (;;) {
    const [lock] = await livingLocks(folder, null).catch(() => []);
    if (lock === undefined) return null;
    const { holder, age } = lock;
    if (age === null) return { where: `process ${holder.pid}` };
    const where = `process ${holder.pid} of the machine '${holder.host}'`;
    // younger than at the last look: its owner wrote it in between
    if (!beats(holder) || (last !== null && age < last) || signal.aborted) return { where };
    last = age;
    await setTimeout(lookAgain, undefined, { signal }).catch(() => {});
  }
};

const refusal = (folder: string, { file, holder, age }: Lock): DrumheadError => ({
  _tag: 'FileError',
  path: folder,
  message:
    age === null
      ? `process ${holder.pid} is working on this run; wait for it or stop it`
      : `process ${holder.pid} of the machine '${holder.host}' may be working on this run; ` +
        (beats(holder)
          ? `it showed itself ${Math.round(age / 1000)} s ago and counts as gone after ${heartbeat.lost / 1000}; wait for it, or stop it there`
          : `wait for it, or remove ${file} when it is gone`),
});

const attempts = 3;

const touch = (file: string): Effect<void> =>
  TE.tryCatch(
    async () => (await open(file, 'wx')).close(),
    (cause) => fileError(file, cause),
  );

const take = async (folder: string): Promise<Checked<string>> => {
  const path = resolve(folder);
  const own = await ownHolder();
  for (let attempt = 1; ; attempt++) {
    const held = ours.get(path);
    if (held !== undefined) return E.left(refusal(folder, { file: held, holder: own, age: null }));
    const file = join(folder, `${prefix}${holderName(own)}`);
    ours.set(path, file);
    const made = await touch(file)();
    if (E.isLeft(made)) {
      ours.delete(path);
      return made;
    }
    const others = await TE.tryCatch(
      () => livingLocks(folder, file),
      (cause) => fileError(folder, cause),
    )();
    if (E.isRight(others) && others.right.length === 0) return E.right(file);
    await rm(file, { force: true });
    ours.delete(path);
    if (E.isLeft(others)) return others;
    if (attempt >= attempts) return E.left(refusal(folder, others.right[0]));
    // Two processes that came at the same moment both left; they try again at different moments.
    await setTimeout(randomInt(20, 120));
  }
};

/**
 * Writes a lock again, so that its age is 0. A removed lock is not made again, since another process then has
 * the folder.
 */
const beat = async (file: string): Promise<void> => {
  const handle = await open(file, 'r+');
  try {
    await handle.write('.', 0);
  } finally {
    await handle.close();
  }
};

/**
 * Checks that the folder still belongs to this process, before it writes: a process that was stopped for long counts
 * as dead elsewhere, and its lock is removed. Folders that it never locked pass.
 *
 * **Errors** FileError where the lock is gone.
 */
export const stillHeld = (folder: string): Effect<void> => {
  const file = ours.get(resolve(folder));
  if (file === undefined) return TE.right(undefined);
  return TE.flatMap(
    isPresent(file),
    (there): Effect<void> =>
      there
        ? TE.right(undefined)
        : TE.left({
            _tag: 'FileError',
            path: folder,
            message:
              'its lock was removed, so another process may work here; nothing more is written. Run the same command again',
          }),
  );
};

/**
 * Half-written files and progress.json of a killed process. Folders below are left out: they have locks of their own.
 */
const leftIn = async (folder: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const inside of [folder, join(folder, 'weights')])
    for (const name of await readdir(inside).catch(() => []))
      if (leftover.test(name) || (inside === folder && name === files.progress))
        found.push(join(inside, name));
  return found;
};

const tidy = async (folder: string): Promise<void> => {
  for (const path of await leftIn(folder)) await rm(path, { force: true });
};

/**
 * Removes the files that dead processes left in the folder of a finished run: half-written files, and those
 * that `others` finds. If another process works there, nothing is touched. Files that cannot be removed stay
 * for the next time.
 */
export const tidyLeft = async (folder: string, others: () => Promise<readonly string[]>): Promise<void> => {
  const living = await livingLocks(folder, null).catch(() => null);
  if (living?.length !== 0 || ((await leftIn(folder)).length === 0 && (await others()).length === 0)) return;
  const remove = async (): Promise<void> => {
    for (const path of await others()) await rm(path, { force: true }).catch(() => {});
  };
  await inFolder(folder, TE.fromTask(remove))();
};

/** Folders inside a run folder, and files that are appended to: a link there would lead writes elsewhere. */
const writtenInto = /^weights$|^events\.out\./;

/**
 * Refuses a folder with a link where work would write through it. Files that are replaced whole need no such care:
 * the link itself is replaced.
 */
const withoutLinks = (folder: string): Effect<void> =>
  TE.flatMap(
    TE.tryCatch(
      async () => {
        for (const name of await readdir(folder))
          if (writtenInto.test(name) && (await lstat(join(folder, name))).isSymbolicLink())
            return join(folder, name);
        return null;
      },
      (cause) => fileError(folder, cause),
    ),
    (link): Effect<void> =>
      link === null
        ? TE.right(undefined)
        : TE.left({
            _tag: 'FileError',
            path: link,
            message:
              'it is a link to another place, which would be changed; remove the link and run the same command again',
          }),
  );

/**
 * Runs work in a folder under its lock; the folder is made. Files that a dead process left are removed.
 *
 * **Errors** FileError when another process works there or the folder cannot be written.
 */
export const inFolder =
  <A>(folder: string, work: Effect<A>): Effect<A> =>
  async () => {
    const made = await TE.tryCatch(
      () => makeFolder(folder),
      (cause) => pathFault(folder, cause),
    )();
    if (E.isLeft(made)) return made;
    const lock = await take(folder);
    if (E.isLeft(lock)) return lock;
    const pulse = setInterval(() => void beat(lock.right).catch(() => {}), heartbeat.every).unref();
    try {
      const own = await withoutLinks(folder)();
      if (E.isLeft(own)) return own;
      await tidy(folder).catch(() => {});
      return await work();
    } finally {
      clearInterval(pulse);
      ours.delete(resolve(folder));
      await rm(lock.right, { force: true }).catch(() => {});
    }
  };
