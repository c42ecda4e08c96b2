/** A few made-up digits as IDX files, so that most specs need no real ones. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { stream } from '../../src/base/random.js';
import type { DigitSet, Digits } from '../../src/data/made/digit-shares.js';

/** The bytes of an IDX file of unsigned bytes. */
export const idx = (shape: readonly number[], data: Uint8Array, magic = 0x0800 + shape.length): Buffer => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(magic, 0);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, data]);
};

const side = 28;

/** Digit i: a solid bar of its own grey (100 to 255), inside the square; its label is i modulo 10. */
const bars = (count: number, name: string): Uint8Array => {
  const images = new Uint8Array(count * side * side);
  for (let i = 0; i < count; i++) {
    const random = stream(1, name, i);
    const [top, left, grey] = [4 + random.integer(8), 4 + random.integer(8), 100 + random.integer(156)];
    for (let y = top; y < top + 12; y++)
      images.fill(grey, (i * side + y) * side + left, (i * side + y) * side + left + 5);
  }
  return images;
};

const labels = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i % 10);

/** The same digits in memory. */
export const tinyDigits = ({ train = 40, test = 12 } = {}): Digits => {
  const setOf = (count: number, name: string): DigitSet => ({
    ...{ count, rows: side, columns: side },
    images: bars(count, name),
    labels: labels(count),
  });
  return { train: setOf(train, 'train'), test: setOf(test, 'test'), digest: 'tiny' };
};

/** Writes the four files into the folder, gzipped or not, named with '-' or '.' before 'idx'. */
export const writeTinyDigits = async (
  folder: string,
  { train = 40, test = 12, gzipped = false, mark = '-' } = {},
): Promise<void> => {
  const files = {
    [`train-images${mark}idx3-ubyte`]: idx([train, side, side], bars(train, 'train')),
    [`train-labels${mark}idx1-ubyte`]: idx([train], labels(train)),
    [`t10k-images${mark}idx3-ubyte`]: idx([test, side, side], bars(test, 'test')),
    [`t10k-labels${mark}idx1-ubyte`]: idx([test], labels(test)),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(folder, gzipped ? `${name}.gz` : name), gzipped ? gzipSync(bytes) : bytes);
  }
};
