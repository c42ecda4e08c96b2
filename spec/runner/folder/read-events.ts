/**
 * An event file read by hand, sharing nothing with what writes it: framing, CRC-32C bit by bit, and as much of the wire
 * format of protocol buffers as an Event needs.
 */

import assert from 'node:assert/strict';

/** CRC-32C by its definition: polynomial 0x1edc6f41, reflected, a bit at a time. */
export const crc32cByBits = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
};

/** rotate right by 15, plus a constant: tensorflow/core/lib/hash/crc32c.h. */
const masked = (crc: number): number => {
  const wide = BigInt(crc);
  return Number((((wide >> 15n) | (wide << 17n)) + 0xa282ead8n) & 0xffffffffn);
};

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version: string | null;
  readonly scalars: Readonly<Record<string, number>>;
}

type Field =
  | { readonly number: number; readonly value: number }
  | { readonly number: number; readonly bytes: Uint8Array };

const fieldsOf = (bytes: Uint8Array): readonly Field[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const number = key >>> 3;
    switch (key & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: view.getFloat64(at, true) });
        at += 8;
        break;
      case 2: {
        const length = varint();
        fields.push({ number, bytes: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        fields.push({ number, value: view.getFloat32(at, true) });
        at += 4;
        break;
      default:
        assert.fail(`no such wire type: ${key & 7}`);
    }
  }
  return fields;
};

const numberIn = (fields: readonly Field[], wanted: number): number => {
  const found = fields.find(({ number }) => number === wanted);
  return found !== undefined && 'value' in found ? found.value : 0;
};
const bytesIn = (fields: readonly Field[], wanted: number): readonly Uint8Array[] =>
  fields.flatMap((field) => (field.number === wanted && 'bytes' in field ? [field.bytes] : []));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const eventOf = (data: Uint8Array): ReadEvent => {
  const fields = fieldsOf(data);
  const [version] = bytesIn(fields, 3);
  const values = bytesIn(fields, 5).flatMap((summary) => bytesIn(fieldsOf(summary), 1).map(fieldsOf));
  return {
    wallTime: numberIn(fields, 1),
    step: numberIn(fields, 2),
    version: version === undefined ? null : text(version),
    scalars: Object.fromEntries(values.map((value) => [text(bytesIn(value, 1)[0]), numberIn(value, 2)])),
  };
};

/** The events of a file; fails at the first checksum that is wrong and at a record that is cut off. */
export const readEvents = (bytes: Uint8Array): readonly ReadEvent[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(view.getUint32(at + 8, true), masked(crc32cByBits(bytes.subarray(at, at + 8))));
    assert.equal(view.getUint32(at + 12 + length, true), masked(crc32cByBits(data)));
    events.push(eventOf(data));
    at += 12 + length + 4;
  }
  return events;
};
