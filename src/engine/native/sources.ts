/** A digest of the sources of native code: a binary carries that of the sources from which it was made. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A digest of every source in a folder, names and texts, of 32 digits. Line endings do not count, since Git may change
 * them.
 */
export const sourcesDigest = (folder: string): string => {
  const digest = createHash('sha256');
  for (const name of readdirSync(folder)
    .filter((each) => /\.[ch]$/.test(each))
    .sort()) {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    digest.update(`${name}\n${text.length}\n${text}`);
  }
  return digest.digest('hex').slice(0, 32);
};
