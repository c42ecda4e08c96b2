/** A folder that appears whole or not at all, and replaces nothing that drumhead did not write. */

import { createHash } from 'node:crypto';
import { lstat, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, fileError } from '../base/error.js';
import { holderName, holderOf, livesHere, ownHolder } from './holder.js';
import { makeFolder, mayHoldFiles } from './make-folder.js';
import {
  digestsOf,
  listBytes,
  listName,
  readList,
  removeListed,
  type Stranger,
  strangerIn,
} from './manifest.js';

/** Files by name; a name may lie in folders further down. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** How an export treats what is there. */
export interface Writing {
  /** Move what is not drumhead's aside, to `NAME.old-1` and on, instead of refusing. */
  readonly force?: boolean;
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (cause) => {
      if (codeOf(cause) === 'ENOENT') return false;
      throw cause;
    },
  );

/** Through links, so that what they point to is looked at, and not the link replaced. */
const placeOf = (folder: string): Promise<string> => realpath(folder).catch(() => resolve(folder));

const wordOf = ({ name, why }: Stranger): string =>
  why === 'changed'
    ? `${name} was changed since drumhead wrote it`
    : `the folder holds other things, such as ${name}`;

const mayReplace = async (folder: string, target: string): Promise<Checked<void>> => {
  if (!(await isThere(target))) return E.right(undefined);
  if (!(await stat(target)).isDirectory())
    return E.left(
      decodeError(folder, 'a file of this name is there; name a folder, or --force moves the file aside'),
    );
  const stranger = await strangerIn(target);
  return stranger === null
    ? E.right(undefined)
    : E.left(decodeError(folder, `${wordOf(stranger)}; name a new one, or --force moves it aside`));
};

/** Folders of drumhead's own work lie beside their place while they are written: hidden, and known by a hash of its name. */
const hiddenPrefix = (target: string): string =>
  `.drumhead-${createHash('sha256').update(basename(target)).digest('hex').slice(0, 16)}-`;

const hiddenName = /^(.+)\.(tmp|old)$/;

/**
 * Mends what a killed command left beside a place: an earlier export that was just moved away comes back, what was half
 * written or half removed goes. Asked by whoever reads or writes a folder that an export may have been writing.
 *
 * @returns whether an export came back
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
        // Of a process elsewhere nothing is known: what it writes stays.
        if (holder === null || (await livesHere(holder, own)) !== false) continue;
        const hidden = join(above, name);
        if ((await readList(hidden)) === null) {
          // Killed before its list was whole, which is written before all else, or after it was removed, after all else.
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
 * Whether a folder may be written: it is not there, is empty, or holds what drumhead wrote there and nobody changed. Asked
 * before the work that fills it.
 *
 * **Errors** DecodeError where it holds something else, which is not ours to replace, or is where one stands; FileError.
 */
export const mayWrite = (folder: string, { force = false }: Writing = {}): Effect<void> =>
  pipe(
    `${process.cwd()}${sep}`.startsWith(`${resolve(folder)}${sep}`)
      ? TE.left(decodeError(folder === '' ? '.' : folder, 'that is the folder you are in; name a new one'))
      : bringBack(folder),
    TE.flatMap(() =>
      force
        ? TE.right(undefined)
        : pipe(
            TE.tryCatch(
              async () => mayReplace(folder, await placeOf(folder)),
              (cause) => fileError(folder, cause),
            ),
            TE.flatMapEither((answer) => answer),
          ),
    ),
    // It is moved to its place from beside it.
    TE.flatMap(() => mayHoldFiles(dirname(resolve(folder)))),
    TE.mapError((error) => (error._tag === 'FileError' ? { ...error, path: folder } : error)),
  );

/** Why a name cannot be a file's within a folder; null where it can. */
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
  return problems.length === 0 ? E.right(undefined) : E.left(decodeError(folder, problems));
};

/** The first name of this form that is free. */
const freeAside = async (target: string): Promise<string> => {
  for (let i = 1; ; i++) if (!(await isThere(`${target}.old-${i}`))) return `${target}.old-${i}`;
};

const write = async (folder: string, files: Files, { force = false }: Writing): Promise<Checked<void>> => {
  const target = await placeOf(folder);
  const stem = join(dirname(target), `${hiddenPrefix(target)}${holderName(await ownHolder())}`);
  const [fresh, old] = [`${stem}.tmp`, `${stem}.old`];
  try {
    await makeFolder(fresh);
    // The list first: whatever a kill leaves of the rest is known by it.
    await writeFile(join(fresh, listName), listBytes(digestsOf(files)), { flag: 'wx' });
    for (const [name, bytes] of Object.entries(files)) {
      await makeFolder(dirname(join(fresh, name)));
      await writeFile(join(fresh, name), bytes, { flag: 'wx' });
    }
    // Looked at once more, since the work took its time.
    const allowed = await mayReplace(folder, target);
    if (E.isLeft(allowed) && !force) {
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
    return E.right(undefined);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {});
    return E.left(fileError(folder, cause));
  }
};

/**
 * Writes the files to a folder beside its place and then moves it there. What drumhead wrote there before goes; what a
 * person put there is refused, or with `force` moved aside. A list of the files with their digests is written with them.
 *
 * **Errors** as `mayWrite`; DecodeError for names that lead out of the folder. Then nothing is left behind and nothing
 * was touched.
 */
export const writeFolder = (folder: string, files: Files, writing: Writing = {}): Effect<string> =>
  pipe(
    TE.fromEither(allowedNames(folder, files)),
    TE.flatMap(() => mayWrite(folder, writing)),
    TE.flatMap(() => () => write(folder, files, writing)),
    TE.map(() => folder),
  );
