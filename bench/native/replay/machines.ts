/** Machines that run lists again: another binary in this process, or a program without Node. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NativeCode } from '../../../src/engine/native/code.js';
import {
  type Compiler,
  compile,
  compileAddon,
  compileKernels,
  levelsOf,
  portable,
  running,
} from '../compile.js';
import type { Recorded } from './recording.js';

/** Runs a list again, and returns the hash of the memory afterwards; undefined if it cannot. */
export interface Machine {
  readonly hash: (list: Recorded) => Promise<string | undefined>;
  /** Ends it; returns a sentence if it failed. */
  readonly close: () => Promise<string | undefined>;
}

const words = new Uint32Array(1 << 20);

/** The hash of `native/test/replay.c`. */
export const hashOf = (memory: Uint8Array): string => {
  const count = Math.floor(memory.length / 4);
  const all = count <= words.length ? words.subarray(0, count) : new Uint32Array(count);
  new Uint8Array(all.buffer, all.byteOffset, 4 * count).set(memory.subarray(0, 4 * count));
  let hash = 2166136261;
  for (const word of all)
    hash = Math.imul(hash ^ ((word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word), 16777619);
  return (hash >>> 0).toString(16).padStart(8, '0');
};

/** A freshly compiled binary, in this process. */
export const rebuilt = async (compiler: Compiler, folder: string, digest: string): Promise<Machine> => {
  const code: NativeCode = createRequire(import.meta.url)(await compileAddon(compiler, folder, digest));
  const level = code.levels().length - 1;
  return {
    hash: async ({ numbers, before, outside }) => {
      if (outside) return undefined;
      const memory = before.slice();
      code.run(code.program(numbers), level, memory.buffer, () => {});
      return hashOf(memory);
    },
    close: async () => undefined,
  };
};

/** How a program without Node is compiled and started. */
export interface Harness {
  readonly compiler: Compiler;
  readonly flags: readonly string[];
  readonly under: readonly string[];
  /** The portable level instead of the fastest. */
  readonly portable?: boolean;
}

const part = (of: Float64Array | Uint8Array): readonly Uint8Array[] => [
  new Uint8Array(BigUint64Array.of(BigInt(of.length)).buffer),
  new Uint8Array(of.buffer, of.byteOffset, of.byteLength),
];

/** A program without Node: it reads lists and prints hashes. */
export const harness = async (folder: string, made: Harness): Promise<Machine> => {
  const { compiler, flags, under } = made;
  const level = (made.portable === true ? undefined : levelsOf(compiler.arch)?.at(-1)) ?? portable;
  const own = [...flags, `-Dlevel_under_test=level_${level.name}`];
  const objects = [
    await compile(compiler, folder, 'replay', '../test/replay.c', own),
    await compile(compiler, folder, 'replay-program', 'program.c', flags),
    await compileKernels(compiler, folder, { ...level, name: level.name }, flags),
  ];
  const program = join(folder, 'replay');
  await running([...compiler.command, ...flags, '-o', program, ...objects, '-lm']);
  const [file, ...given] = [...under, program];
  const child = spawn(file, given, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    hash: async ({ numbers, before, outside }) => {
      if (outside) return undefined;
      for (const each of [...part(numbers), ...part(before)])
        if (!child.stdin.write(each)) await Promise.race([once(child.stdin, 'drain'), ended]);
      const { value = 'nothing: it has ended' } = await lines.next();
      return String(value).replace(/^- ends /, '');
    },
    close: async () => {
      child.stdin.end();
      const [code, signal]: readonly unknown[] = await ended;
      return code === 0 ? undefined : `it ended with ${code ?? signal}`;
    },
  };
};
