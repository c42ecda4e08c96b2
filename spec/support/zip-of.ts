/** A zip archive as np.savez and np.savez_compressed write it, zip64 fields included. */

import { deflateRawSync } from 'node:zlib';
import { buf } from 'crc-32';

export const zipOf = (members: Readonly<Record<string, Uint8Array>>, packed = false): Uint8Array => {
  const files: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const body = packed ? deflateRawSync(bytes) : Buffer.from(bytes);
    const text = Buffer.from(name);
    const wide = Buffer.alloc(20);
    wide.writeUInt16LE(1, 0);
    wide.writeUInt16LE(16, 2);
    wide.writeBigUInt64LE(BigInt(bytes.length), 4);
    wide.writeBigUInt64LE(BigInt(body.length), 12);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(45, 0);
    common.writeUInt16LE(packed ? 8 : 0, 4);
    common.writeInt32LE(buf(bytes), 10);
    common.writeUInt32LE(0xffffffff, 14);
    common.writeUInt32LE(0xffffffff, 18);
    common.writeUInt16LE(text.length, 22);
    common.writeUInt16LE(wide.length, 24);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common, text, wide, body]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 45, 3]), common, rest, text, wide]));
    files.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, directory, end]);
};
