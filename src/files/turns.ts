/**
 * A lock: commands write files into one folder one after the other. Each command reads the folder's manifest, changes
 * it and writes it back, so two at once would lose changes.
 *
 * A command first creates an empty file with a unique name in the folder, and then looks for such files of other
 * commands. If two come at the same time, at least one sees the other, removes its own file and waits. Any command may
 * remove the file of a dead process, since its name is never used again.
 */

import { randomInt } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, Effect } from '../base/error.js';
import { type Holder, holderName, holderOf, livesHere, ownHolder } from './holder.js';
import { makeFolder } from './make-folder.js';
import { pathFault } from './path-fault.js';

const prefix = '.drumhead-writes-';

/**
 * Milliseconds that a command waits for its turn, and milliseconds after which a file of another machine counts as left
 * behind.
 */
const [patience, lost] = [60_000, 600_000] as const;

/** The folders that this process has its turn in. */
const ours = new Set<string>();

/** The other living process that has its turn in a folder, or waits for it; null for none. Files of dead ones are removed. */
const otherIn = async (folder: string, mine: string, own: Holder): Promise<Holder | null> => {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const holder = name.startsWith(prefix) ? holderOf(name.slice(prefix.length)) : null;
    if (holder === null || file === mine) continue;
    const lives = await livesHere(holder, own);
    // Another file of this process is left from earlier work.
    const left = lives === false || (lives === true && holder.pid === own.pid);
    const now = await stat(mine);
    const written = await stat(file).catch(() => now);
    if (left || now.mtimeMs - written.mtimeMs > lost) await rm(file, { force: true });
    else return holder;
  }
  return null;
};

/** Waits for the turn, and returns the path of its file. */
const take = async (folder: string): Promise<Checked<string>> => {
  const own = await ownHolder();
  const until = performance.now() + patience;
  for (;;) {
    let other: Holder | null = own;
    if (!ours.has(resolve(folder))) {
      const mine = join(folder, `${prefix}${holderName(own)}`);
      ours.add(resolve(folder));
      try {
        await (await open(mine, 'wx')).close();
        other = await otherIn(folder, mine, own);
        if (other === null) return E.right(mine);
        await rm(mine, { force: true });
      } catch (cause) {
        await rm(mine, { force: true }).catch(() => {});
        ours.delete(resolve(folder));
        throw cause;
      }
      ours.delete(resolve(folder));
    }
    if (performance.now() > until)
      return E.left({
        _tag: 'FileError',
        path: folder,
        message: `process ${other.pid} of the machine '${other.host}' is writing files there; run the same command again when it is done`,
      });
    // If two came at the same moment, both removed their files; they try again at different moments.
    await setTimeout(randomInt(5, 50));
  }
};

/**
 * Runs work that writes files into a folder once no other process does so; the folder is made.
 *
 * @param path for the message if the folder cannot be written to
 *
 * **Errors** FileError, also if another process does not end; those of the work.
 */
export const inTurn =
  <A>(folder: string, path: string, work: Effect<A>): Effect<A> =>
  async () => {
    const taken = await TE.tryCatch(
      async () => {
        await makeFolder(folder);
        return take(folder);
      },
      (cause) => pathFault(path, cause),
    )();
    if (E.isLeft(taken)) return taken;
    if (E.isLeft(taken.right)) return taken.right;
    const mine = taken.right.right;
    try {
      return await work();
    } finally {
      ours.delete(resolve(folder));
      await rm(mine, { force: true }).catch(() => {});
    }
  };
