/** Writes PNG files of any depth and colour type, which the library in use does not, for the specs to read. */

import { crc32, deflateSync } from 'node:zlib';

export const chunk = (kind: string, body: Uint8Array): Buffer => {
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

/** Where the pixels of Adam7's passes lie, written out once more: columns and rows of the 8x8 pattern. */
const pattern = [
  '16462646',
  '77777777',
  '56565656',
  '77777777',
  '36463646',
  '77777777',
  '56565656',
  '77777777',
];

export interface Stored {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 colours, 3 palette, 4 grey with opacity, 6 colours with opacity. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** (height, width, channels), 0 to 2^depth - 1. */
  readonly values: readonly number[];
  readonly interlaced?: boolean;
  /** The filter of row i is the i-th, from the beginning again after the last. */
  readonly filters?: readonly number[];
  /** Chunks between header and samples. */
  readonly extra?: Readonly<Record<string, readonly number[]>>;
}

const packed = (samples: readonly number[], depth: number): number[] => {
  const bits = samples.map((sample) => sample.toString(2).padStart(depth, '0')).join('');
  return (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
};

const nearest = (a: number, b: number, c: number): number =>
  [a, b, c].reduce((best, one) => (Math.abs(a + b - c - one) < Math.abs(a + b - c - best) ? one : best));

const filtered = (row: readonly number[], before: readonly number[], filter: number, step: number) =>
  row.map((byte, i) => {
    const [a, b, c] = [row[i - step] ?? 0, before[i] ?? 0, before[i - step] ?? 0];
    const guess = [0, a, b, Math.floor((a + b) / 2), nearest(a, b, c)][filter];
    return (byte - guess + 256) % 256;
  });

/** A PNG of any form from its samples, written with other means than the reader's. */
export const storedPng = (stored: Stored): Buffer => {
  const { width, height, depth, colourType, values, interlaced = false, filters = [0], extra = {} } = stored;
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colourType];
  const passOf = (x: number, y: number): string => (interlaced ? pattern[y % 8][x % 8] : '1');
  const bytes: number[] = [];
  for (const pass of interlaced ? '1234567' : '1') {
    let before: readonly number[] = [];
    let rows = 0;
    for (let y = 0; y < height; y++) {
      const row = Array.from({ length: width }, (_, x) => x)
        .filter((x) => passOf(x, y) === pass)
        .flatMap((x) => values.slice((y * width + x) * channels, (y * width + x + 1) * channels));
      if (row.length === 0) continue;
      const line = packed(row, depth);
      const filter = filters[rows++ % filters.length];
      bytes.push(filter, ...filtered(line, before, filter, Math.max(1, (channels * depth) / 8)));
      before = line;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...Object.entries(extra).map(([kind, body]) => chunk(kind, Uint8Array.from(body))),
    chunk('IDAT', deflateSync(Uint8Array.from(bytes))),
    chunk('IEND', new Uint8Array(0)),
  ]);
};
