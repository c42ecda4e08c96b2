/**
 * TensorBoard's event files as bytes: TFRecords, each of one Event message.
 *
 * A TFRecord is the length (uint64, little-endian), a masked CRC-32C of it, the bytes, and a masked CRC-32C of those
 * (tensorflow/core/lib/io/record_writer.h). An Event (tensorflow/core/util/event.proto) holds wall_time = 1, step = 2
 * and either file_version = 3 or summary = 5; a Summary its values = 1, each of a tag = 1 and a simple_value = 2. No
 * library but TensorFlow writes these files; pbf encodes the messages and crc-32 computes the checksums.
 */

import { PbfWriter } from 'pbf';
import { crc32c } from './crc32c.js';

/** The scalars of one step. */
export interface ScalarEvent {
  /** Seconds since 1970; only for the time axis. */
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** The checksum as a TFRecord holds it: rotated and shifted, so that checksums of checksums stay useful. */
export const maskedCrc = (bytes: Uint8Array): number => {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

const headerBytes = 12;
const footerBytes = 4;

const tfRecord = (data: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(headerBytes + data.length + footerBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, headerBytes);
  view.setUint32(headerBytes + data.length, maskedCrc(data), true);
  return bytes;
};

const proto = { double: 1, bytes: 2, float: 5, varint: 0 } as const;

/** Encoded here, since pbf 5.1.2 encodes some characters beyond the basic plane wrongly. */
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const message = (write: (to: PbfWriter) => void): Uint8Array => {
  const to = new PbfWriter();
  write(to);
  return to.finish().slice();
};

/** The first record of a file: the version of its events. */
export const fileVersion = (wallTime: number): Uint8Array =>
  tfRecord(
    message((to) => {
      to.writeTag(1, proto.double);
      to.writeDouble(wallTime);
      to.writeTag(3, proto.bytes);
      to.writeBytes(utf8('brain.Event:2'));
    }),
  );

const scalar = (tag: string, value: number): Uint8Array =>
  message((to) => {
    to.writeTag(1, proto.bytes);
    to.writeBytes(utf8(tag));
    to.writeTag(2, proto.float);
    to.writeFloat(value);
  });

/** A record with scalars. */
export const scalarRecord = ({ wallTime, step, scalars }: ScalarEvent): Uint8Array =>
  tfRecord(
    message((to) => {
      to.writeTag(1, proto.double);
      to.writeDouble(wallTime);
      to.writeTag(2, proto.varint);
      to.writeVarint(step);
      to.writeTag(5, proto.bytes);
      to.writeBytes(
        message((summary) => {
          for (const [tag, value] of Object.entries(scalars)) {
            summary.writeTag(1, proto.bytes);
            summary.writeBytes(scalar(tag, value));
          }
        }),
      );
    }),
  );

/** The end offsets of all complete records of a file. A record that was cut off begins at the last of them. */
export const recordEnds = (bytes: Uint8Array): readonly number[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: number[] = [];
  for (let at = 0; at + headerBytes + footerBytes <= bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + headerBytes + length + footerBytes;
    if (view.getUint32(at + 8, true) !== maskedCrc(bytes.subarray(at, at + 8)) || end > bytes.length) break;
    const data = bytes.subarray(at + headerBytes, end - footerBytes);
    if (view.getUint32(end - footerBytes, true) !== maskedCrc(data)) break;
    ends.push(end);
    at = end;
  }
  return ends;
};
