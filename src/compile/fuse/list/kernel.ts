/** Definitions of kernels: description, computation in every form, cost. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { canonical } from '../../../base/canonical.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import type { Argument, Call } from './instruction.js';

/** One memory, seen as its three kinds of numbers. */
export interface Memory {
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly integers: Int32Array;
}

/** A kernel in plain loops: the memory, then the arguments. */
export type Loops = (memory: Memory, ...given: readonly number[]) => void;

/** Memory that a call reads or writes: the range from `from` to before `to`, in bytes. */
export interface Touch {
  readonly from: number;
  readonly to: number;
  /** Bytes that are moved; bytes that move twice count twice. */
  readonly bytes: number;
  readonly writes: boolean;
}

/** The least and the greatest of `count` integers from an address on: the entries of a table. */
export type TableRange = (at: number, count: number) => readonly [number, number];

/** The names of arguments that are counts: never below zero. */
export const countNames: ReadonlySet<string> = new Set([
  ...[
    'depth',
    'lines',
    'strips',
    'blocks',
    'outer',
    'inner',
    'count',
    'vectors',
    'planes',
    'groups',
    'fours',
  ],
  ...['classes', 'taps', 'batches', 'rowBlocks', 'columnBlocks', 'iBlocks', 'jBlocks', 'cells', 'rest'],
]);

/** The definition of a kind of kernel. */
export interface KernelKind<D> {
  readonly name: string;
  /** The codec of its description. */
  readonly of: t.Type<D, unknown>;
  /** The names of its arguments, in order; counts are named as in `countNames`. */
  readonly takes: (of: D) => readonly string[];
  /** Its WebAssembly; left out if plain loops are fast enough. */
  readonly wasm?: (of: D) => Source;
  /** Its description as numbers, for native code; left out if there is none. */
  readonly native?: (of: D) => readonly number[];
  /** The same in plain loops, to the bit, except for the payload of a NaN. */
  readonly loops: (of: D) => Loops;
  /** Operations of a call: an addition, a product or a function of one number counts 1. */
  readonly flops: (of: D, ...given: readonly number[]) => number;
  /**
   * Whether each number depends only on those at the same position. Then results may overlap operands exactly;
   * otherwise they must be apart, since machines take different numbers of values together.
   */
  readonly inPlace?: boolean;
  /** All memory that a call reads and writes. */
  readonly touches: (of: D, table: TableRange, ...given: readonly number[]) => readonly Touch[];
}

/** A kernel with its description. */
export interface Kernel {
  readonly name: string;
  /** A unique key. */
  readonly key: string;
  readonly takes: readonly string[];
  readonly wasm: (() => Source) | undefined;
  readonly native: (() => readonly number[]) | undefined;
  readonly loops: () => Loops;
  readonly flops: (...given: readonly number[]) => number;
  readonly inPlace: boolean;
  readonly touches: (table: TableRange, ...given: readonly number[]) => readonly Touch[];
}

/** A kind of kernel. */
export interface Defined<D> {
  readonly name: string;
  /** Whether it has native code. */
  readonly isNative: boolean;
  /** An instruction that calls the kernel. */
  readonly call: (of: D, given: readonly Argument[]) => Call;
  /** The kernel of a description, or the problem with it. */
  readonly made: (of: unknown) => E.Either<string, Kernel>;
}

/** Defines a kind of kernel. */
export const define = <D>(kind: KernelKind<D>): Defined<D> => {
  const { wasm, native } = kind;
  const madeOf = (of: D): Kernel => ({
    name: kind.name,
    key: `${kind.name} ${canonical(kind.of.encode(of))}`,
    takes: kind.takes(of),
    wasm: wasm === undefined ? undefined : () => wasm(of),
    native: native === undefined ? undefined : () => native(of),
    loops: () => kind.loops(of),
    flops: (...given) => kind.flops(of, ...given),
    inPlace: kind.inPlace ?? false,
    touches: (table, ...given) => kind.touches(of, table, ...given),
  });
  return {
    name: kind.name,
    isNative: native !== undefined,
    call: (of, given) => {
      const { length } = kind.takes(of);
      if (given.length !== length)
        throw new Error(`${kind.name} is called with ${given.length} numbers, not ${length}`);
      return { do: 'call', kernel: { kernel: kind.name, of: kind.of.encode(of) }, with: given };
    },
    made: (of) =>
      pipe(
        kind.of.decode(of),
        E.filterOrElseW(
          (value) => canonical(kind.of.encode(value)) === canonical(of),
          () => 'unknown fields',
        ),
        E.bimap(() => `${kind.name} is not made for ${canonical(of)}`, madeOf),
      ),
  };
};

/** Memory from an address on: `bytes` at each position reached by `count` steps of each stride. */
export const touch = (
  writes: boolean,
  at: number,
  bytes: number,
  ...steps: readonly (readonly [count: number, stride: number])[]
): readonly Touch[] => {
  if (bytes <= 0 || steps.some(([count]) => count <= 0)) return [];
  let [from, to, moved] = [at, at + bytes, bytes];
  for (const [count, stride] of steps) {
    const reach = (count - 1) * stride;
    if (reach < 0) from += reach;
    else to += reach;
    moved *= count;
  }
  return [{ from, to, bytes: moved, writes }];
};

/** Memory that is read. */
export const reads = (
  at: number,
  bytes: number,
  ...steps: readonly (readonly [count: number, stride: number])[]
): readonly Touch[] => touch(false, at, bytes, ...steps);

/** Memory that is written. */
export const writes = (
  at: number,
  bytes: number,
  ...steps: readonly (readonly [count: number, stride: number])[]
): readonly Touch[] => touch(true, at, bytes, ...steps);
