/** Bytes that are read by ranges, so that a file larger than memory is never held whole. */

import { constants, open, stat } from 'node:fs/promises';
import { otherThanFile } from './whole-file.js';

/** Where bytes begin, and how many there are. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

/** Some bytes, in a file or in memory. */
export interface Ranges {
  readonly size: number;
  /**
   * The bytes from this position on.
   *
   * **Errors** Rejects if the file cannot be read, ends earlier, or has changed since it was first opened.
   */
  readonly read: (at: number, length: number) => Promise<Uint8Array>;
  /** Several ranges at once, concatenated. **Errors** as `read`. */
  readonly readAll: (ranges: readonly Range[]) => Promise<Uint8Array>;
  /** The identity of this state of the file: its path, size and times. Null for bytes in memory. */
  readonly stamp: string | null;
  /** When the file was last written, in milliseconds since 1970. */
  readonly written: number;
}

const lengthOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { length }) => sum + length, 0);

/** Bytes in memory. */
export const rangesInMemory = (bytes: Uint8Array): Ranges => ({
  size: bytes.length,
  read: async (at, length) => bytes.subarray(at, at + length),
  readAll: async (ranges) => {
    const all = new Uint8Array(lengthOf(ranges));
    let done = 0;
    for (const { at, length } of ranges) {
      all.set(bytes.subarray(at, at + length), done);
      done += length;
    }
    return all;
  },
  stamp: null,
  written: 0,
});

/** A part of other bytes. */
export const partOf = (whole: Ranges, begin: number, size: number): Ranges => ({
  size,
  stamp: whole.stamp === null ? null : `${whole.stamp} ${begin}`,
  written: whole.written,
  read: (at, length) => whole.read(begin + at, length),
  readAll: (ranges) => whole.readAll(ranges.map(({ at, length }) => ({ at: begin + at, length }))),
});

/** Several parts, concatenated: a range that crosses parts is read from each of them. */
export const joinedRanges = (parts: readonly Ranges[]): Ranges => {
  const begins: number[] = [];
  let size = 0;
  for (const part of parts) {
    begins.push(size);
    size += part.size;
  }
  const readAll = async (ranges: readonly Range[]): Promise<Uint8Array> => {
    const all = new Uint8Array(lengthOf(ranges));
    const pieces = parts.map((): { readonly range: Range; readonly to: number }[] => []);
    let to = 0;
    for (const { at, length } of ranges) {
      parts.forEach((part, i) => {
        const from = Math.max(at, begins[i]);
        const end = Math.min(at + length, begins[i] + part.size);
        if (from < end)
          pieces[i].push({ range: { at: from - begins[i], length: end - from }, to: to + from - at });
      });
      if (at + length > size) throw new Error(`it ends before byte ${at + length}`);
      to += length;
    }
    for (const [i, own] of pieces.entries()) {
      if (own.length === 0) continue;
      const read = await parts[i].readAll(own.map(({ range }) => range));
      let from = 0;
      for (const { range, to: place } of own) {
        all.set(read.subarray(from, from + range.length), place);
        from += range.length;
      }
    }
    return all;
  };
  const stamps = parts.map(({ stamp }) => stamp);
  return {
    size,
    stamp: stamps.includes(null) ? null : stamps.join('\n'),
    written: Math.max(0, ...parts.map(({ written }) => written)),
    read: (at, length) => readAll([{ at, length }]),
    readAll,
  };
};

/**
 * A file. It is opened for each reading, so that nothing stays open, and every reading checks that it has not changed.
 *
 * **Errors** Rejects if there is no such file, or if it is a pipe or a device.
 */
export const rangesOfFile = async (path: string): Promise<Ranges> => {
  // Checked before opening, since opening a pipe waits for a writer.
  const found = await stat(path);
  if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  const other = otherThanFile(found);
  if (other !== null) throw new Error(`it is ${other}, not a file; save what it gives to a file first`);
  const readAll = async (ranges: readonly Range[]): Promise<Uint8Array> => {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const now = await file.stat();
      if (now.size !== found.size || now.mtimeMs !== found.mtimeMs)
        throw new Error(`${path}: it was changed while it was read; run the same command again`);
      const bytes = new Uint8Array(lengthOf(ranges));
      let begin = 0;
      for (const { at, length } of ranges) {
        for (let done = 0; done < length; ) {
          const { bytesRead } = await file.read(bytes, begin + done, length - done, at + done);
          if (bytesRead === 0) throw new Error(`${path}: it ends before byte ${at + length}`);
          done += bytesRead;
        }
        begin += length;
      }
      return bytes;
    } finally {
      await file.close();
    }
  };
  return {
    size: found.size,
    stamp: [path, found.dev, found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' '),
    written: found.mtimeMs,
    read: (at, length) => readAll([{ at, length }]),
    readAll,
  };
};
