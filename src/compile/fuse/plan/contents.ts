/** The initial bytes of a plan's memory. */

import type { TableRange } from '../list/kernel.js';
import type { Content, MemoryLayout } from './plan.js';

/** Some bytes of memory as a content; zeros need no text. */
export const contentOf = (memory: ArrayBufferLike, at: number, bytes: number): Content => {
  const part = new Uint8Array(memory, at, bytes);
  if (part.every((byte) => byte === 0)) return { at, bytes };
  let text = '';
  for (const byte of part) text += String.fromCharCode(byte);
  return { at, bytes, base64: btoa(text) };
};

/** Writes the contents into a memory of zeros. */
export const writeContents = ({ contents }: MemoryLayout, memory: ArrayBufferLike): void => {
  for (const { at, bytes, base64 } of contents) {
    if (base64 === undefined) continue;
    const text = atob(base64);
    const part = new Uint8Array(memory, at, bytes);
    for (let i = 0; i < bytes; i++) part[i] = text.charCodeAt(i);
  }
};

/** The least and the greatest of `count` integers in memory. */
export const rangeIn =
  (integers: Int32Array): TableRange =>
  (at, count) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = at / 4; i < at / 4 + count; i++) {
      low = Math.min(low, integers[i]);
      high = Math.max(high, integers[i]);
    }
    return [low, high];
  };
