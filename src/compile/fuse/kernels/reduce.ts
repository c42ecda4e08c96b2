/** Sums and extremes along planes, and the adjoint of the largest. */

import {
  add,
  addDouble,
  and,
  block,
  choose,
  constant,
  four,
  fourIntegers,
  higher,
  type Local,
  load,
  minus,
  or,
  pick,
  plus,
  repeat,
  type Statement,
  same,
  set,
  shiftRight,
  step,
  store,
  times,
  toDouble,
  toFloat,
  type Value,
  xor,
} from '../../../engine/wasm/simd/code.js';
import type { Fresh, Source } from '../../../engine/wasm/simd/module.js';
import { locals } from './product.js';

/**
 * Reduces along the middle, an even number of vectors: (from, to, outer, count, inner, plane, vectors, strips, fromStrip, toStrip); planes are
 * [outer, count, inner].
 */
export const reduceParameters = [
  'from',
  'to',
  'outer',
  'count',
  'inner',
  'plane',
  'vectors',
  'strips',
  'fromStrip',
  'toStrip',
] as const;

/**
 * The maximum with two rules: 0 is above -0, and NaN wins. WebAssembly's own maximum applies both at each
 * step and takes three times as long; here NaN is looked for beside the maximum.
 */
const maximum = (
  half: number,
  fresh: Fresh,
  first: Value<'v128'>,
  value: Value<'v128'>,
  to: Local<'i32'>,
) => {
  const [most, next, numbers] = [fresh.v128(), fresh.v128(), fresh.v128()];
  return {
    begin: block(set(most, first), set(numbers, same(most, most))),
    next: block(
      set(next, value),
      set(numbers, and(numbers, same(next, next))),
      set(most, and(higher(most, next), higher(next, most))),
    ),
    end: store(to, 16 * half, choose(numbers, most, four(NaN))),
  };
};

export const reducePlanes = (fn: 'sum' | 'longSum' | 'max'): Source => ({
  parameters: reduceParameters.length,
  body: ([from, to, outer, count, inner, plane, vectors, strips, fromStrip, toStrip], fresh): Statement => {
    const [a, b, group, first, at, apart, pairs] = locals(fresh, 7);
    const [s, o, i, v, k] = locals(fresh, 5);
    // two vectors at once, since each step waits for the one before
    const both = [0, 1].map((half) => {
      const [value, sum, more] = [fresh.v128(), fresh.v128(), fresh.v128()];
      const upper = pick(value, value, [2, 3, 2, 3]);
      const read = (address: Local<'i32'>): Value<'v128'> => load(address, 16 * half);
      if (fn === 'max') return maximum(half, fresh, read(a), read(at), b);
      return fn === 'longSum'
        ? {
            begin: block(set(value, read(a)), set(sum, toDouble(value)), set(more, toDouble(upper))),
            next: block(
              set(value, read(at)),
              set(sum, addDouble(sum, toDouble(value))),
              set(more, addDouble(more, toDouble(upper))),
            ),
            end: store(b, 16 * half, pick(toFloat(sum), toFloat(more), [0, 1, 4, 5])),
          }
        : {
            begin: set(sum, read(a)),
            next: set(sum, add(sum, read(at))),
            end: store(b, 16 * half, sum),
          };
    });
    return block(
      set(apart, times(inner, plane)),
      set(pairs, shiftRight(vectors, constant(1))),
      repeat(
        s,
        strips,
        set(group, from),
        set(b, to),
        repeat(
          o,
          outer,
          set(first, group),
          repeat(
            i,
            inner,
            set(a, first),
            repeat(
              v,
              pairs,
              set(at, a),
              ...both.map(({ begin }) => begin),
              repeat(k, minus(count, constant(1)), step(at, apart), ...both.map(({ next }) => next)),
              ...both.map(({ end }) => end),
              step(a, constant(32)),
              step(b, constant(32)),
            ),
            step(first, plane),
          ),
          step(group, times(count, apart)),
        ),
        step(from, fromStrip),
        step(to, toStrip),
      ),
    );
  },
});

/** The adjoint of max: (x, maximum, cotangent, to, outer, count, inner, plane, vectors, strips, strip, smallStrip). */
export const firstMax = (): Source => ({
  parameters: 12,
  body: (
    [x, top, d, to, outer, count, inner, plane, vectors, strips, strip, smallStrip],
    fresh,
  ): Statement => {
    const [group, target, first, goal, a, b, at, put, apart] = locals(fresh, 9);
    const [s, o, i, v, k, small] = locals(fresh, 6);
    const [maximum, cotangent, free, hit] = [fresh.v128(), fresh.v128(), fresh.v128(), fresh.v128()];
    const all = fourIntegers(-1);
    return block(
      set(apart, times(inner, plane)),
      repeat(
        s,
        strips,
        set(group, x),
        set(target, to),
        set(small, constant(0)),
        repeat(
          o,
          outer,
          set(first, group),
          set(goal, target),
          repeat(
            i,
            inner,
            set(a, first),
            set(b, goal),
            repeat(
              v,
              vectors,
              set(maximum, load(plus(top, small))),
              set(cotangent, load(plus(d, small))),
              set(free, same(four(0), four(0))),
              set(at, a),
              set(put, b),
              repeat(
                k,
                count,
                set(hit, load(at)),
                // if the maximum is NaN, the first NaN
                set(hit, or(same(hit, maximum), xor(or(same(hit, hit), same(maximum, maximum)), all))),
                set(hit, and(hit, free)),
                store(put, 0, and(hit, cotangent)),
                set(free, choose(hit, four(0), free)),
                step(at, apart),
                step(put, apart),
              ),
              step(a, constant(16)),
              step(b, constant(16)),
              step(small, constant(16)),
            ),
            step(first, plane),
            step(goal, plane),
          ),
          step(group, times(count, apart)),
          step(target, times(count, apart)),
        ),
        step(x, strip),
        step(to, strip),
        step(top, smallStrip),
        step(d, smallStrip),
      ),
    );
  },
});
