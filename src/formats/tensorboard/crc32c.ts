/** CRC-32C from crc-32 1.2.2, which has no types for this function. */

import { createRequire } from 'node:module';

interface Checksum {
  /** The checksum of bytes, as a signed 32-bit number. */
  readonly buf: (bytes: Uint8Array) => number;
}

export const crc32c: Checksum = createRequire(import.meta.url)('crc-32/crc32c.js');
