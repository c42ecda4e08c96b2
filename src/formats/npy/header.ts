/** The header of a `.npy` file: magic, version, and a Python dictionary with type, memory order and shape. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import { kindOf } from '../png/picture-kind.js';

/**
 * The element types of arrays in memory and of files that are written, with NumPy's description and the size in bytes.
 */
export const npyTypes = {
  float32: { descr: '<f4', bytes: 4 },
  float64: { descr: '<f8', bytes: 8 },
  uint8: { descr: '|u1', bytes: 1 },
  int32: { descr: '<i4', bytes: 4 },
  int64: { descr: '<i8', bytes: 8 },
  bool: { descr: '|b1', bytes: 1 },
} as const;

export type NpyDtype = keyof typeof npyTypes;

/** How elements are stored in a file, and the type that holds all their values exactly. */
export interface NpyStored {
  /** NumPy's name, e.g. `float16`. */
  readonly name: string;
  readonly bytes: number;
  readonly dtype: NpyDtype;
}

/**
 * Types that can be read, by NumPy's letter and size. Integers beyond 2^53 are refused, since no type here holds them
 * exactly.
 */
const storedTypes: Readonly<Record<string, NpyStored>> = {
  f2: { name: 'float16', bytes: 2, dtype: 'float32' },
  f4: { name: 'float32', bytes: 4, dtype: 'float32' },
  f8: { name: 'float64', bytes: 8, dtype: 'float64' },
  b1: { name: 'bool', bytes: 1, dtype: 'bool' },
  u1: { name: 'uint8', bytes: 1, dtype: 'uint8' },
  u2: { name: 'uint16', bytes: 2, dtype: 'int32' },
  u4: { name: 'uint32', bytes: 4, dtype: 'int64' },
  u8: { name: 'uint64', bytes: 8, dtype: 'int64' },
  i1: { name: 'int8', bytes: 1, dtype: 'int32' },
  i2: { name: 'int16', bytes: 2, dtype: 'int32' },
  i4: { name: 'int32', bytes: 4, dtype: 'int32' },
  i8: { name: 'int64', bytes: 8, dtype: 'int64' },
};

const readNames = Object.values(storedTypes).map(({ name }) => name);

export interface NpyHeader {
  readonly stored: NpyStored;
  readonly bigEndian: boolean;
  /** Whether the first axis varies fastest, instead of the last. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Offset of the elements in bytes from the beginning of the file. */
  readonly offset: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (b) => String.fromCharCode(b)).join('');

/** Start and length of the dictionary, or why they cannot be read. */
const prefix = (bytes: Uint8Array): E.Either<string, { start: number; length: number }> => {
  if (magic.some((byte, i) => i < bytes.length && bytes[i] !== byte) || bytes.length === 0) {
    const kind = bytes[0] === 0x50 && bytes[1] === 0x4b ? 'a zip, as .npz files are' : kindOf(bytes);
    return E.left(
      kind === null
        ? "not a .npy file: it does not begin with NumPy's magic bytes"
        : `not a .npy file: it is ${kind}; save one array with np.save`,
    );
  }
  if (bytes.length < 12) return E.left(`truncated: ${bytes.length} bytes, shorter than any .npy header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes[6]) {
    case 1:
      return E.right({ start: 10, length: view.getUint16(8, true) });
    case 2:
    case 3:
      return E.right({ start: 12, length: view.getUint32(8, true) });
    default:
      return E.left(`.npy format version ${bytes[6]}.${bytes[7]} is not supported (1, 2 and 3 are)`);
  }
};

/** Types of NumPy that are not arrays of numbers here. */
const others: Readonly<Record<string, string>> = {
  O: "Python objects, which only NumPy reads; save numbers, e.g. a.astype('int64')",
  V: 'records; save one array of numbers',
  U: "texts; save numbers, e.g. a.astype('float32')",
  S: "texts; save numbers, e.g. a.astype('float32')",
  M: 'dates; save numbers',
  m: 'spans of time; save numbers',
};

const storedOf = (descr: string): E.Either<string, Pick<NpyHeader, 'stored' | 'bigEndian'>> => {
  const found = /^([<>|]?)([a-zA-Z])(\d*)/.exec(descr);
  const [, order = '', kind = '', size = ''] = found ?? [];
  if (descr === `${order}${kind}${size}` && Object.hasOwn(storedTypes, kind + size)) {
    const stored = storedTypes[kind + size];
    // Single bytes need no byte order; all other types must state theirs.
    if (stored.bytes === 1 || order === '<' || order === '>')
      return E.right({ stored, bigEndian: order === '>' });
  }
  return E.left(
    Object.hasOwn(others, kind)
      ? `its elements are ${others[kind]}`
      : `element type '${descr}' is not supported; save it as one of ${readNames.join(', ')}`,
  );
};

/** NumPy's own limit is 64. */
const mostAxes = 64;

const shapeOf = (text: string): E.Either<string, readonly number[]> => {
  const sizes = text
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '');
  if (sizes.length > mostAxes)
    return E.left(`its shape has ${sizes.length} axes, and ${mostAxes} is the limit`);
  const shape = sizes.map((size) => (/^\d+L?$/.test(size) ? Number.parseInt(size, 10) : Number.NaN));
  return shape.every(Number.isSafeInteger) ? E.right(shape) : E.left(`its shape (${text}) is not readable`);
};

const dictionary = (text: string): E.Either<string, Omit<NpyHeader, 'offset'>> => {
  const keys = ['descr', 'fortran_order', 'shape'];
  const twice = keys.find((key) => text.split(new RegExp(`['"]${key}['"]\\s*:`)).length > 2);
  if (twice !== undefined)
    return E.left(`damaged header: it has '${twice}' twice; save the array again with np.save`);
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (/['"]descr['"]\s*:\s*[[(]/.test(text))
    return E.left('records of named fields are not supported; save one array');
  if (descr === null || order === null || shape === null) {
    return E.left("damaged header: it lacks 'descr', 'fortran_order' or 'shape'");
  }
  const stored = storedOf(descr[1]);
  if (E.isLeft(stored)) return stored;
  const sizes = shapeOf(shape[1]);
  if (E.isLeft(sizes)) return sizes;
  return E.right({ ...stored.right, fortran: order[1] === 'True', shape: sizes.right });
};

/** The first so many bytes of a file contain its whole header, or show that it is too long. */
export const headerBytes = limits.npyHeader + 16;

/**
 * Reads the header, and checks that the file holds exactly the elements that it announces.
 *
 * @param bytes of the file, or its first `headerBytes`
 * @param size of the whole file
 */
export const decodeHeader = (
  bytes: Uint8Array,
  source: string,
  size: number = bytes.length,
): Checked<NpyHeader> => {
  const refuse = (problem: string) => E.left(decodeError(source, problem));
  const found = prefix(bytes);
  if (E.isLeft(found)) return refuse(found.left);
  const { start, length } = found.right;
  const offset = start + length;
  if (length > limits.npyHeader)
    return refuse(
      `its header has ${grouped(length)} bytes, and ${grouped(limits.npyHeader)} is the limit; save the array again with np.save`,
    );
  if (bytes.length < offset)
    return refuse(`truncated: the header alone needs ${offset} bytes, the file has ${size}`);
  const parsed = dictionary(latin1(bytes.subarray(start, offset)));
  if (E.isLeft(parsed)) return refuse(parsed.left);
  const { stored, shape } = parsed.right;
  const wanted = offset + sizeOf(shape) * stored.bytes;
  if (size !== wanted) {
    const kind = size < wanted ? 'truncated' : 'too long';
    return refuse(
      `${kind}: shape (${shape.join(', ')}) of ${stored.name} needs ${wanted} bytes, the file has ${size}`,
    );
  }
  return E.right({ ...parsed.right, offset });
};

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** NumPy pads the header so that the first size can grow in place to this many digits. */
const growthDigits = 21;

/** The bytes before the elements, exactly as NumPy 1.23 and later write them: padded to a multiple of 64. */
export const encodeHeader = (dtype: NpyDtype, shape: readonly number[]): Uint8Array => {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const room = shape.length === 0 ? '' : ' '.repeat(Math.max(0, growthDigits - String(shape[0]).length));
  const text = `{'descr': '${npyTypes[dtype].descr}', 'fortran_order': False, 'shape': (${tuple}), }${room}`;
  const short = text.length + 11 < 2 ** 16 - 64;
  const start = short ? 10 : 12;
  const offset = Math.ceil((start + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(offset).fill(0x20);
  bytes.set([...magic, short ? 1 : 2, 0]);
  const view = new DataView(bytes.buffer);
  if (short) view.setUint16(8, offset - start, true);
  else view.setUint32(8, offset - start, true);
  bytes.set(new TextEncoder().encode(text), start);
  bytes[offset - 1] = 0x0a;
  return bytes;
};
