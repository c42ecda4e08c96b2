/** Canonical JSON and its hash: equal values give the same bytes, in any order of keys. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([k, v]) => [k, ordered(v)]),
    );
  }
  return value;
};

/**
 * JSON with sorted keys and no spaces; fields that are undefined are left out.
 *
 * @example
 * canonical({ b: 1, a: [2, { d: 3, c: undefined }] }); // => '{"a":[2,{"d":3}],"b":1}'
 */
export const canonical = (value: unknown): string => JSON.stringify(ordered(value));

/** SHA-256 of the canonical JSON, in hexadecimal. */
export const hashOf = (value: unknown): string =>
  bytesToHex(sha256(new TextEncoder().encode(canonical(value))));

/** SHA-256 of bytes, in hexadecimal. */
export const sha256Hex = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));
