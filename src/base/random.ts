/**
 * Seeded random streams.
 *
 * A stream is named: `stream(seed, 'tetrominoes', 'train', 17)` always yields the same numbers, whatever else was
 * drawn before, so that adding a parameter or an image never changes the others. The generator is sfc32 seeded by
 * SHA-256 of the name; integer arithmetic only, so it is the same on every machine.
 */

import { sha256 } from '@noble/hashes/sha2.js';

/** A stream of random numbers; every call takes the next ones. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-32. */
  readonly uniform: () => number;
  /** Uniform integer in [0, n), n a whole number from 1 to 2^32; without modulo bias. */
  readonly integer: (n: number) => number;
  /** Standard normal (Box-Muller, both halves used). */
  readonly normal: () => number;
  /** The same elements in a random order (Fisher-Yates); the argument is not changed. */
  readonly shuffle: <A>(items: readonly A[]) => A[];
}

/** The four words that the generator of this seed and name starts from. */
export const startOf = (seed: number, name: readonly (string | number)[]): Uint32Array => {
  const digest = sha256(new TextEncoder().encode(JSON.stringify([seed, ...name])));
  return new Uint32Array(digest.buffer.slice(digest.byteOffset, digest.byteOffset + 16));
};

/**
 * The stream of this seed and name. Parts are joined unambiguously: ('a', 'b') and ('a/b') differ.
 *
 * @example
 * const random = stream(7, 'a', 1);
 * [random.uniform(), random.integer(10)]; // => [0.5587404100224376, 8]
 */
export const stream = (seed: number, ...name: readonly (string | number)[]): Random => {
  let [a, b, c, counter] = startOf(seed, name);
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  const uniform = (): number => next() / 2 ** 32;
  const integer = (n: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let drawn = next();
    while (drawn >= limit) drawn = next();
    return drawn % n;
  };
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const shuffle = <A>(items: readonly A[]): A[] => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = integer(i + 1);
      const held = out[i];
      out[i] = out[j];
      out[j] = held;
    }
    return out;
  };
  return { uniform, integer, normal, shuffle };
};
