/** Moving and reducing planes, in plain loops. */

import type { Loops } from '../list/kernel.js';
import { exp, log } from './functions.js';
import { add, div, mul, sub } from './single.js';

export const copyLoops: Loops = (
  { integers },
  ...[from, fromInner, fromOuter, to, toInner, toOuter, outer, inner, vectors]
) => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      for (let v = 0; v < 4 * vectors; v++)
        integers[(to + o * toOuter + i * toInner) / 4 + v] =
          integers[(from + o * fromOuter + i * fromInner) / 4 + v];
};

export const copyCellsLoops: Loops = (
  { integers },
  ...[from, fromInner, fromOuter, to, toInner, toOuter, outer, inner]
) => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      integers[(to + o * toOuter + i * toInner) / 4] = integers[(from + o * fromOuter + i * fromInner) / 4];
};

export const addCellsLoops: Loops = (
  { floats },
  ...[from, fromInner, fromOuter, to, toInner, toOuter, outer, inner]
) => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      floats[(to + o * toOuter + i * toInner) / 4] += floats[(from + o * fromOuter + i * fromInner) / 4];
};

export const pickCellsLoops: Loops = ({ integers }, table, from, to, fours) => {
  for (let i = 0; i < 4 * fours; i++) integers[to / 4 + i] = integers[(from + integers[table / 4 + i]) / 4];
};

export const fillLoops: Loops = ({ integers }, value, to, toOuter, outer, vectors) => {
  for (let o = 0; o < outer; o++)
    integers.fill(integers[value / 4], (to + o * toOuter) / 4, (to + o * toOuter) / 4 + 4 * vectors);
};

/**
 * Calls f for each number of the small planes, with its address there and that of the first number along the middle.
 */
const alongMiddle = (
  { outer, count, inner, plane, vectors, strips }: Readonly<Record<MiddleSize, number>>,
  [strip, smallStrip]: readonly [number, number],
  f: (large: number, small: number) => void,
): void => {
  for (let s = 0; s < strips; s++)
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++)
        for (let x = 0; x < 4 * vectors; x++)
          f(
            (s * strip + (o * count * inner + i) * plane) / 4 + x,
            (s * smallStrip) / 4 + (o * inner + i) * 4 * vectors + x,
          );
};

type MiddleSize = 'outer' | 'count' | 'inner' | 'plane' | 'vectors' | 'strips';

export const reduceLoops =
  (fn: 'sum' | 'longSum' | 'max'): Loops =>
  ({ floats }, ...[from, to, outer, count, inner, plane, vectors, strips, fromStrip, toStrip]) =>
    alongMiddle({ outer, count, inner, plane, vectors, strips }, [fromStrip, toStrip], (large, small) => {
      const first = from / 4 + large;
      const apart = (inner * plane) / 4;
      let value = floats[first];
      for (let k = 1; k < count; k++) {
        const next = floats[first + k * apart];
        value = fn === 'max' ? Math.max(value, next) : fn === 'sum' ? add(value, next) : value + next;
      }
      floats[to / 4 + small] = value;
    });

/** Whether two numbers are equal, or both NaN. */
export const isAlike = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

export const firstMaxLoops: Loops = (
  { floats },
  ...[x, top, d, to, outer, count, inner, plane, vectors, strips, strip, smallStrip]
) =>
  alongMiddle({ outer, count, inner, plane, vectors, strips }, [strip, smallStrip], (large, small) => {
    const apart = (inner * plane) / 4;
    const [maximum, cotangent] = [floats[top / 4 + small], floats[d / 4 + small]];
    let found = false;
    for (let k = 0; k < count; k++) {
      const at = large + k * apart;
      const hit: boolean = !found && isAlike(floats[x / 4 + at], maximum);
      floats[to / 4 + at] = hit ? cotangent : 0;
      found ||= hit;
    }
  });

export const crossEntropyLoops: Loops = (
  { floats, doubles },
  ...[logits, labels, to, classes, strips, scale, weights, total]
) => {
  const losses = new Float32Array(4);
  for (let s = 0; s < strips; s++)
    for (let x = 0; x < 8; x++) {
      const label = floats[labels / 4 + 8 * s + x];
      const first = 8 * classes * s + x;
      const logit = (k: number): number => floats[logits / 4 + first + 8 * k];
      let top = logit(0);
      for (let k = 0; k < classes; k++) top = Math.max(top, logit(k));
      let [sum, own, weight] = [0, 0, 0];
      for (let k = 0; k < classes; k++) {
        const e = exp(sub(logit(k), top));
        floats[to / 4 + first + 8 * k] = e;
        sum = add(sum, e);
        if (label === k) [own, weight] = [sub(logit(k), top), floats[weights / 4 + k]];
      }
      if (label > -0.5) losses[x % 4] += mul(weight, sub(log(sum), own));
      weight = mul(weight, floats[scale / 4]);
      const factor = div(weight, sum);
      for (let k = 0; k < classes; k++) {
        const at = to / 4 + first + 8 * k;
        floats[at] = sub(mul(floats[at], factor), label === k ? weight : 0);
      }
    }
  for (let lane = 0; lane < 4; lane++) doubles[total / 8 + lane] += losses[lane];
};
