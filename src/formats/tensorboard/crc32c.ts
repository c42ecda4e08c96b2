/** CRC-32C from crc-32 1.2.2, which ships no types for that half of it. */

import { createRequire } from 'node:module';

interface Checksum {
  /** Of bytes, as a signed 32-bit number. */
  readonly buf: (bytes: Uint8Array) => number;
}

export const crc32c: Checksum = createRequire(import.meta.url)('crc-32/crc32c.js');
