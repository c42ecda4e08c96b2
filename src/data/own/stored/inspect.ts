/**
 * Reads every number of a stored array, a few megabytes at a time: range, digest, and the first that is not finite. A
 * file that has not changed since its last inspection is not read again.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { hashOf } from '../../../base/canonical.js';
import { parsedJson } from '../../../base/json-text.js';
import { readBytesIfPresent, writeBytes } from '../../../files/files.js';
import { type StoredArray, samplesAt } from './stored.js';

const inspectionCodec = t.type({
  /** The digest of all numbers as float32, sample after sample. */
  sha256: t.string,
  least: t.number,
  largest: t.number,
  /** Whether all are whole numbers that float32 holds exactly. */
  integer: t.boolean,
  /** The first number that is not finite. */
  bad: t.union([t.null, t.type({ sample: t.number, place: t.number, value: t.string })]),
});

/** The facts of an array that need all its numbers. */
export type Inspection = t.TypeOf<typeof inspectionCodec>;

/** Numbers that are read at once. */
const piece = 2 ** 20;
/** Integers up to this are exact as float32. */
export const exact = 2 ** 24;

const inspected = async (
  stored: StoredArray,
  watch: (samples: number) => void,
  signal: AbortSignal | undefined,
): Promise<Inspection | null> => {
  const size = stored.shape.reduce((a, b) => a * b, 1);
  const together = Math.max(1, Math.floor(piece / Math.max(1, size)));
  const hash = createHash('sha256');
  let [least, largest, integer] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  let bad: Inspection['bad'] = null;
  for (let first = 0; first < stored.count; first += together) {
    if (signal?.aborted) return null;
    const count = Math.min(together, stored.count - first);
    const values = await samplesAt(stored, first, count);
    hash.update(new Uint8Array(values.buffer));
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value < least) least = value;
      if (value > largest) largest = value;
      if (integer && Math.trunc(value) !== value) integer = false;
      // value - value is NaN exactly if the value is not finite.
      if (value - value !== 0 && bad === null)
        bad = { sample: first + Math.floor(i / size), place: i % size, value: `${value}` };
    }
    watch(first + count);
  }
  return {
    sha256: hash.digest('hex'),
    // JSON has no infinity.
    least: Number.isFinite(least) ? least : 0,
    largest: Number.isFinite(largest) ? largest : 0,
    integer: integer && bad === null && Math.max(-least, largest) <= exact,
    bad,
  };
};

/** A file that was written within this many milliseconds may be written again with the same time stamp. */
const settledAfter = 2_000;

const memoOf = (cache: string, { bytes, at, type, bigEndian, count, shape }: StoredArray): string =>
  join(cache, 'scans', `${hashOf([1, bytes.stamp, at, type, bigEndian, count, shape]).slice(0, 32)}.json`);

const known = async (memo: string): Promise<Inspection | null> => {
  const read = await readBytesIfPresent(memo)();
  if (E.isLeft(read) || read.right === null) return null;
  const json = parsedJson(new TextDecoder().decode(read.right));
  return E.isRight(json) && inspectionCodec.is(json.right) ? json.right : null;
};

/**
 * Scans all numbers of an array.
 *
 * @param cache the folder that keeps inspections; null: none are kept
 * @returns null if the signal stopped it
 *
 * **Errors** Rejects if the file cannot be read.
 */
export const inspect = async (
  stored: StoredArray,
  cache: string | null,
  watch: (samples: number) => void = () => {},
  signal?: AbortSignal,
): Promise<Inspection | null> => {
  const memo = cache === null || stored.bytes.stamp === null ? null : memoOf(cache, stored);
  const before = memo === null ? null : await known(memo);
  if (before !== null) return before;
  const now = await inspected(stored, watch, signal);
  // A cache that cannot be written costs only time.
  if (memo !== null && now !== null && Date.now() - stored.bytes.written > settledAfter)
    await writeBytes(memo, new TextEncoder().encode(`${JSON.stringify(now)}\n`))();
  return now;
};
