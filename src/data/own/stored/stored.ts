/** Arrays as they are stored in files, one sample after the other, read by position. */

import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, fileError } from '../../../base/error.js';
import { limits, tooManyArrays } from '../../../base/limits.js';
import { partOf, type Ranges, rangesInMemory, rangesOfFile } from '../../../files/ranges.js';
import { decodeHeader, headerBytes } from '../../../formats/npy/header.js';
import { numberTypes } from '../../../formats/numbers.js';
import { decodePlaces } from '../../../formats/safetensors.js';
import { type ZipMember, zipMembers } from '../../../formats/zip.js';
import { inOrder } from './fortran.js';
import { type ParquetColumn, parquetColumns } from './parquet.js';
import { shard } from './shard-names.js';
import { kept, mayBeKept } from './unpacked.js';

/** An array in a file: the first axis counts the samples. */
export interface StoredArray {
  /** The file, and the array's name in it, for messages. */
  readonly path: string;
  readonly bytes: Ranges;
  /** The offset of its first number in bytes. */
  readonly at: number;
  /** The type of its numbers, as `numberTypes` names it. */
  readonly type: string;
  readonly bigEndian: boolean;
  readonly count: number;
  /** The shape of one sample. */
  readonly shape: readonly number[];
  /** Every number is divided by this; default 1. */
  readonly scale?: number;
}

/** Arrays of a file by name. */
export type StoredArrays = Readonly<Record<string, StoredArray>>;

/** The arrays of a file, and a sentence for each part that is skipped. */
export interface Stored {
  readonly arrays: StoredArrays;
  readonly notes: readonly string[];
}

const volumeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const unscaled = ({ type, bigEndian }: StoredArray, bytes: Uint8Array): Float32Array => {
  const { bytes: width, read } = numberTypes[type];
  const count = bytes.length / width;
  // Bytes that were read have a buffer of their own and are aligned; bytes in memory may not be.
  if (type === 'float32' && !bigEndian)
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  if (width === 1 && type !== 'int8') return Float32Array.from(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * width, !bigEndian);
  return values;
};

const floats = (stored: StoredArray, bytes: Uint8Array): Float32Array => {
  const values = unscaled(stored, bytes);
  const { scale } = stored;
  if (scale !== undefined) for (let i = 0; i < values.length; i++) values[i] /= scale;
  return values;
};

/** Numbers in memory as an array of samples. */
export const storedInMemory = (
  path: string,
  values: Float32Array | Uint8Array,
  count: number,
  shape: readonly number[],
  scale?: number,
): StoredArray => ({
  path,
  bytes: rangesInMemory(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  at: 0,
  type: values instanceof Float32Array ? 'float32' : 'uint8',
  bigEndian: false,
  count,
  shape,
  ...(scale === undefined ? {} : { scale }),
});

/** Bytes of one sample. */
const sampleBytes = ({ shape, type }: StoredArray): number => volumeOf(shape) * numberTypes[type].bytes;

/**
 * Consecutive samples as float32.
 *
 * **Errors** Rejects if the file cannot be read, or has changed.
 */
export const samplesAt = async (stored: StoredArray, first: number, count: number): Promise<Float32Array> => {
  const size = sampleBytes(stored);
  return floats(stored, await stored.bytes.read(stored.at + first * size, count * size));
};

/**
 * The samples with these indices, as float32. Consecutive samples are read in one piece.
 *
 * **Errors** as `samplesAt`.
 */
export const samplesOf = async (stored: StoredArray, numbers: readonly number[]): Promise<Float32Array> => {
  const size = sampleBytes(stored);
  const ranges: { readonly at: number; length: number }[] = [];
  let before = Number.NaN;
  for (const number of numbers) {
    if (number === before + 1) ranges[ranges.length - 1].length += size;
    else ranges.push({ at: stored.at + number * size, length: size });
    before = number;
  }
  return floats(stored, await stored.bytes.readAll(ranges));
};

const scalar = 'it holds a single number; the first axis of an array counts the samples';

/** Arrays by name; two arrays with one name are refused. */
const byName = (path: string, named: readonly (readonly [string, StoredArray])[]): Checked<StoredArrays> => {
  const names = named.map(([name]) => name);
  if (names.length > limits.arrays) return E.left(decodeError(path, tooManyArrays(names.length)));
  const problems = [
    ...(named.length === 0 ? ['there is no array in it'] : []),
    ...[...new Set(names.filter((name, i) => names.indexOf(name) < i))].map(
      (name) =>
        `it has '${name}' twice, and nobody can tell which is meant; save each array under its own name`,
    ),
    // Names that every JavaScript object has, such as toString.
    ...names
      .filter((name) => name in {})
      .map((name) => `no array can be called '${name}' here; save it under another name`),
    ...named
      .filter(([, { shape }]) => volumeOf(shape) === 0)
      .map(([name, { shape }]) => `a sample of '${name}' is [${shape.join(',')}], which holds no value`),
  ];
  return problems.length > 0 ? E.left(decodeError(path, problems)) : E.right(Object.fromEntries(named));
};

const noted = (arrays: Checked<StoredArrays>, notes: readonly string[] = []): Checked<Stored> =>
  E.isLeft(arrays) ? arrays : E.right({ arrays: arrays.right, notes });

const ofNpy = async (bytes: Ranges, path: string, cache: string | null): Promise<Checked<StoredArray>> => {
  const header = decodeHeader(await bytes.read(0, Math.min(headerBytes, bytes.size)), path, bytes.size);
  if (E.isLeft(header)) return header;
  const { stored, bigEndian, fortran, shape, offset } = header.right;
  const [count, ...sample] = shape;
  if (count === undefined) return E.left(decodeError(path, scalar));
  const array = { path, bytes, at: offset, type: stored.name, bigEndian, count, shape: sample };
  const size = volumeOf(shape) * stored.bytes;
  if (!fortran || sample.length === 0 || size === 0) return E.right(array);
  // In Fortran order no sample is contiguous, so the array is reordered once.
  const ordered = await kept(path, size, `${bytes.stamp} ${offset} fortran`, cache, () => inOrder(array));
  return E.isLeft(ordered) ? ordered : E.right({ ...array, bytes: ordered.right, at: 0 });
};

/** Compressed members are unpacked once: small ones into memory, others into the cache. */
const memberBytes = async (
  file: Ranges,
  member: ZipMember,
  path: string,
  cache: string | null,
): Promise<Checked<Ranges>> =>
  member.stored
    ? E.right(partOf(file, member.at, member.size))
    : kept(`${path}#${member.name}`, member.size, `${file.stamp} ${member.at}`, cache, member.unpacked);

const ofNpz = async (file: Ranges, path: string, cache: string | null): Promise<Checked<Stored>> => {
  const members = await zipMembers(file, path);
  if (E.isLeft(members)) return members;
  const packed = members.right.filter(({ stored }) => !stored);
  const may = mayBeKept(
    path,
    file.size,
    packed.map(({ size }) => size),
  );
  if (E.isLeft(may)) return may;
  const arrays: [string, StoredArray][] = [];
  for (const member of members.right) {
    const name = member.name.replace(/\.npy$/, '');
    const bytes = await memberBytes(file, member, path, cache);
    if (E.isLeft(bytes)) return bytes;
    const array = await ofNpy(bytes.right, `${path}#${name}`, cache);
    if (E.isLeft(array)) return array;
    arrays.push([name, array.right]);
  }
  return noted(byName(path, arrays));
};

const ofSafetensors = async (file: Ranges, path: string): Promise<Checked<Stored>> => {
  const first = await file.read(0, Math.min(8, file.size));
  const length = first.length < 8 ? 0 : Number(new DataView(first.buffer).getBigUint64(0, true));
  const head = Math.min(file.size, Math.max(16, 8 + Math.min(length, limits.safetensorsHeader)));
  const found = decodePlaces(await file.read(0, head), path, file.size);
  if (E.isLeft(found)) return found;
  const arrays: [string, StoredArray][] = [];
  for (const [name, { type, shape, begin }] of Object.entries(found.right.places)) {
    const [count, ...sample] = shape;
    if (count === undefined) return E.left(decodeError(`${path}#${name}`, scalar));
    arrays.push([
      name,
      {
        path: `${path}#${name}`,
        bytes: file,
        at: found.right.values + begin,
        type,
        bigEndian: false,
        count,
        shape: sample,
      },
    ]);
  }
  return noted(byName(path, arrays));
};

const ofParquet = async (file: Ranges, path: string, cache: string | null): Promise<Checked<Stored>> => {
  const columns = await parquetColumns(path);
  if (E.isLeft(columns)) return columns;
  const sizeOf = ({ count, shape }: ParquetColumn): number => 4 * count * volumeOf(shape);
  const may = mayBeKept(path, file.size, columns.right.columns.map(sizeOf));
  if (E.isLeft(may)) return may;
  const arrays: [string, StoredArray][] = [];
  for (const column of columns.right.columns) {
    const { name, count, shape, values } = column;
    const size = sizeOf(column);
    const bytes = await kept(`${path}#${name}`, size, `${file.stamp} ${name}`, cache, values);
    if (E.isLeft(bytes)) return bytes;
    arrays.push([
      name,
      { path: `${path}#${name}`, bytes: bytes.right, at: 0, type: 'float32', bigEndian: false, count, shape },
    ]);
  }
  const { others } = columns.right;
  return noted(
    byName(path, arrays),
    others.length === 0
      ? []
      : [`${path}: columns that are no numbers were passed over: ${others.slice(0, 12).join(', ')}`],
  );
};

/** The endings of files of arrays. */
export const isArrayFile = (name: string): boolean => /\.(npy|npz|safetensors|parquet)$/i.test(name);

/** The name of a file without its ending and without its shard number. */
export const stemOf = (path: string): string =>
  basename(path)
    .replace(/\.[^.]*$/, '')
    .replace(shard, '');

/**
 * The arrays of a file: those of an .npz or safetensors file and the columns of a Parquet file by their names, the
 * array of an .npy file by the file's name. Only headers are read.
 *
 * @param cache the folder that keeps unpacked and reordered arrays; null: they stay in memory
 *
 * **Errors** FileError; DecodeError if the file is damaged, or has no arrays of numbers whose first axis counts
 * samples.
 */
export const storedArrays = async (path: string, cache: string | null): Promise<Checked<Stored>> => {
  try {
    const file = await rangesOfFile(path);
    if (/\.npz$/i.test(path)) return await ofNpz(file, path, cache);
    if (/\.safetensors$/i.test(path)) return await ofSafetensors(file, path);
    if (/\.parquet$/i.test(path)) return await ofParquet(file, path, cache);
    const array = await ofNpy(file, path, cache);
    return E.isLeft(array) ? array : noted(byName(path, [[stemOf(path), array.right]]));
  } catch (cause) {
    return E.left(fileError(path, cause));
  }
};
