/** Lists of more instructions than a function takes arguments, or V8 takes bytes of a function. */

import assert from 'node:assert/strict';
import type { Instruction } from '../../../../src/compile/fuse/list/instruction.js';
import { loopRunner, memoryOf } from '../../../../src/compile/fuse/machines/loops.js';
import { wasmRunner } from '../../../../src/compile/fuse/machines/wasm.js';
import { Arena } from '../../../../src/compile/fuse/memory/arena.js';
import { copyCellsKernel } from '../../../../src/compile/fuse/registry/moves.js';

describe('a long list', () => {
  const numbers = 1000;
  const length = 150_000;
  /** Moves one number at a time, in an order that depends on every one before. */
  const moves = (at: number, count: number): readonly Instruction[] =>
    Array.from({ length: count }, (_, i) => {
      const [from, to] = [at + 4 * ((i * 7919) % numbers), at + 4 * ((i * 104_729 + 1) % numbers)];
      return copyCellsKernel.call({}, [from, 4, 0, to, 4, 0, 1, 1]);
    });
  const lists: Readonly<Record<string, (arena: Arena, at: number) => readonly Instruction[]>> = {
    'of calls that never move': (_, at) => moves(at, length),
    'with loops among its calls': (arena, at) => {
      const loop = arena.loop();
      const stride = { loop, times: 1, plus: 0, stride: 4 };
      const to = { base: at, terms: [stride] };
      const body = [copyCellsKernel.call({}, [at + 400, 4, 0, to, 4, 0, 1, 1]), ...moves(at, 10)];
      const turns: Instruction = { do: 'loop', loop, from: 0, by: 1, times: 9, body };
      return [turns, ...moves(at, length), turns];
    },
    'in the body of a loop': (arena, at) => [
      { do: 'loop', loop: arena.loop(), from: 0, by: 1, times: 2, body: moves(at, length) },
    ],
    'in a condition of a loop in a loop that ends': (arena, at) => {
      const [outer, inner] = [arena.loop(), arena.loop()];
      const ofOuter = { loop: outer, times: 1, plus: 0, stride: 4 };
      const to = { base: at + 8, terms: [ofOuter, { ...ofOuter, loop: inner }] };
      const moved = copyCellsKernel.call({}, [at + 400, 4, 0, to, 4, 0, 1, 1]);
      // 0 after the first turn; what it is after the second is moved there
      const ends = { base: at, terms: [ofOuter] };
      const isOdd = { loop: inner, times: 1, plus: 0, over: 2, is: 1 };
      const body: readonly Instruction[] = [
        moved,
        { do: 'clock', loop: inner, to: ends },
        { do: 'when', any: [isOdd], body: [...moves(at, length / 2), moved] },
      ];
      const long: Instruction = { do: 'loop', loop: inner, from: 0, by: 1, times: 3, until: ends, body };
      return [{ do: 'loop', loop: outer, from: 2, by: -1, times: 3, body: [long] }];
    },
  };
  for (const [name, listOf] of Object.entries(lists))
    it(`${name} runs in WebAssembly as in plain loops`, () => {
      const arena = new Arena();
      const at = arena.allocate(4 * numbers);
      const list = listOf(arena, at);
      const start = Float32Array.from({ length: numbers }, (_, i) => i);
      const memory = memoryOf(at + 4 * numbers);
      arena.write(at, start);
      memory.floats.set(start, at / 4);
      wasmRunner(list, arena)();
      loopRunner(list)(memory);
      const expected = memory.floats.slice(at / 4, at / 4 + numbers);
      assert.notDeepEqual(expected, start);
      assert.deepEqual(arena.floats.slice(at / 4, at / 4 + numbers), expected);
    });
});
