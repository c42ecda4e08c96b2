/** A memory of its own, and the kernels that work on it. */

import { instantiateOn, type Memory, newMemory } from '../../engine/seam.js';
import { assemble, type Source } from '../../engine/wasm/simd/module.js';

/** A kernel: addresses and strides are bytes. */
export type Kernel = (...parameters: number[]) => void;

const page = 65_536;

/**
 * Memory that only grows: one arena for everything that a program needs, laid out before it runs. Nothing is
 * allocated while it runs.
 */
export class Machine {
  readonly #memory: Memory = newMemory(1);
  readonly #kernels = new Map<string, Kernel>();
  #used = 64;
  #floats = new Float32Array(0);

  /** So many bytes, at a multiple of 64, with room for a vector past their end. */
  allocate(bytes: number): number {
    const at = this.#used;
    this.#used = Math.ceil((at + bytes + 64) / 64) * 64;
    const missing = Math.ceil(this.#used / page) - this.#memory.buffer.byteLength / page;
    if (missing > 0) this.#memory.grow(missing);
    return at;
  }

  /** Bytes laid out so far. */
  get bytes(): number {
    return this.#used;
  }

  /** All of memory as floats; ask again after an allocation. */
  get floats(): Float32Array {
    if (this.#floats.buffer !== this.#memory.buffer) this.#floats = new Float32Array(this.#memory.buffer);
    return this.#floats;
  }

  get integers(): Int32Array {
    return new Int32Array(this.#memory.buffer);
  }

  /** The kernel of a source, assembled when first asked for: one key, one source. */
  kernel(key: string, source: () => Source): Kernel {
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const made = instantiateOn(this.#memory, assemble(source()));
    this.#kernels.set(key, made);
    return made;
  }

  /** These numbers, written once. */
  constants(values: ArrayLike<number>): number {
    const at = this.allocate(4 * values.length);
    this.floats.set(values, at / 4);
    return at;
  }

  table(values: readonly number[]): number {
    const at = this.allocate(4 * values.length);
    this.integers.set(values, at / 4);
    return at;
  }

  /** A vector whose first `count` lanes (1 to 4) have all bits set. */
  mask(count: number): number {
    return this.table([0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0)));
  }
}
