/**
 * A state as a short text for an address: JSON and bytes, deflated, in characters that are allowed in an
 * address.
 */

import { deflateSync, Inflate } from 'fflate';

/** A longer text is refused. */
const mostLetters = 60_000;
/** The limit on the inflated size, since a short text can inflate to a large one. */
const mostBytes = 400_000;

const toLetters = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const fromLetters = (letters: string): Uint8Array | undefined => {
  if (letters.length > mostLetters || !/^[\w-]*$/.test(letters)) return undefined;
  try {
    return Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
};

const unfolded = (bytes: Uint8Array): Uint8Array | undefined => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate((piece) => {
    size += piece.length;
    if (size > mostBytes) throw new Error('too long');
    pieces.push(piece);
  });
  try {
    // in small parts, so that too large a result is noticed early
    for (let at = 0; at < bytes.length; at += 512)
      stream.push(bytes.subarray(at, at + 512), at + 512 >= bytes.length);
  } catch {
    return undefined;
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
};

export interface Packed {
  readonly json: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const pack = (json: unknown, bytes = new Uint8Array(0)): string => {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const all = new Uint8Array(4 + text.length + bytes.length);
  new DataView(all.buffer).setUint32(0, text.length);
  all.set(text, 4);
  all.set(bytes, 4 + text.length);
  return toLetters(deflateSync(all, { level: 9 }));
};

/** The content of a text; undefined if `pack` did not write it. */
export const unpack = (letters: string): Packed | undefined => {
  const packed = fromLetters(letters);
  const all = packed === undefined ? undefined : unfolded(packed);
  if (all === undefined || all.length < 4) return undefined;
  const length = new DataView(all.buffer, all.byteOffset).getUint32(0);
  if (length > all.length - 4) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(all.subarray(4, 4 + length));
    return { json: JSON.parse(text), bytes: all.slice(4 + length) };
  } catch {
    return undefined;
  }
};
