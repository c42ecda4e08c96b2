/** The elements of a `.npy` file of any type, memory order and byte order, as an array in C order with exact values. */

import * as E from 'fp-ts/lib/Either.js';
import { numberTypes } from '../numbers.js';
import type { NpyHeader } from './header.js';

/** For each element in C order, its index in Fortran order. */
export const fortranPlaces = (shape: readonly number[], visit: (to: number, from: number) => void): void => {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const size = shape.reduce((a, b) => a * b, 1);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < size; to++) {
    visit(to, from);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      from += strides[axis];
      if (index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
};

/**
 * The elements in C order.
 *
 * @param into an array of zeros, one for each element of the shape
 *
 * **Errors** a sentence if an integer is too large for a number to hold exactly.
 */
export const elementsInto = <A extends Float32Array | Float64Array | Uint8Array | Int32Array>(
  bytes: Uint8Array,
  { stored, bigEndian, fortran, shape, offset }: NpyHeader,
  into: A,
): E.Either<string, A> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset);
  const { read } = numberTypes[stored.name];
  // The file has the memory layout of this machine: copy all at once.
  if (
    stored.name === stored.dtype &&
    stored.dtype !== 'int64' &&
    !bigEndian &&
    (!fortran || shape.length < 2)
  ) {
    new Uint8Array(into.buffer).set(bytes.subarray(offset));
    return E.right(into);
  }
  const put = (to: number, from: number): void => {
    into[to] = read(view, from * stored.bytes, !bigEndian);
  };
  if (fortran && shape.length > 1) fortranPlaces(shape, put);
  else for (let i = 0; i < into.length; i++) put(i, i);
  if (stored.name === 'int64' || stored.name === 'uint64') {
    const beyond = into.findIndex((value: number) => !Number.isSafeInteger(value));
    if (beyond >= 0)
      return E.left(`element ${beyond} is about ${into[beyond]}, beyond the exact integers (2^53)`);
  }
  return E.right(into);
};
