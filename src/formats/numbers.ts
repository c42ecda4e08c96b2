/** How numbers of each type are stored, by NumPy's names; bfloat16 is PyTorch's. */

import { halfOf } from '../base/half.js';

/** A type of stored numbers. */
export interface NumberType {
  readonly bytes: number;
  /** The number at this byte. Whole numbers of 64 bits are exact up to 2^53. */
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const brainBits = new DataView(new ArrayBuffer(4));

/** A bfloat16 is the upper half of a float32. */
const brain = (bits: number): number => {
  brainBits.setUint32(0, bits << 16);
  return brainBits.getFloat32(0);
};

export const numberTypes: Readonly<Record<string, NumberType>> = {
  float16: { bytes: 2, read: (v, at, little) => halfOf(v.getUint16(at, little)) },
  bfloat16: { bytes: 2, read: (v, at, little) => brain(v.getUint16(at, little)) },
  float32: { bytes: 4, read: (v, at, little) => v.getFloat32(at, little) },
  float64: { bytes: 8, read: (v, at, little) => v.getFloat64(at, little) },
  bool: { bytes: 1, read: (v, at) => v.getUint8(at) },
  uint8: { bytes: 1, read: (v, at) => v.getUint8(at) },
  uint16: { bytes: 2, read: (v, at, little) => v.getUint16(at, little) },
  uint32: { bytes: 4, read: (v, at, little) => v.getUint32(at, little) },
  uint64: { bytes: 8, read: (v, at, little) => Number(v.getBigUint64(at, little)) },
  int8: { bytes: 1, read: (v, at) => v.getInt8(at) },
  int16: { bytes: 2, read: (v, at, little) => v.getInt16(at, little) },
  int32: { bytes: 4, read: (v, at, little) => v.getInt32(at, little) },
  int64: { bytes: 8, read: (v, at, little) => Number(v.getBigInt64(at, little)) },
};
