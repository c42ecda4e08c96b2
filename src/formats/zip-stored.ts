/** Zip archives without compression, written in memory: for downloads of a page. Pure. */

import { joined } from '../base/joined.js';

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

const crc32 = (bytes: Uint8Array): number => {
  let c = 0xffffffff;
  for (const byte of bytes) c = table[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};

/** A member's name is UTF-8. */
const flags = 0x0800;
/** 1 January 1980, a fixed date, so that the same files give the same archive. */
const day = 0x0021;

const bytesOf = (size: number, fields: readonly (readonly [at: number, size: 2 | 4, value: number])[]) => {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [at, width, value] of fields)
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  return bytes;
};

/**
 * The archive of these files, by their paths with '/' between folders. At most 65,535 files and 4 GB.
 *
 * @example
 * storedZip({ 'folder/hello.txt': new TextEncoder().encode('hello') })
 */
export const storedZip = (files: Readonly<Record<string, Uint8Array>>): Uint8Array => {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const common = [flags, 0, 0, day] as const;
    const sum = crc32(content);
    const local = bytesOf(30, [
      [0, 4, 0x04034b50],
      [4, 2, 20],
      [6, 2, common[0]],
      [8, 2, common[1]],
      [10, 2, common[2]],
      [12, 2, common[3]],
      [14, 4, sum],
      [18, 4, content.length],
      [22, 4, content.length],
      [26, 2, name.length],
    ]);
    directory.push(
      bytesOf(46, [
        [0, 4, 0x02014b50],
        [4, 2, 0x0314],
        [6, 2, 20],
        [8, 2, common[0]],
        [10, 2, common[1]],
        [12, 2, common[2]],
        [14, 2, common[3]],
        [16, 4, sum],
        [20, 4, content.length],
        [24, 4, content.length],
        [28, 2, name.length],
        // a plain file that its owner may write
        [38, 4, 0o100644 * 0x10000],
        [42, 4, at],
      ]),
      name,
    );
    parts.push(local, name, content);
    at += local.length + name.length + content.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = Object.keys(files).length;
  const end = bytesOf(22, [
    [0, 4, 0x06054b50],
    [8, 2, count],
    [10, 2, count],
    [12, 4, size],
    [16, 4, at],
  ]);
  return joined([...parts, ...directory, end]);
};
