/**
 * Safetensors: named tensors in one file, a common format for weights in PyTorch.
 *
 * Eight bytes, the length of a JSON header; the header, name → type, shape and offsets; then the values, little-endian,
 * without gaps (https://github.com/huggingface/safetensors#format).
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type DecodeError, decodeError } from '../base/error.js';
import { parsedJson, tooDeep } from '../base/json-text.js';
import { limits, sizeText } from '../base/limits.js';
import { repeatedKey } from '../base/repeated-key.js';
import { numberTypes } from './numbers.js';

/** A tensor to be written: 32-bit floats or 64-bit integers. */
export interface SafeTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A tensor that was read; every type is converted to float32. */
export interface ReadTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Whether integers were rounded; float32 does not hold all of them from 2^24 on. */
  readonly rounded: boolean;
}

export interface Safetensors {
  readonly tensors: Readonly<Record<string, ReadTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The types of the format. */
const types: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

const bytesOf = ({ data }: SafeTensor): Uint8Array => {
  const bytes = new Uint8Array(data.byteLength);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++)
    if (data instanceof Float32Array) view.setFloat32(4 * i, data[i], true);
    else view.setBigInt64(8 * i, data[i], true);
  return bytes;
};

/**
 * The bytes of a file. Tensors are sorted by element size, wide types first, then by name, so that each begins at a
 * multiple of its element size.
 *
 * @example
 * encodeSafetensors({ bias: { shape: [2], data: Float32Array.of(1, 2) } }, { format: 'pt' })
 */
export const encodeSafetensors = (
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array => {
  const entries = Object.entries(tensors).sort(([a, { data: x }], [b, { data: y }]) =>
    x.BYTES_PER_ELEMENT === y.BYTES_PER_ELEMENT
      ? a < b
        ? -1
        : 1
      : y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT,
  );
  let offset = 0;
  const places = entries.map(([name, { shape, data }]) => {
    const begin = offset;
    offset += data.byteLength;
    const dtype = data instanceof Float32Array ? 'F32' : 'I64';
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  const head = JSON.stringify({
    ...(Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata }),
    ...Object.fromEntries(places),
  });
  const text = new TextEncoder().encode(head);
  // Padded with spaces, so that the values begin at a multiple of 8.
  const length = 8 * Math.ceil(text.length / 8);
  const bytes = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  for (const [i, [, tensor]] of entries.entries())
    bytes.set(bytesOf(tensor), 8 + length + places[i][1].data_offsets[0]);
  return bytes;
};

const entryCodec = t.type({
  dtype: t.string,
  shape: t.readonlyArray(t.number),
  data_offsets: t.tuple([t.number, t.number]),
});
const headerCodec = t.record(t.string, t.unknown);
const metadataCodec = t.record(t.string, t.string);

interface Header {
  readonly json: unknown;
  /** Where the values begin. */
  readonly values: number;
}

/** @param size of the whole file; `bytes` may be only its beginning */
const header = (bytes: Uint8Array, size: number): E.Either<string, Header> => {
  if (bytes.length < 8) return E.left('it is too short to be a safetensors file');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(size) || bytes.length < 10 || bytes[8] !== 0x7b)
    return E.left(
      bytes.length >= 10 && bytes[8] === 0x7b && length <= BigInt(limits.safetensorsHeader)
        ? 'it ends in its header; the file is damaged or cut short'
        : 'it is not a safetensors file',
    );
  if (length > BigInt(limits.safetensorsHeader))
    return E.left(
      `its header has ${sizeText(Number(length))}, and ${sizeText(limits.safetensorsHeader)} is the limit; save fewer tensors in one file`,
    );
  const values = 8 + Number(length);
  if (values > bytes.length) return E.left('it ends in its header; the file is damaged or cut short');
  return pipe(
    E.tryCatch(
      () => new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, values)),
      () => 'not UTF-8',
    ),
    E.bindTo('text'),
    E.bind('json', ({ text }) => parsedJson(text)),
    E.mapLeft((problem) =>
      problem === tooDeep ? problem : 'its header is not JSON; the file is damaged or is something else',
    ),
    E.flatMap(({ json, text }) => {
      const twice = repeatedKey(text);
      return twice === null
        ? E.right({ json, values })
        : E.left(`its header has '${twice}' twice, and nobody can tell which is meant`);
    }),
  );
};

/** The place of a tensor in a file. */
export interface TensorPlace {
  /** The type of its numbers, as `numberTypes` names it. */
  readonly type: string;
  readonly shape: readonly number[];
  /** From the beginning of the values. */
  readonly begin: number;
}

const placeOf = (name: string, entry: unknown, valueBytes: number): E.Either<string, TensorPlace> => {
  if (!entryCodec.is(entry)) return E.left(`'${name}' has no type, shape and place`);
  const { dtype, shape, data_offsets } = entry;
  const [begin, end] = data_offsets;
  if (!Object.hasOwn(types, dtype)) return E.left(`'${name}' is of type ${dtype}, which is not read here`);
  const type = types[dtype];
  const { bytes } = numberTypes[type];
  const size = shape.reduce((size, side) => size * side, 1);
  if (![...shape, begin, end, size].every((n) => Number.isSafeInteger(n) && n >= 0))
    return E.left(
      `'${name}' has sizes [${shape.join(',')}] and lies from ${begin} to ${end}, which no tensor can`,
    );
  if (end < begin) return E.left(`'${name}' ends at ${end}, before it begins at ${begin}`);
  if (end - begin !== bytes * size)
    return E.left(
      `'${name}' of shape [${shape.join(',')}] has a place of ${end - begin} bytes; ${dtype} needs ${bytes * size}`,
    );
  if (end > valueBytes) return E.left(`'${name}' lies beyond the end of the file, which is cut short`);
  return E.right({ type, shape, begin });
};

const tensorAt = (
  name: string,
  { type, shape, begin }: TensorPlace,
  values: Uint8Array,
): E.Either<string, ReadTensor> => {
  const { bytes, read } = numberTypes[type];
  const size = shape.reduce((size, side) => size * side, 1);
  const view = new DataView(values.buffer, values.byteOffset + begin, bytes * size);
  const data = new Float32Array(size);
  let rounded = false;
  for (let i = 0; i < size; i++) {
    const number = read(view, bytes * i, true);
    data[i] = number;
    if (Number.isFinite(number) && !Number.isFinite(data[i]))
      return E.left(`'${name}' holds ${number}, which is beyond float32`);
    rounded ||= Number.isInteger(number) && data[i] !== number;
  }
  return E.right({ shape, data, rounded: rounded && !type.includes('float') });
};

/** Problems of the tensors' offsets: tensors must fill the file in some order, without overlaps or gaps. */
const placeProblems = (entries: Readonly<Record<string, unknown>>, bytes: number): readonly string[] => {
  const places = Object.entries(entries).flatMap(([name, entry]) =>
    entryCodec.is(entry) ? [{ name, begin: entry.data_offsets[0], end: entry.data_offsets[1] }] : [],
  );
  const sorted = [...places].sort((a, b) => a.begin - b.begin || a.end - b.end);
  const between = sorted.flatMap(({ name, begin }, i): readonly string[] => {
    const before = sorted[i - 1] ?? { name: '', end: 0 };
    if (begin < before.end) return [`'${name}' begins at ${begin}, within '${before.name}'`];
    return begin > before.end ? [`${begin - before.end} bytes before '${name}' belong to no tensor`] : [];
  });
  const end = places.reduce((most, place) => Math.max(most, place.end), 0);
  return [...between, ...(end < bytes ? [`${bytes - end} bytes at its end belong to no tensor`] : [])];
};

/** The places of a file's tensors, and the other content of its header. */
export interface TensorPlaces {
  readonly places: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the values begin in the file. */
  readonly values: number;
}

/**
 * The positions of the tensors of a file. The file must follow the format: unique names, tensors without gaps or
 * overlaps, metadata of texts.
 *
 * @param bytes of the file, or its beginning with the whole header
 * @param size of the whole file
 *
 * **Errors** DecodeError with a line for each violation.
 */
export const decodePlaces = (
  bytes: Uint8Array,
  source: string,
  size: number = bytes.length,
): E.Either<DecodeError, TensorPlaces> =>
  pipe(
    header(bytes, size),
    E.flatMap(({ json, values }) =>
      headerCodec.is(json)
        ? E.right({ json, values })
        : E.left('its header is not a list of tensors; the file is something else'),
    ),
    E.mapLeft((problem) => decodeError(source, problem)),
    E.flatMap(({ json, values }) => {
      const { __metadata__: metadata = {}, ...entries } = json;
      const read = Object.entries(entries).map(
        ([name, entry]) => [name, placeOf(name, entry, size - values)] as const,
      );
      const broken = read.flatMap(([, place]) => (E.isLeft(place) ? [place.left] : []));
      // If the offsets of a tensor are invalid, gaps and overlaps are not reported as well.
      const problems = [
        ...(metadataCodec.is(metadata) ? [] : ['its metadata is not a list of names and texts']),
        ...(broken.length > 0 ? broken : placeProblems(entries, size - values)),
      ];
      return problems.length > 0
        ? E.left(decodeError(source, problems))
        : E.right({
            places: Object.fromEntries(
              read.flatMap(([name, place]) => (E.isRight(place) ? [[name, place.right]] : [])),
            ),
            metadata: metadataCodec.is(metadata) ? metadata : {},
            values,
          });
    }),
  );

/**
 * The tensors in the bytes of a file, each as float32.
 *
 * **Errors** as `decodePlaces`; DecodeError if a number is beyond float32.
 */
export const decodeSafetensors = (bytes: Uint8Array, source: string): E.Either<DecodeError, Safetensors> =>
  pipe(
    decodePlaces(bytes, source),
    E.flatMap(({ places, metadata, values }) => {
      const read = Object.entries(places).map(
        ([name, place]) => [name, tensorAt(name, place, bytes.subarray(values))] as const,
      );
      const problems = read.flatMap(([, tensor]) => (E.isLeft(tensor) ? [tensor.left] : []));
      return problems.length > 0
        ? E.left(decodeError(source, problems))
        : E.right({
            tensors: Object.fromEntries(
              read.flatMap(([name, tensor]) => (E.isRight(tensor) ? [[name, tensor.right]] : [])),
            ),
            metadata,
          });
    }),
  );
