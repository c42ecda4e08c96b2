/**
 * Who works in a run folder: one process at a time.
 *
 * Each process that wants to work puts a file of its own there, whose name nobody else has, and only then looks for
 * those of others. So of two that come at the same time at least one sees the other and goes; and the file that a killed
 * process left can be removed by anyone, since its name never comes back. A process is known by its id together with the
 * time that it started, which a later process of the same id does not share. No clock is asked.
 */

import { randomInt, randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, fileError } from '../base/error.js';
import { makeFolder } from '../data/make-folder.js';

interface Holder {
  readonly pid: number;
  /** When it started, in ticks since the machine did; null where the system does not tell. */
  readonly started: string | null;
  readonly host: string;
}

// All that is to be known is in the name: an empty file is there whole or not at all.
const lockName = /^lock-(\d+)-(\d+|x)-[0-9a-f-]{36}-(.+)$/;

const nameOf = ({ pid, started, host }: Holder): string =>
  `lock-${pid}-${started ?? 'x'}-${randomUUID()}-${encodeURIComponent(host)}`;

const holderOf = (name: string): Holder | null => {
  const found = lockName.exec(name);
  if (found === null) return null;
  const [, pid, started, host] = found;
  return { pid: Number(pid), started: started === 'x' ? null : started, host: decodeURIComponent(host) };
};

const leftover = /\.[0-9a-f-]{36}\.tmp$/;

/** Start of a process in ticks since the machine started, where there is /proc. */
const startOf = async (pid: number): Promise<string | null> => {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the process, in brackets, may hold anything; the fields are counted behind it.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? null;
};

const answers = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives, and belongs to someone else.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

/** Folders that this process works in. */
const ours = new Set<string>();

const lives = async ({ pid, started, host }: Holder): Promise<boolean> => {
  // Of another machine nothing can be known from here.
  if (host !== hostname()) return true;
  if (!answers(pid)) return false;
  const start = await startOf(pid);
  return started === null || start === null || start === started;
};

interface Lock {
  readonly file: string;
  readonly holder: Holder;
}

/**
 * The locks in a folder whose process lives, but for one's own; those of the dead are removed, where they can be. What
 * this process left of earlier work is as if it had died.
 */
const livingLocks = async (folder: string, own: string | null): Promise<readonly Lock[]> => {
  const isOurs = own === null && ours.has(resolve(folder));
  const living: Lock[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const holder = holderOf(name);
    if (holder === null || file === own) continue;
    const counts = holder.pid !== process.pid || holder.host !== hostname() || isOurs;
    if (counts && (await lives(holder))) living.push({ file, holder });
    else await rm(file, { force: true }).catch(() => {});
  }
  return living;
};

/** The process that works in a folder, null for none. */
export const workerIn = async (folder: string): Promise<number | null> =>
  (await livingLocks(folder, null)).map(({ holder }) => holder.pid)[0] ?? null;

const refusal = (folder: string, { file, holder }: Lock): DrumheadError => ({
  _tag: 'FileError',
  path: folder,
  message:
    holder.host === hostname()
      ? `process ${holder.pid} is working on this run; wait for it or stop it`
      : `process ${holder.pid} of the machine '${holder.host}' may be working on this run; ` +
        `wait for it, or remove ${file} when it is gone`,
});

const attempts = 3;

const touch = (file: string): TE.TaskEither<DrumheadError, void> =>
  TE.tryCatch(
    async () => (await open(file, 'wx')).close(),
    (cause) => fileError(file, cause),
  );

const take = async (folder: string): Promise<E.Either<DrumheadError, string>> => {
  const place = resolve(folder);
  const own: Holder = { pid: process.pid, started: await startOf(process.pid), host: hostname() };
  for (let attempt = 1; ; attempt++) {
    if (ours.has(place)) return E.left(refusal(folder, { file: place, holder: own }));
    ours.add(place);
    const file = join(folder, nameOf(own));
    const made = await touch(file)();
    if (E.isRight(made)) {
      const others = await livingLocks(folder, file);
      if (others.length === 0) return E.right(file);
      await rm(file, { force: true });
      ours.delete(place);
      if (attempt >= attempts) return E.left(refusal(folder, others[0]));
      // Two that came at the same moment both went; they come again at different ones.
      await setTimeout(randomInt(20, 120));
    } else {
      ours.delete(place);
      return made;
    }
  }
};

/** Removes what a killed process was still writing; not below other folders, which have locks of their own. */
const tidy = async (folder: string): Promise<void> => {
  for (const place of [folder, join(folder, 'weights')])
    for (const name of await readdir(place).catch(() => []))
      if (leftover.test(name)) await rm(join(place, name), { force: true });
};

/**
 * Runs work in a folder that nobody else is working in; the folder is made. What a process left that has died is cleared
 * away.
 *
 * **Errors** FileError when another process works there or the folder cannot be written.
 */
export const inFolder =
  <A>(folder: string, work: TE.TaskEither<DrumheadError, A>): TE.TaskEither<DrumheadError, A> =>
  async () => {
    const made = await TE.tryCatch(
      () => makeFolder(folder),
      (cause) => fileError(folder, cause),
    )();
    if (E.isLeft(made)) return made;
    const lock = await take(folder);
    if (E.isLeft(lock)) return lock;
    try {
      await tidy(folder).catch(() => {});
      return await work();
    } finally {
      ours.delete(resolve(folder));
      await rm(lock.right, { force: true }).catch(() => {});
    }
  };
