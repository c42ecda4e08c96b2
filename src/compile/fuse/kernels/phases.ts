/** Splits lines into their even and odd pixels, and merges them again. */

import {
  block,
  constant,
  load,
  pick,
  repeat,
  type Statement,
  set,
  step,
  store,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals } from './product.js';

/** What `splitPairs` is called with, in order. */
export const pairParameters = ['from', 'fromLine', 'even', 'odd', 'toLine', 'lines', 'vectors'] as const;

/** Splits lines into even and odd pixels, four of each at a time. */
export const splitPairs = (): Source => ({
  parameters: pairParameters.length,
  body: ([from, fromLine, even, odd, toLine, lines, vectors], fresh): Statement => {
    const [a, b, c, i, j] = locals(fresh, 5);
    const [first, second] = [fresh.v128(), fresh.v128()];
    return repeat(
      i,
      lines,
      set(a, from),
      set(b, even),
      set(c, odd),
      repeat(
        j,
        vectors,
        set(first, load(a)),
        set(second, load(a, 16)),
        store(b, 0, pick(first, second, [0, 2, 4, 6])),
        store(c, 0, pick(first, second, [1, 3, 5, 7])),
        step(a, constant(32)),
        step(b, constant(16)),
        step(c, constant(16)),
      ),
      step(from, fromLine),
      step(even, toLine),
      step(odd, toLine),
    );
  },
});

/**
 * Merges lines of even and of odd pixels: (even, odd, fromLine, to, toLine, lines, vectors); `vectors` counts
 * those of `even` and of `odd`.
 */
export const mergePairs = (): Source => ({
  parameters: 7,
  body: ([even, odd, fromLine, to, toLine, lines, vectors], fresh): Statement => {
    const [a, b, c, i, j] = locals(fresh, 5);
    const [first, second] = [fresh.v128(), fresh.v128()];
    return repeat(
      i,
      lines,
      set(a, even),
      set(b, odd),
      set(c, to),
      repeat(
        j,
        vectors,
        block(set(first, load(a)), set(second, load(b))),
        store(c, 0, pick(first, second, [0, 4, 1, 5])),
        store(c, 16, pick(first, second, [2, 6, 3, 7])),
        step(a, constant(16)),
        step(b, constant(16)),
        step(c, constant(32)),
      ),
      step(even, fromLine),
      step(odd, fromLine),
      step(to, toLine),
    );
  },
});
