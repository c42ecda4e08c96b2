/**
 * One dataset as one file: magic, length of the header, header, checksum, then the compressed arrays of each split:
 * images, masks and, if the task grades them, the difficulty of each image.
 *
 * The checksum covers header and arrays, so that a truncated or changed file is never taken for data.
 */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { whole as wholeNumber } from '../base/codec.js';
import { type Checked, decodeError } from '../base/error.js';
import { parsedJson } from '../base/json-text.js';
import { limits } from '../base/limits.js';
import { type Dataset, type Split, splitNames } from './dataset.js';

const magic = new TextEncoder().encode('drumset1');
const checksumBytes = 32;

const size = wholeNumber(0, limits.datasetValues);
const plainHeader = t.type({
  count: size,
  height: size,
  width: size,
  channels: size,
  /** Compressed sizes in bytes. */
  images: size,
  masks: size,
});
const splitHeader = t.intersection([plainHeader, t.partial({ difficulties: size })]);
const header = t.type({
  key: t.string,
  classes: t.array(t.string),
  train: splitHeader,
  validation: splitHeader,
  test: splitHeader,
});

// The fastest level: even there masks and drawn images shrink a hundredfold, and time matters more than space.
const pack = (bytes: Uint8Array): Promise<Uint8Array> =>
  promisify<Uint8Array, { level: number }, Buffer>(deflate)(bytes, { level: 1 });
/** Unpacks exactly the number of bytes in the header, else rejects. */
const unpack = (bytes: Uint8Array, length: number): Promise<Uint8Array> =>
  promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate)(bytes, {
    maxOutputLength: Math.max(1, length),
  });

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The bytes of a cache file: a dataset and its key. */
export const packDataset = async (dataset: Dataset, key: string): Promise<Uint8Array> => {
  const bodies: Uint8Array[] = [];
  const describeSplit = async (split: Split): Promise<t.TypeOf<typeof splitHeader>> => {
    const [images, masks] = await Promise.all([pack(split.images), pack(split.masks)]);
    bodies.push(images, masks);
    const { count, height, width, channels, difficulties } = split;
    const graded =
      difficulties === undefined ? undefined : await pack(new Uint8Array(difficulties.slice().buffer));
    if (graded !== undefined) bodies.push(graded);
    return {
      ...{ count, height, width, channels, images: images.length, masks: masks.length },
      ...(graded === undefined ? {} : { difficulties: graded.length }),
    };
  };
  const described: t.TypeOf<typeof header> = {
    key,
    classes: [...dataset.classes],
    train: await describeSplit(dataset.train),
    validation: await describeSplit(dataset.validation),
    test: await describeSplit(dataset.test),
  };
  const text = new TextEncoder().encode(canonical(described));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return Buffer.concat([magic, length, text, sha256(text, ...bodies), ...bodies]);
};

const readHeader = (text: Uint8Array): t.Validation<t.TypeOf<typeof header>> => {
  const parsed = parsedJson(new TextDecoder().decode(text));
  return header.decode(E.isRight(parsed) ? parsed.right : undefined);
};

const unpackSplit = async (
  described: t.TypeOf<typeof splitHeader>,
  images: Uint8Array,
  masks: Uint8Array,
  graded: Uint8Array | undefined,
): Promise<Split> => {
  const { count, height, width, channels } = described;
  const pixels = count * height * width;
  return {
    ...{ count, height, width, channels },
    images: await unpack(images, pixels * channels),
    masks: await unpack(masks, pixels),
    ...(graded === undefined
      ? {}
      : { difficulties: new Float32Array(Uint8Array.from(await unpack(graded, 4 * count)).buffer) }),
  };
};

const whole = (split: Split): boolean =>
  split.masks.length === split.count * split.height * split.width &&
  split.images.length === split.masks.length * split.channels &&
  (split.difficulties === undefined || split.difficulties.length === split.count);

/** The dataset in the bytes of a cache file; a DecodeError if they are damaged or have another key. */
export const unpackDataset = async (
  bytes: Uint8Array,
  key: string,
  source: string,
): Promise<Checked<Dataset>> => {
  const damaged = E.left(decodeError(source, 'damaged: it is not the data that was written'));
  const textAt = magic.length + 4;
  if (bytes.length < textAt || magic.some((byte, i) => bytes[i] !== byte)) return damaged;
  const bodyAt =
    textAt + new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length, true) + checksumBytes;
  if (bytes.length < bodyAt) return damaged;
  const text = bytes.subarray(textAt, bodyAt - checksumBytes);
  const body = bytes.subarray(bodyAt);
  if (Buffer.compare(sha256(text, body), bytes.subarray(bodyAt - checksumBytes, bodyAt)) !== 0)
    return damaged;
  const described = readHeader(text);
  if (E.isLeft(described) || described.right.key !== key) return damaged;
  try {
    let at = 0;
    const next = (length: number): Uint8Array => {
      at += length;
      return body.subarray(at - length, at);
    };
    const read = (name: (typeof splitNames)[number]): Promise<Split> => {
      const split = described.right[name];
      const [images, masks] = [next(split.images), next(split.masks)];
      return unpackSplit(
        split,
        images,
        masks,
        split.difficulties === undefined ? undefined : next(split.difficulties),
      );
    };
    const [train, validation, test] = await Promise.all(splitNames.map(read));
    const dataset = { train, validation, test, classes: described.right.classes };
    return [train, validation, test].every(whole) ? E.right(dataset) : damaged;
  } catch {
    return damaged;
  }
};
