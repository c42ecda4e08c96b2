/** Writing a folder whole or not at all, without replacing anything that drumhead did not write. */

import { createHash } from 'node:crypto';
import { readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, fileError, unlessProblems } from '../base/error.js';
import { holderName, holderOf, livesHere, ownHolder } from './holder.js';
import { makeFolder, mayHoldFiles } from './make-folder.js';
import {
  digestsOf,
  fileDigest,
  foundAt,
  listBytes,
  listName,
  partOf,
  readList,
  removeListed,
  type Stranger,
  strangerIn,
} from './manifest.js';
import { otherThanFile } from './whole-file.js';

/** Contents of files by name; a name may contain subfolders. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** How an export treats an existing folder. */
export interface Writing {
  /** Moves a folder that drumhead did not write to `NAME.old-1`, `NAME.old-2` and so on, instead of refusing. */
  readonly force?: boolean;
  /** Called with the path to which something was moved. */
  readonly movedAside?: (from: string, to: string) => void;
}

const isThere = async (path: string): Promise<boolean> => (await foundAt(path)) !== null;

/** The folder with links resolved, so that a link's target is written, and the link is kept. */
const placeOf = (folder: string): Promise<string> => realpath(folder).catch(() => resolve(folder));

const wordOf = ({ name, why }: Stranger): string =>
  why === 'changed'
    ? `${name} was changed since drumhead wrote it`
    : `the folder holds other things, such as ${name}`;

/** Refuses devices, pipes and sockets, which are never moved, not even aside: other programs know their paths. */
const mayMove = async (folder: string, target: string): Promise<Checked<void>> => {
  const found = await foundAt(target);
  const other = found === null ? null : otherThanFile(found);
  return other === null
    ? E.right(undefined)
    : E.left(decodeError(folder, `${other} is there, which drumhead does not replace; name a folder`));
};

const mayReplace = async (folder: string, target: string): Promise<Checked<void>> => {
  const found = await foundAt(target);
  if (found === null) return E.right(undefined);
  const movable = await mayMove(folder, target);
  if (E.isLeft(movable)) return movable;
  if (!found.isDirectory())
    return E.left(
      decodeError(folder, 'a file of this name is there; name a folder, or --force moves the file aside'),
    );
  const stranger = await strangerIn(target);
  return stranger === null
    ? E.right(undefined)
    : E.left(decodeError(folder, `${wordOf(stranger)}; name a new one, or --force moves it aside`));
};

/** The prefix of temporary folders beside the target: hidden, with a hash of the target's name. */
const hiddenPrefix = (target: string): string =>
  `.drumhead-${createHash('sha256').update(basename(target)).digest('hex').slice(0, 16)}-`;

const hiddenName = /^(.+)\.(tmp|old)$/;

/**
 * Repairs what a killed command left beside a folder: an earlier export that was just moved away is moved back, half
 * written and half removed folders are removed. Called before reading or writing a folder that an export may have been
 * writing.
 *
 * @returns whether an export was moved back
 */
export const bringBack = (folder: string): Effect<boolean> =>
  TE.tryCatch(
    async () => {
      const target = await placeOf(folder);
      const [above, prefix, own] = [dirname(target), hiddenPrefix(target), await ownHolder()];
      const names = await readdir(above).catch(() => []);
      let back = false;
      for (const name of names.filter((each) => each.startsWith(prefix)).sort()) {
        const [, who = '', kind = ''] = hiddenName.exec(name.slice(prefix.length)) ?? [];
        const holder = holderOf(who);
        // Nothing is known of a process elsewhere, so its files stay.
        if (holder === null || (await livesHere(holder, own)) !== false) continue;
        const hidden = join(above, name);
        // Drumhead makes folders of these names, never links.
        if (!(await foundAt(hidden))?.isDirectory()) continue;
        if ((await readList(hidden)) === null) {
          // The manifest is written first and removed last, so the process was killed while it did one of the two.
          const rest = await readdir(hidden);
          if (rest.every((each) => kind === 'tmp' && each === listName)) await removeListed(hidden);
          continue;
        }
        if (kind === 'old' && !(await isThere(target)) && (await strangerIn(hidden)) === null) {
          await rename(hidden, target);
          back = true;
        } else await removeListed(hidden);
      }
      return back;
    },
    (cause) => fileError(folder, cause),
  );

/**
 * Checks, before long work, that a folder may be written: it does not exist, is empty, or holds unchanged files of
 * drumhead.
 *
 * **Errors** DecodeError if it holds anything else or is the current folder; FileError.
 */
export const mayWrite = (folder: string, { force = false }: Writing = {}): Effect<void> =>
  pipe(
    `${process.cwd()}${sep}`.startsWith(`${resolve(folder)}${sep}`)
      ? TE.left(
          decodeError(
            folder === '' ? '.' : folder,
            resolve(folder) === process.cwd()
              ? 'that is the folder you are in; name a new one'
              : 'the folder you are in lies in it; name a new one',
          ),
        )
      : bringBack(folder),
    TE.flatMap(() =>
      pipe(
        TE.tryCatch(
          async () => (force ? mayMove : mayReplace)(folder, await placeOf(folder)),
          (cause) => fileError(folder, cause),
        ),
        TE.flatMapEither((answer) => answer),
      ),
    ),
    // The finished folder is renamed into place from the parent.
    TE.flatMap(() => mayHoldFiles(dirname(resolve(folder)))),
    TE.mapError((error) => (error._tag === 'FileError' ? { ...error, path: folder } : error)),
  );

/** Why a name is not valid for a file within a folder; null if it is valid. */
export const whyNoFileName = (name: string): string | null => {
  const parts = name.split(/[/\\]/);
  if (name === '' || name.includes('\0')) return 'it is empty or holds a character that no file name can';
  if (/^([a-zA-Z]:|[/\\])/.test(name)) return 'it starts at the root of a disk';
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'it leads out of the folder';
  if (parts.some((part) => new TextEncoder().encode(part).length > 200)) return 'it is longer than 200 bytes';
  return name === listName ? 'drumhead keeps its own list there' : null;
};

const allowedNames = (folder: string, files: Files): Checked<void> => {
  const problems = Object.keys(files).flatMap((name) => {
    const why = whyNoFileName(name);
    return why === null
      ? []
      : [`${JSON.stringify(name.slice(0, 80))} cannot be written there: ${why}; rename it`];
  });
  return unlessProblems(folder, problems, undefined);
};

/** The first free name of this form. Rejects with the error of the file system. */
export const freeAside = async (target: string): Promise<string> => {
  for (let i = 1; ; i++) if (!(await isThere(`${target}.old-${i}`))) return `${target}.old-${i}`;
};

/** The path to which something was moved, in the person's spelling of the folder; for a link, its target. */
const spelt = (folder: string, target: string, away: string): string =>
  target === resolve(folder) ? `${folder.replace(/[\\/]+$/, '')}${away.slice(target.length)}` : away;

/** Fills a new folder, which is not in its place yet. */
type Fill = (fresh: string) => Promise<Checked<void>>;

const place = async (
  folder: string,
  fill: Fill,
  { force = false, movedAside }: Writing,
): Promise<Checked<void>> => {
  const target = await placeOf(folder);
  const stem = join(dirname(target), `${hiddenPrefix(target)}${holderName(await ownHolder())}`);
  const [fresh, old] = [`${stem}.tmp`, `${stem}.old`];
  try {
    await makeFolder(fresh);
    const filled = await fill(fresh);
    if (E.isLeft(filled)) {
      await rm(fresh, { recursive: true, force: true });
      return filled;
    }
    // Checked again, since the work may have taken long.
    const movable = await mayMove(folder, target);
    const allowed = await mayReplace(folder, target);
    if (E.isLeft(movable) || (E.isLeft(allowed) && !force)) {
      await removeListed(fresh);
      return allowed;
    }
    const there = await isThere(target);
    const away = E.isLeft(allowed) ? await freeAside(target) : old;
    if (there) await rename(target, away);
    try {
      await rename(fresh, target);
    } catch (cause) {
      if (there) await rename(away, target);
      throw cause;
    }
    if (there && away === old) await removeListed(old);
    else if (there) movedAside?.(folder, spelt(folder, target, away));
    return E.right(undefined);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {});
    return E.left(fileError(folder, cause));
  }
};

const filledWith =
  (files: Files): Fill =>
  async (fresh) => {
    // The manifest is written first, so that files left by a kill are recognised.
    await writeFile(join(fresh, listName), listBytes(digestsOf(files)), { flag: 'wx' });
    for (const [name, bytes] of Object.entries(files)) {
      await makeFolder(dirname(join(fresh, name)));
      // A file under its own name is complete, so that its digest identifies it.
      await writeFile(join(fresh, partOf(name)), bytes, { flag: 'wx' });
      await rename(join(fresh, partOf(name)), join(fresh, name));
    }
    return E.right(undefined);
  };

/**
 * Writes the files to a temporary folder and renames it into place, with a manifest. An earlier export is replaced; a
 * folder with files of a person is refused, or with `force` moved aside.
 *
 * **Errors** as `mayWrite`; DecodeError for names that lead out of the folder. After an error nothing has changed.
 */
export const writeFolder = (folder: string, files: Files, writing: Writing = {}): Effect<string> =>
  pipe(
    TE.fromEither(allowedNames(folder, files)),
    TE.flatMap(() => mayWrite(folder, writing)),
    TE.flatMap(() => () => place(folder, filledWith(files), writing)),
    TE.map(() => folder),
  );

/** Files of a folder that another process makes, or that are too large for this one's memory. */
export interface Grown {
  /** Their names; none may be in a subfolder. */
  readonly names: readonly string[];
  /** Writes each file to the path that `pathOf` gives for its name. */
  readonly fill: (pathOf: (name: string) => string) => Promise<Checked<void>>;
  /** Checks the complete folder before it is moved into place. */
  readonly check: (fresh: string) => Promise<Checked<void>>;
}

const grownWith =
  ({ names, fill, check }: Grown): Fill =>
  async (fresh) => {
    // No digests yet: if this process is killed, its unfinished files are removed without them.
    const named = Object.fromEntries(names.map((name) => [name, '']));
    await writeFile(join(fresh, listName), listBytes(named), { flag: 'wx' });
    const filled = await fill((name) => join(fresh, partOf(name)));
    if (E.isLeft(filled)) return filled;
    const digests: Record<string, string> = {};
    for (const name of names) digests[name] = await fileDigest(join(fresh, partOf(name)));
    await writeFile(join(fresh, listName), listBytes(digests));
    for (const name of names) await rename(join(fresh, partOf(name)), join(fresh, name));
    return check(fresh);
  };

/** As `writeFolder`, for files that are written to the disk piece by piece and checked before they replace anything. */
export const growFolder = (folder: string, grown: Grown, writing: Writing = {}): Effect<string> =>
  pipe(
    TE.fromEither(
      allowedNames(folder, Object.fromEntries(grown.names.map((name) => [name, new Uint8Array()]))),
    ),
    TE.flatMap(() => mayWrite(folder, writing)),
    TE.flatMap(() => () => place(folder, grownWith(grown), writing)),
    TE.map(() => folder),
  );
