/** The arena: one memory for everything that a fused program needs, and the kernels that work on it. */

import { instantiateOn, type Memory, newMemory } from '../../../engine/seam.js';
import { assemble, type Source } from '../../../engine/wasm/simd/module.js';

/** A kernel: addresses and strides are bytes. */
export type Kernel = (...parameters: number[]) => void;

const page = 65_536;

/** The memory of an arena, which grows by pages, and kernels that are instantiated on it. */
export interface ArenaMemory {
  readonly byteLength: () => number;
  readonly grow: (pages: number) => void;
  readonly buffer: () => ArrayBuffer;
  readonly assembled: (key: string, source: () => Source) => Kernel;
}

/** A cache of assembled kernels, shared by all programs. When it is full, the least recently used one is dropped. */
const assembledBefore = new Map<string, Uint8Array>();
const mostAssembled = 500;

const bytesOf = (key: string, source: () => Source): Uint8Array => {
  const bytes = assembledBefore.get(key) ?? assemble(source());
  assembledBefore.delete(key);
  assembledBefore.set(key, bytes);
  const [oldest] = assembledBefore.keys();
  if (assembledBefore.size > mostAssembled && oldest !== undefined) assembledBefore.delete(oldest);
  return bytes;
};

const wasmMemory = (): ArenaMemory => {
  const memory: Memory = newMemory(1);
  return {
    byteLength: () => memory.buffer.byteLength,
    grow: (pages) => void memory.grow(pages),
    buffer: () => memory.buffer,
    assembled: (key, source) => instantiateOn(memory, bytesOf(key, source)),
  };
};

/** No memory at all: an arena on it only counts the bytes that it would take. */
export const countedMemory = (): ArenaMemory => {
  const nothing = new ArrayBuffer(0);
  return {
    byteLength: () => Number.POSITIVE_INFINITY,
    grow: () => {},
    buffer: () => nothing,
    assembled: () => () => {},
  };
};

/**
 * Memory that only grows. Everything is allocated before a program runs; nothing is allocated while it runs.
 */
export class Arena {
  readonly #kernels = new Map<string, Kernel>();
  #used = 64;
  #floats = new Float32Array(0);
  #doubles = new Float64Array(0);

  constructor(private readonly memory: ArenaMemory = wasmMemory()) {}

  /** Allocates bytes at a multiple of 64, with room for a vector past their end. */
  allocate(bytes: number): number {
    const at = this.#used;
    this.#used = Math.ceil((at + bytes + 64) / 64) * 64;
    const missing = Math.ceil((this.#used - this.memory.byteLength()) / page);
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** Bytes laid out so far. */
  get bytes(): number {
    return this.#used;
  }

  /** All of memory as floats; ask again after an allocation. */
  get floats(): Float32Array {
    const buffer = this.memory.buffer();
    if (this.#floats.buffer !== buffer) this.#floats = new Float32Array(buffer);
    return this.#floats;
  }

  /** The same memory as doubles. */
  get doubles(): Float64Array {
    const buffer = this.memory.buffer();
    if (this.#doubles.buffer !== buffer) this.#doubles = new Float64Array(buffer);
    return this.#doubles;
  }

  /** The kernel of a source, assembled when first used. A key means one source, in all arenas of a process. */
  kernel(key: string, source: () => Source): Kernel {
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const made = this.memory.assembled(key, source);
    this.#kernels.set(key, made);
    return made;
  }

  /** Writes these numbers at an address. */
  write(at: number, values: ArrayLike<number>): void {
    const { floats } = this;
    for (let i = 0; i < values.length; i++) floats[at / 4 + i] = values[i];
  }

  /** These numbers, written once. */
  constants(values: ArrayLike<number>): number {
    const at = this.allocate(4 * values.length);
    this.write(at, values);
    return at;
  }

  table(values: readonly number[]): number {
    const at = this.allocate(4 * values.length);
    const integers = new Int32Array(this.memory.buffer());
    // not `set`: on no memory nothing is written
    for (let i = 0; i < values.length; i++) integers[at / 4 + i] = values[i];
    return at;
  }

  /** A vector whose first `count` lanes (1 to 4) have all bits set. */
  mask(count: number): number {
    return this.table([0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0)));
  }
}
