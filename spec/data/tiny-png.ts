/** Writes PNG files of any depth and colour type, which the library in use does not, for the specs to read. */

import { crc32, deflateSync } from 'node:zlib';

const chunk = (kind: string, body: Uint8Array): Buffer => {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(body.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
};

/**
 * @param depth bits a sample
 * @param colourType 0 grey, 2 colours, 3 palette
 * @param rows the packed bytes of each row
 * @param extra chunks between header and pixels, by kind
 */
export const tinyPng = (
  width: number,
  depth: number,
  colourType: number,
  rows: readonly (readonly number[])[],
  extra: Readonly<Record<string, readonly number[]>> = {},
): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([depth, colourType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...Object.entries(extra).map(([kind, body]) => chunk(kind, Uint8Array.from(body))),
    chunk('IDAT', deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
    chunk('IEND', new Uint8Array(0)),
  ]);
};
