/**
 * The manifest of a folder that drumhead wrote: its files with their digests. By content, an export can tell which
 * files it may replace: a file that a person added or changed belongs to the person.
 */

import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf } from '../base/canonical.js';
import { type DrumheadError, decodeError, type Effect, errorMessage, fileError } from '../base/error.js';
import { parsedJson } from '../base/json-text.js';
import { fileLimits, limits, sizeText } from '../base/limits.js';
import { wholeFile } from './whole-file.js';

/** The name of the manifest. */
export const listName = 'drumhead-files.json';

const listCodec = t.type({
  drumhead: t.literal('files'),
  files: t.record(t.string, t.string),
  checksum: t.string,
});

/**
 * SHA-256 by name; names use '/' on every system. While a file is being replaced, its entry holds the old digest and the new
 * one, separated by a space, so that after a kill either file is recognised.
 */
export type Digests = Readonly<Record<string, string>>;

/** The digest of a file's bytes. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The digests of a listed name; none if it is not listed. */
export const digestsFor = (list: Digests, name: string): readonly string[] =>
  Object.hasOwn(list, name) ? list[name].split(' ') : [];

/** The digests of files to be written. */
export const digestsOf = (files: Readonly<Record<string, Uint8Array>>): Digests =>
  Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name.replaceAll('\\', '/'), digestOf(bytes)]),
  );

/** The bytes of the manifest. */
export const listBytes = (files: Digests): Uint8Array =>
  new TextEncoder().encode(
    `${JSON.stringify({ drumhead: 'files', files, checksum: hashOf(files) }, null, 1)}\n`,
  );

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

/** The status of a path itself, without following links; null if nothing is there. Rejects with the error of the file system. */
export const foundAt = (path: string): Promise<Stats | null> =>
  lstat(path).catch((cause) => {
    if (codeOf(cause) !== 'ENOENT' && codeOf(cause) !== 'ENOTDIR') throw cause;
    return null;
  });

/** Folders within folders that a listed name may have. Drumhead writes two or three. */
const deepest = 64;

/**
 * Whether a listed name stays within the folder by its text, on every system: with `\` or a drive it leads out on Windows.
 * The length is looked at first, since a name of a manifest may have millions of parts.
 */
const staysWithin = (name: string): boolean =>
  name.length <= 4096 &&
  !/\\|^[a-zA-Z]:/.test(name) &&
  name.split('/').length <= deepest &&
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/**
 * The manifest of a folder, without names that lead out of it, since a manifest may be foreign; null if drumhead wrote
 * none. Rejects with the error of the file system.
 */
export const readList = async (folder: string): Promise<Digests | null> => {
  const path = join(folder, listName);
  if (!(await foundAt(path))?.isFile()) return null;
  const bytes = await wholeFile(path, 'json').catch((cause) => {
    if (codeOf(cause) === 'ENOENT') return null;
    throw cause;
  });
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes);
  return pipe(
    parsedJson(text),
    E.flatMap(listCodec.decode),
    E.filterOrElseW(
      ({ files, checksum }) => checksum === hashOf(files),
      () => null,
    ),
    E.match(
      () => null,
      ({ files }) => Object.fromEntries(Object.entries(files).filter(([name]) => staysWithin(name))),
    ),
  );
};

/**
 * The digest of a listed file; null if the file, or all files read so far, exceed the limits. The size is checked before a
 * byte is read: a sparse file may have a terabyte.
 */
type Digester = (path: string) => Promise<string | null>;

const digester = (): Digester => {
  let read = 0;
  return async (path) => {
    const found = await foundAt(path);
    if (!found?.isFile() || found.size > fileLimits.array || read + found.size > limits.listedBytes)
      return null;
    read += found.size;
    return fileDigest(path, found.size);
  };
};

/** The digest of a file on the disk. Reads no further than `size`, even if the file grows. */
export const fileDigest = async (path: string, size = Number.POSITIVE_INFINITY): Promise<string> => {
  const hash = createHash('sha256');
  if (size > 0) await pipeline(createReadStream(path, { end: size - 1 }), hash);
  return hash.digest('hex');
};

/** Whether a file has one of its listed digests. Rejects with the error of the file system. */
export const isAsListed = async (
  folder: string,
  name: string,
  list: Digests,
  digest: Digester = digester(),
): Promise<boolean> => {
  const wanted = digestsFor(list, name);
  if (wanted.length === 0) return false;
  const found = await digest(join(folder, name));
  return found !== null && wanted.includes(found);
};

/** An entry of a folder that drumhead did not write, or that was changed. */
export interface Stranger {
  /** Its name within the folder. */
  readonly name: string;
  readonly why: 'not listed' | 'changed';
}

/** The folders above listed names, so that a list of many folders is read once, and not once for each folder. */
const foldersAbove = (list: Digests): ReadonlySet<string> => {
  const folders = new Set<string>();
  for (const name of Object.keys(list))
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
      const folder = name.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  return folders;
};

const strangerBelow = async (
  folder: string,
  at: string,
  list: Digests,
  folders: ReadonlySet<string>,
  digest: Digester,
): Promise<Stranger | null> => {
  for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
    const name = at === '' ? entry.name : `${at}/${entry.name}`;
    if (name === listName) continue;
    if (entry.isDirectory() && folders.has(name)) {
      const found = await strangerBelow(folder, name, list, folders, digest);
      if (found !== null) return found;
    } else if (!entry.isFile() || !Object.hasOwn(list, name)) return { name, why: 'not listed' };
    else if (!(await isAsListed(folder, name, list, digest))) return { name, why: 'changed' };
  }
  return null;
};

/**
 * The first entry of a folder that drumhead did not write; null if it wrote all of them or the folder is empty. Missing
 * files of the manifest do not matter. Rejects with the error of the file system.
 */
export const strangerIn = async (folder: string): Promise<Stranger | null> => {
  const list = await readList(folder);
  if (list !== null) return strangerBelow(folder, '', list, foldersAbove(list), digester());
  const [first] = (await readdir(folder)).sort();
  return first === undefined ? null : { name: first, why: 'not listed' };
};

/**
 * Whether a listed name is a file within the folder, with real folders above it. A manifest may be foreign, so a name that
 * leads out of the folder through a link is ignored.
 */
const isThereWithin = async (folder: string, name: string, last: 'file' | 'folder'): Promise<boolean> => {
  const parts = name.split('/');
  for (let i = 0; i < parts.length; i++) {
    const found = await foundAt(join(folder, ...parts.slice(0, i + 1)));
    if (!(i === parts.length - 1 && last === 'file' ? found?.isFile() : found?.isDirectory())) return false;
  }
  return true;
};

const isWithin = (folder: string, name: string): Promise<boolean> => isThereWithin(folder, name, 'file');
const isFolderWithin = (folder: string, name: string): Promise<boolean> =>
  isThereWithin(folder, name, 'folder');

/**
 * Checks that the files listed in a folder's manifest are unchanged. Missing files and folders without a manifest pass.
 *
 * **Errors** DecodeError for a file with other bytes; FileError.
 */
export const asWritten = (folder: string): Effect<void> =>
  pipe(
    TE.tryCatch(
      async () => {
        const list = (await readList(folder)) ?? {};
        const digest = digester();
        for (const name of Object.keys(list)) {
          const path = join(folder, name);
          if (!(await isWithin(folder, name))) continue;
          const found = await digest(path);
          if (found === null || !digestsFor(list, name).includes(found))
            return { path, large: found === null };
        }
        return null;
      },
      (cause): DrumheadError => fileError(folder, cause),
    ),
    TE.flatMapEither((wrong) =>
      wrong === null
        ? E.right(undefined)
        : E.left(
            decodeError(
              wrong.path,
              `${wrong.large ? tooLarge : 'it is not what drumhead wrote there; the file is damaged or was edited'}. To take it as it is, remove ${listName} of its folder`,
            ),
          ),
    ),
  );

const tooLarge = `it is larger than what drumhead reads back (${sizeText(fileLimits.array)} a file, ${sizeText(limits.listedBytes)} all files that ${listName} names), so it was not compared with its digest`;

/** The result of `asWritten` as sentences: a person may edit a folder of data, so changes are noted, not refused. */
export const notesOnList =
  (folder: string): Effect<readonly string[]> =>
  async () => {
    const found = await asWritten(folder)();
    return E.right(E.isLeft(found) ? [errorMessage(found.left)] : []);
  };

const absent = (cause: unknown): void => {
  if (codeOf(cause) !== 'ENOENT') throw cause;
};

/** Keeps a folder that is not empty. */
const notEmpty = (cause: unknown): void => {
  if (codeOf(cause) !== 'ENOTEMPTY' && codeOf(cause) !== 'EEXIST') absent(cause);
};

/** The name of a listed file until it is complete. */
export const partOf = (name: string): string => `${name}.drumhead-part`;

/**
 * Removes the listed files that still have their digests, and parts of them that were not complete, then the manifest,
 * then the folder. Other entries and links stay, and the manifest with them. The manifest goes last, so that after a kill the
 * remaining files are still recognised as drumhead's own.
 */
export const removeListed = async (folder: string): Promise<void> => {
  if (!(await foundAt(folder))?.isDirectory()) return;
  const list = (await readList(folder)) ?? {};
  const digest = digester();
  for (const name of Object.keys(list)) {
    const [whole, part] = [await isWithin(folder, name), await isWithin(folder, partOf(name))];
    if (part) await rm(join(folder, partOf(name))).catch(absent);
    if (whole && (await isAsListed(folder, name, list, digest))) await rm(join(folder, name)).catch(absent);
  }
  for (const inner of [...foldersAbove(list)].sort((a, b) => b.length - a.length))
    if (await isFolderWithin(folder, inner)) await rmdir(join(folder, inner)).catch(notEmpty);
  if ((await readdir(folder)).some((name) => name !== listName)) return;
  await rm(join(folder, listName)).catch(absent);
  await rmdir(folder).catch(notEmpty);
};
