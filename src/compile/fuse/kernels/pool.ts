/**
 * Pools over windows, and their adjoints. A table holds the offset of each pixel of a window from the pixel
 * of its result.
 */

import {
  add,
  and,
  block,
  choose,
  constant,
  four,
  fourIntegers,
  load,
  loadInteger,
  max,
  minus,
  mul,
  or,
  plus,
  repeat,
  type Statement,
  same,
  set,
  step,
  store,
  xor,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals } from './product.js';

/** What the kernel of a pool is called with. */
export const poolParameters = [
  'x',
  'xPlane',
  'xLine',
  'table',
  'taps',
  'to',
  'toPlane',
  'toLine',
  'planes',
  'lines',
  'vectors',
] as const;

/** Reduces the window of each result; a mean is the sum times `scale`. */
export const poolWindows = (fn: 'max' | 'mean', scale: number): Source => ({
  parameters: poolParameters.length,
  body: ([x, xPlane, xLine, table, taps, to, toPlane, toLine, planes, lines, vectors], fresh): Statement => {
    const [lineX, lineTo, a, b, tap] = locals(fresh, 5);
    const [p, l, v, k] = locals(fresh, 4);
    const value = fresh.v128();
    const join = fn === 'max' ? max : add;
    return repeat(
      p,
      planes,
      set(lineX, x),
      set(lineTo, to),
      repeat(
        l,
        lines,
        set(a, lineX),
        set(b, lineTo),
        repeat(
          v,
          vectors,
          set(tap, table),
          set(value, load(plus(a, loadInteger(tap)))),
          repeat(
            k,
            minus(taps, constant(1)),
            step(tap, constant(4)),
            set(value, join(value, load(plus(a, loadInteger(tap))))),
          ),
          store(b, 0, fn === 'max' ? value : mul(value, four(scale))),
          step(a, constant(16)),
          step(b, constant(16)),
        ),
        step(lineX, xLine),
        step(lineTo, toLine),
      ),
      step(x, xPlane),
      step(to, toPlane),
    );
  },
});

/** What the kernel of a pool's adjoint is called with; `vectors` are those of a line without the last, which is masked. */
export const poolVjpParameters = [
  'x',
  'xPlane',
  'xLine',
  'dx',
  'table',
  'taps',
  'top',
  'd',
  'plane',
  'line',
  'planes',
  'lines',
  'vectors',
  'mask',
] as const;

/**
 * Adds the cotangent of each result to `dx`, which has the layout of x. That of a maximum goes to the first
 * pixel of the window that reaches it; if the maximum is NaN, to the first NaN.
 */
export const poolWindowsVjp = (fn: 'max' | 'mean', scale: number): Source => ({
  parameters: poolVjpParameters.length,
  body: (
    [x, xPlane, xLine, dx, table, taps, top, d, plane, line, planes, lines, vectors, mask],
    fresh,
  ): Statement => {
    const [lineX, lineDx, lineTop, lineD, a, put, m, c, tap, goal] = locals(fresh, 10);
    const [p, l, v, k] = locals(fresh, 4);
    const [maximum, cotangent, free, hit, edge] = Array.from({ length: 5 }, () => fresh.v128());
    const all = fourIntegers(-1);
    const each = (masked: boolean): Statement =>
      block(
        set(cotangent, fn === 'max' ? load(c) : mul(load(c), four(scale))),
        masked ? set(cotangent, and(cotangent, edge)) : [],
        fn === 'max' ? block(set(maximum, load(m)), set(free, same(four(0), four(0)))) : [],
        set(tap, table),
        repeat(
          k,
          taps,
          set(goal, plus(put, loadInteger(tap))),
          fn === 'max'
            ? block(
                set(hit, load(plus(a, loadInteger(tap)))),
                set(hit, or(same(hit, maximum), xor(or(same(hit, hit), same(maximum, maximum)), all))),
                set(hit, and(hit, free)),
                store(goal, 0, add(load(goal), and(hit, cotangent))),
                set(free, choose(hit, four(0), free)),
              )
            : store(goal, 0, add(load(goal), cotangent)),
          step(tap, constant(4)),
        ),
      );
    return block(
      set(edge, load(mask)),
      repeat(
        p,
        planes,
        set(lineX, x),
        set(lineDx, dx),
        set(lineTop, top),
        set(lineD, d),
        repeat(
          l,
          lines,
          set(a, lineX),
          set(put, lineDx),
          set(m, lineTop),
          set(c, lineD),
          repeat(v, vectors, each(false), ...[a, put, m, c].map((at) => step(at, constant(16)))),
          each(true),
          step(lineX, xLine),
          step(lineDx, xLine),
          step(lineTop, line),
          step(lineD, line),
        ),
        step(x, xPlane),
        step(dx, xPlane),
        step(top, plane),
        step(d, plane),
      ),
    );
  },
});
