/** Shards: files whose samples follow one another, as if they were one file. */

import { dirname, extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { limits } from '../../../base/limits.js';
import { joinedRanges, partOf } from '../../../files/ranges.js';
import { numberTypes } from '../../../formats/numbers.js';
import { type ShardNumber, shardOf } from './shard-names.js';
import { type StoredArray, type StoredArrays, stemOf } from './stored.js';

/** A file, and the name of its array if the file's own name does not give it. */
export interface ArrayFile {
  readonly path: string;
  readonly name?: string;
}

/** A single file, or all shards of one dataset. */
export interface Whole {
  readonly name: string | undefined;
  readonly paths: readonly string[];
  /** A sentence if shards are missing. */
  readonly problem?: string;
}

/** The problem of shards that are not numbered from 0 or 1 without a gap; null if there is none. */
const missingShards = (stem: string, numbers: readonly number[], of: number): string | null => {
  const there = new Set(numbers);
  const from = there.has(0) ? 0 : 1;
  const missing = Array.from({ length: Math.min(of, limits.arrayShards) }, (_, i) => i + from).filter(
    (number) => !there.has(number),
  );
  if (of > limits.arrayShards) return `${stem}: it has ${of} shards, and ${limits.arrayShards} is the limit`;
  if (missing.length > 0)
    return `${stem}: of its ${of} shards ${missing.slice(0, 4).join(', ')}${missing.length > 4 ? ' …' : ''} ${missing.length === 1 ? 'is' : 'are'} missing`;
  return numbers.length === of
    ? null
    : `${stem}: it says that it has ${of} shards, and has ${numbers.length}`;
};

/** Groups files: each single file alone, the shards of one name together, in the order of their numbers. */
export const wholesOf = (files: readonly ArrayFile[]): readonly Whole[] => {
  const sharded = new Map<string, { readonly file: ArrayFile; readonly shard: ShardNumber }[]>();
  const wholes: Whole[] = [];
  for (const file of files) {
    const shard = shardOf(file.path);
    if (shard === null) {
      wholes.push({ name: file.name, paths: [file.path] });
      continue;
    }
    const key = [dirname(file.path), stemOf(file.path), extname(file.path), shard.of].join('\0');
    const own = sharded.get(key) ?? [];
    own.push({ file, shard });
    sharded.set(key, own);
  }
  for (const own of sharded.values()) {
    own.sort((a, b) => a.shard.number - b.shard.number);
    const [{ file, shard }] = own;
    const problem = missingShards(
      stemOf(file.path),
      own.map((one) => one.shard.number),
      shard.of,
    );
    wholes.push({
      name: file.name,
      paths: own.map((one) => one.file.path),
      ...(problem === null ? {} : { problem }),
    });
  }
  return wholes;
};

const kindOfNumbers = ({ type, bigEndian, shape, scale }: StoredArray): string =>
  `[${shape.join(',')}] of ${type}${bigEndian ? ', the large end first' : ''}${scale === undefined ? '' : ` over ${scale}`}`;

/**
 * Several arrays concatenated along their samples.
 *
 * **Errors** a sentence if they differ in the shape of a sample or in the type of their numbers.
 */
const joinedArrays = (parts: readonly [StoredArray, ...StoredArray[]]): E.Either<string, StoredArray> => {
  const [first, second] = parts;
  if (second === undefined) return E.right(first);
  const other = parts.find((part) => kindOfNumbers(part) !== kindOfNumbers(first));
  if (other !== undefined)
    return E.left(
      `a sample is ${kindOfNumbers(other)} in ${other.path}, and ${kindOfNumbers(first)} in ${first.path}; shards of an array have one shape and type`,
    );
  const size = first.shape.reduce((a, b) => a * b, 1) * numberTypes[first.type].bytes;
  return E.right({
    ...first,
    bytes: joinedRanges(parts.map(({ bytes, at, count }) => partOf(bytes, at, count * size))),
    at: 0,
    count: parts.reduce((sum, { count }) => sum + count, 0),
  });
};

/**
 * The arrays of a file, or of several shards: the samples of each array follow one another.
 *
 * @param problems receives the problems that are found
 */
export const joinedShards = (shards: readonly StoredArrays[], problems: string[]): StoredArrays => {
  const [first = {}, ...others] = shards;
  const joined: Record<string, StoredArray> = {};
  for (const [name, array] of Object.entries(first)) {
    const behind = others.flatMap((other) => (other[name] === undefined ? [] : [other[name]]));
    if (behind.length < others.length) {
      problems.push(`'${name}' is in ${array.path} and not in each of its other shards`);
      continue;
    }
    const one = joinedArrays([array, ...behind]);
    if (E.isLeft(one)) problems.push(`'${name}': ${one.left}`);
    else joined[name] = one.right;
  }
  for (const other of others)
    for (const [name, { path }] of Object.entries(other))
      if (first[name] === undefined) problems.push(`'${name}' is in ${path} and not in its first shard`);
  return joined;
};
