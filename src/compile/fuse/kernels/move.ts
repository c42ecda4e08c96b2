/** Moving and reducing planes. */

import {
  add,
  addDouble,
  and,
  block,
  choose,
  constant,
  div,
  four,
  fourIntegers,
  greater,
  load,
  loadInteger,
  loadSplat,
  max,
  minus,
  mul,
  or,
  pick,
  plus,
  repeat,
  type Statement,
  same,
  set,
  step,
  store,
  sub,
  times,
  toDouble,
  toFloat,
  xor,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { functions, keepIn, type Scribe } from './functions.js';
import { locals } from './product.js';

/** Copies blocks of whole vectors: (from, fromInner, fromOuter, to, toInner, toOuter, outer, inner, vectors). */
export const copyParameters = [
  'from',
  'fromInner',
  'fromOuter',
  'to',
  'toInner',
  'toOuter',
  'outer',
  'inner',
  'vectors',
] as const;

export const copy = (): Source => ({
  parameters: copyParameters.length,
  body: ([from, fromInner, fromOuter, to, toInner, toOuter, outer, inner, vectors], fresh): Statement => {
    const [a, b, c, d, i, j, k] = locals(fresh, 7);
    return repeat(
      i,
      outer,
      set(a, from),
      set(b, to),
      repeat(
        j,
        inner,
        set(c, a),
        set(d, b),
        repeat(k, vectors, store(d, 0, load(c)), step(c, constant(16)), step(d, constant(16))),
        step(a, fromInner),
        step(b, toInner),
      ),
      step(from, fromOuter),
      step(to, toOuter),
    );
  },
});

/** Copies single numbers: (from, fromInner, fromOuter, to, toInner, toOuter, outer, inner). */
export const copyCells = (): Source => ({
  parameters: 8,
  body: ([from, fromInner, fromOuter, to, toInner, toOuter, outer, inner], fresh): Statement => {
    const [a, b, i, j] = locals(fresh, 4);
    return repeat(
      i,
      outer,
      set(a, from),
      set(b, to),
      repeat(j, inner, store(b, 0, loadSplat(a), 1), step(a, fromInner), step(b, toInner)),
      step(from, fromOuter),
      step(to, toOuter),
    );
  },
});

/** Copies numbers from places that a table of bytes tells, four at a time: (table, from, to, fours). */
export const pickCells = (): Source => ({
  parameters: 4,
  body: ([table, from, to, fours], fresh): Statement => {
    const [count] = locals(fresh, 1);
    return repeat(
      count,
      fours,
      ...[0, 4, 8, 12].map((at) => store(to, at, loadSplat(plus(from, loadInteger(table, at))), 1)),
      step(table, constant(16)),
      step(to, constant(16)),
    );
  },
});

/** Fills with the number at an address: (value, to, toOuter, outer, vectors). */
export const fill = (): Source => ({
  parameters: 5,
  body: ([value, to, toOuter, outer, vectors], fresh): Statement => {
    const [a, i, j] = locals(fresh, 3);
    const number = fresh.v128();
    return block(
      set(number, loadSplat(value)),
      repeat(
        i,
        outer,
        set(a, to),
        repeat(j, vectors, store(a, 0, number), step(a, constant(16))),
        step(to, toOuter),
      ),
    );
  },
});

/**
 * Reduces along the middle: (from, to, outer, count, inner, plane, vectors, strips, fromStrip, toStrip); planes are
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

export const reducePlanes = (fn: 'sum' | 'longSum' | 'max'): Source => ({
  parameters: reduceParameters.length,
  body: ([from, to, outer, count, inner, plane, vectors, strips, fromStrip, toStrip], fresh): Statement => {
    const [a, b, group, first, at, apart] = locals(fresh, 6);
    const [s, o, i, v, k] = locals(fresh, 5);
    const [value, sum, more] = [fresh.v128(), fresh.v128(), fresh.v128()];
    const join = fn === 'max' ? max : add;
    const others = (visit: Statement): Statement =>
      repeat(k, minus(count, constant(1)), step(at, apart), visit);
    const upper = pick(value, value, [2, 3, 2, 3]);
    const reduced =
      fn === 'longSum'
        ? block(
            set(value, load(a)),
            set(sum, toDouble(value)),
            set(more, toDouble(upper)),
            others(
              block(
                set(value, load(at)),
                set(sum, addDouble(sum, toDouble(value))),
                set(more, addDouble(more, toDouble(upper))),
              ),
            ),
            set(sum, pick(toFloat(sum), toFloat(more), [0, 1, 4, 5])),
          )
        : block(set(sum, load(a)), others(set(sum, join(sum, load(at)))));
    return block(
      set(apart, times(inner, plane)),
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
              vectors,
              set(at, a),
              reduced,
              store(b, 0, sum),
              step(a, constant(16)),
              step(b, constant(16)),
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
                // of a maximum that is NaN, the first NaN
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

/**
 * Softmax cross-entropy on strips [strip, class, 8 pixels]: leaves scale * weight * (softmax - target) in `to`, and
 * adds weight * loss, summed, to the four doubles at `total`. A label below 0 is no pixel. Class weights are a table.
 */
export const entropyParameters = [
  'logits',
  'labels',
  'to',
  'classes',
  'strips',
  'scale',
  'weights',
  'total',
] as const;

export const crossEntropy = (): Source => ({
  parameters: entropyParameters.length,
  body: ([logits, labels, to, classes, strips, scale, weights, total], fresh): Statement => {
    const [s, v, k, at, put, table] = locals(fresh, 6);
    const [label, top, sum, own, weight, number, mine, lost, factor, loss] = Array.from({ length: 10 }, () =>
      fresh.v128(),
    );
    const code: Statement[] = [];
    const scribe: Scribe = { fresh, write: (statement) => code.push(statement) };
    const take = (): Statement => block(...code.splice(0));
    const e = fresh.v128();
    const written = functions.exp(scribe, keepIn(scribe, sub(load(at), top)));
    const exponential = block(take(), set(e, written));
    const logged = functions.log(scribe, sum);
    const logarithm = block(take(), set(lost, logged));
    return block(
      set(loss, four(0)),
      set(factor, loadSplat(scale)),
      repeat(
        s,
        strips,
        repeat(
          v,
          constant(2),
          set(label, load(labels)),
          set(top, load(logits)),
          set(at, logits),
          repeat(k, classes, set(top, max(top, load(at))), step(at, constant(32))),
          set(sum, four(0)),
          set(own, four(0)),
          set(weight, four(0)),
          set(number, four(0)),
          set(at, logits),
          set(put, to),
          set(table, weights),
          repeat(
            k,
            classes,
            exponential,
            store(put, 0, e),
            set(sum, add(sum, e)),
            set(mine, same(label, number)),
            set(own, choose(mine, sub(load(at), top), own)),
            set(weight, choose(mine, loadSplat(table), weight)),
            set(number, add(number, four(1))),
            step(at, constant(32)),
            step(put, constant(32)),
            step(table, constant(4)),
          ),
          logarithm,
          set(loss, add(loss, and(greater(label, four(-0.5)), mul(weight, sub(lost, own))))),
          set(weight, mul(weight, factor)),
          set(sum, div(weight, sum)),
          set(number, four(0)),
          set(put, to),
          repeat(
            k,
            classes,
            set(e, mul(load(put), sum)),
            store(put, 0, sub(e, and(same(label, number), weight))),
            set(number, add(number, four(1))),
            step(put, constant(32)),
          ),
          step(labels, constant(16)),
          step(logits, constant(16)),
          step(to, constant(16)),
        ),
        // the second half of a strip is done: on to the next strip's first class
        step(logits, minus(times(classes, constant(32)), constant(32))),
        step(to, minus(times(classes, constant(32)), constant(32))),
      ),
      store(total, 0, addDouble(load(total), toDouble(loss))),
      store(total, 16, addDouble(load(total, 16), toDouble(pick(loss, loss, [2, 3, 2, 3])))),
    );
  },
});
