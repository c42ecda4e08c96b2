/** The arena: one memory for everything that a fused program needs, and the kernels that work on it. */

import { instantiateOn, type Memory, newMemory } from '../../../engine/host.js';
import type { NativeLevel } from '../../../engine/native/code.js';
import { assemble, type Source } from '../../../engine/wasm/simd/module.js';

/** A kernel: addresses and strides are bytes. */
export type Kernel = (...parameters: number[]) => void;

const page = 65_536;

/** The memory of an arena, which grows by pages, and kernels that are instantiated on it. */
export interface ArenaMemory {
  readonly byteLength: () => number;
  readonly grow: (pages: number) => void;
  readonly buffer: () => ArrayBuffer;
  /** Whether lists run on it. */
  readonly runs: boolean;
  readonly assembled: (key: string, source: () => Source) => Kernel;
  /** The function of these bytes, which calls others. */
  readonly driver: (bytes: Uint8Array, functions: readonly Kernel[]) => Kernel;
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
    runs: true,
    assembled: (key, source) => instantiateOn(memory, bytesOf(key, source)),
    driver: (bytes, functions) => instantiateOn(memory, bytes, functions),
  };
};

/** A memory without bytes: an arena on it only counts the bytes that it would take. */
export const countedMemory = (): ArenaMemory => {
  const nothing = new ArrayBuffer(0);
  return {
    byteLength: () => Number.POSITIVE_INFINITY,
    grow: () => {},
    buffer: () => nothing,
    runs: false,
    assembled: () => () => {},
    driver: () => () => {},
  };
};

/** A part of memory, and its purpose. */
export interface Part {
  readonly name: string;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Memory that only grows. Everything is allocated before a program runs; nothing is allocated while it runs.
 */
export class Arena {
  readonly #kernels = new Map<string, Kernel>();
  readonly #contents: { readonly at: number; readonly bytes: number }[] = [];
  readonly #parts: Part[] = [];
  #used = 64;
  #loops = 0;
  #floats = new Float32Array(0);
  #doubles = new Float64Array(0);
  #integers = new Int32Array(0);

  /** @param native runs lists on this memory; left out: WebAssembly does */
  constructor(
    private readonly memory: ArenaMemory = wasmMemory(),
    readonly native?: NativeLevel,
  ) {}

  /** Allocates bytes at a multiple of 64, with room for a vector past their end; `name` is for people. */
  allocate(bytes: number, name = 'memory'): number {
    const at = this.#used;
    this.#parts.push({ name, at, bytes });
    this.#used = Math.ceil((at + bytes + 64) / 64) * 64;
    const missing = Math.ceil((this.#used - this.memory.byteLength()) / page);
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** Bytes laid out so far. */
  get bytes(): number {
    return this.#used;
  }

  /** A number for a loop, which no other loop on this memory has. */
  loop(): number {
    return this.#loops++;
  }

  /** What has been allocated, in the order of addresses. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** The ranges of constants and tables; nothing writes there after they are laid out. */
  get contents(): readonly { readonly at: number; readonly bytes: number }[] {
    return this.#contents;
  }

  /** Whether lists run on it, or bytes are only counted. */
  get runs(): boolean {
    return this.memory.runs;
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

  /** The same memory as integers. */
  get integers(): Int32Array {
    const buffer = this.memory.buffer();
    if (this.#integers.buffer !== buffer) this.#integers = new Int32Array(buffer);
    return this.#integers;
  }

  /** A function on this memory, assembled, that calls others. */
  driver(bytes: Uint8Array, functions: readonly Kernel[]): Kernel {
    return this.memory.driver(bytes, functions);
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

  /** Declares that the content of these bytes does not change. */
  fix(at: number, bytes: number): void {
    this.#contents.push({ at, bytes });
  }

  /** These numbers, written once. */
  constants(values: ArrayLike<number>, name = 'constants'): number {
    const at = this.allocate(4 * values.length, name);
    this.write(at, values);
    this.fix(at, 4 * values.length);
    return at;
  }

  /** These integers, written once. */
  table(values: readonly number[], name = 'table'): number {
    const at = this.allocate(4 * values.length, name);
    this.fix(at, 4 * values.length);
    const { integers } = this;
    // not `set`, since a memory without bytes ignores writes
    for (let i = 0; i < values.length; i++) integers[at / 4 + i] = values[i];
    return at;
  }

  /** A vector whose first `count` lanes (1 to 4) have all bits set. */
  mask(count: number): number {
    return this.table(
      [0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0)),
      'mask',
    );
  }
}
