/** Runs a list in WebAssembly and in plain loops, and holds them against each other. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Instruction } from '../../../../src/compile/fuse/list/instruction.js';
import type { Memory } from '../../../../src/compile/fuse/list/kernel.js';
import { walk } from '../../../../src/compile/fuse/list/walk.js';
import { loopRunner, memoryOn } from '../../../../src/compile/fuse/machines/loops.js';
import { wasmRunner } from '../../../../src/compile/fuse/machines/wasm.js';
import type { Arena } from '../../../../src/compile/fuse/memory/arena.js';
import { encodeList } from '../../../../src/compile/fuse/native/encode.js';
import { nativeRunner } from '../../../../src/compile/fuse/native/run.js';
import { Kernels } from '../../../../src/compile/fuse/registry/resolve.js';
import { nativeCode } from '../../../../src/engine/native/binary.js';

/** Whether two words are the same, or both of them NaN as floats: what a NaN carries is no value. */
const isNaNs = (a: number, b: number): boolean => Number.isNaN(a) && Number.isNaN(b);

/** Throws where two memories of the same length do not hold the same bits. */
export const sameMemory = (found: ArrayBufferLike, expected: ArrayBufferLike, bytes: number): void => {
  const [a, b] = [found, expected].map((buffer) => new Int32Array(buffer, 0, Math.ceil(bytes / 4)));
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const [x, y] = [found, expected].map((buffer) => new Float32Array(buffer, 4 * i, 1)[0]);
    if (isNaNs(x, y)) continue;
    const pair = 8 * Math.floor(i / 2);
    const [c, d] = [found, expected].map((buffer) => new Float64Array(buffer, pair, 1)[0]);
    if (isNaNs(c, d)) continue;
    assert.fail(`at ${4 * i}: ${x} in one machine, ${y} in the other; as doubles ${c} and ${d}`);
  }
};

/** Runs a list in both machines from the same memory; both must leave the same bits, and write only where kernels say. */
export const runBoth = (list: readonly Instruction[], arena: Arena): void => {
  // copies of what is laid out, no more
  const size = Math.ceil(arena.bytes / 8) * 8;
  const before = new Uint8Array(arena.floats.buffer, 0, size).slice().buffer;
  const copy = memoryOn(before.slice(0));
  loopRunner(list)(copy);
  wasmRunner(list, arena)();
  sameMemory(arena.floats.buffer, copy.floats.buffer, arena.bytes);
  runNative(list, before, copy, arena.bytes);
  onlyTouched(list, before, arena);
};

let written = 0;

/** Writes a list with its memory into the folder that `DRUMHEAD_LISTS` names: what `native/test/replay.c` runs. */
const writeList = (list: readonly Instruction[], memory: ArrayBuffer, bytes: number): void => {
  const folder = process.env.DRUMHEAD_LISTS;
  if (folder === undefined) return;
  const { numbers } = encodeList(list);
  const count = (of: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(of)).buffer);
  // no byte more than is laid out, so that a sanitizer sees what goes beyond
  const parts = [
    count(numbers.length),
    new Uint8Array(numbers.buffer),
    count(bytes),
    new Uint8Array(memory, 0, bytes),
  ];
  writeFileSync(join(folder, `${process.pid}-${written++}.list`), Buffer.concat(parts));
};

/** Runs a list in native code at every level: the first gives the bits of plain loops, all others the same among themselves. */
const runNative = (
  list: readonly Instruction[],
  before: ArrayBuffer,
  expected: Memory,
  bytes: number,
): void => {
  const found = nativeCode();
  writeList(list, before, bytes);
  if (E.isLeft(found)) return;
  const code = found.right;
  const [first, second, ...others] = code.levels().map((_, level) => {
    const memory = memoryOn(before.slice(0));
    const run = nativeRunner(list, { code, level }, (kernel) => {
      const loops = kernel.loops();
      return (...given) => loops(memory, ...given);
    });
    run(memory);
    return memory.floats.buffer;
  });
  sameMemory(first, expected.floats.buffer, bytes);
  for (const other of others) sameMemory(other, second, bytes);
};

/** Throws where memory has changed that no call of a list says it writes. */
const onlyTouched = (list: readonly Instruction[], before: ArrayBufferLike, arena: Arena): void => {
  const then = new Int32Array(before);
  const now = new Int32Array(arena.floats.buffer, 0, then.length);
  const allowed = new Uint8Array(now.length);
  const kernels = new Kernels();
  walk(list, {
    call: (call, given) => {
      const table = (at: number, count: number): readonly [number, number] => {
        const entries = now.subarray(at / 4, at / 4 + count);
        return [Math.min(...entries), Math.max(...entries)];
      };
      for (const { from, to, writes } of kernels.of(call).touches(table, ...given)) {
        assert.ok(from >= 0 && to <= arena.bytes, `${call.kernel.kernel} touches ${from} to ${to}`);
        if (writes) allowed.fill(1, Math.floor(from / 4), Math.ceil(to / 4));
      }
    },
    clock: (at) => allowed.fill(1, at / 4, at / 4 + 1),
    ends: (at) => arena.floats[at / 4] !== 0,
    read: (at) => arena.floats[at / 4],
  });
  for (let i = 0; i < now.length; i++)
    if (now[i] !== then[i]) assert.ok(allowed[i] === 1, `${4 * i} has changed, and no kernel says so`);
};
