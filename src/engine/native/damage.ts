/**
 * Whether a binary is intact. The operating system maps a truncated binary, and kills the process without a message
 * when it reaches the first missing byte. A binary with changed bytes may load and compute something else.
 */

import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';

/** The file beside a binary that has the digest of its bytes. */
const digestBeside = (binary: string): string => `${binary}.sha256`;

const digestOf = (binary: string): string => createHash('sha256').update(readFileSync(binary)).digest('hex');

/** Writes the digest of a binary beside it. */
export const writeDigest = (binary: string): void =>
  writeFileSync(digestBeside(binary), `${digestOf(binary)}\n`);

/** What is wrong with a binary, as the end of a sentence; null if it is intact. */
export const damageOf = (binary: string): string | null => {
  try {
    if (!statSync(binary).isFile()) return 'is no file';
    return readFileSync(digestBeside(binary), 'utf8').trim() === digestOf(binary)
      ? null
      : 'is damaged: its bytes are not those of its digest (drumhead.node.sha256); install drumhead again, or run npm run build:native';
  } catch (cause) {
    return `cannot be compared with its digest (drumhead.node.sha256): ${cause instanceof Error ? cause.message : String(cause)}`;
  }
};
