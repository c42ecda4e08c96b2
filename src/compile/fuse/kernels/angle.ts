/** The angle of a pair of numbers, and its VJP. */

import {
  absolute,
  add,
  and,
  choose,
  div,
  four,
  fourIntegers,
  greater,
  type Local,
  max,
  min,
  mul,
  same,
  shiftDown,
  sub,
  type Value,
  xor,
} from '../../../engine/wasm/simd/code.js';
import { horner, keepIn, type Scribe } from './functions.js';

/** tan(pi / 8): up to here the polynomial of the Cephes library is right to 2 units in the last place. */
const near = 0.414213562373095;

/**
 * The code of atan2(a, b), the angle of the vector (b, a): the arctangent of the smaller part over the
 * larger, mapped to its octant.
 */
export const angle = (scribe: Scribe, a: Local<'v128'>, b: Local<'v128'>): Value<'v128'> => {
  const [rise, run] = [a, b].map((part) => keepIn(scribe, absolute(part)));
  const large = keepIn(scribe, max(rise, run));
  const ratio = div(min(rise, run), large);
  // both parts are 0, or both are infinite
  const even = choose(same(rise, run), choose(same(large, four(0)), four(0), four(1)), ratio);
  const t = keepIn(scribe, even);
  const far = keepIn(scribe, greater(t, four(near)));
  const z = keepIn(scribe, choose(far, div(sub(t, four(1)), add(t, four(1))), t));
  const square = keepIn(scribe, mul(z, z));
  const p = horner(
    scribe,
    square,
    [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1],
  );
  const small = add(add(mul(mul(square, z), p), z), and(far, four(Math.PI / 4)));
  const octant = keepIn(scribe, small);
  const steep = keepIn(scribe, choose(greater(rise, run), sub(four(Math.PI / 2), octant), octant));
  const back = shiftDown(b, 31);
  const half = keepIn(scribe, choose(back, sub(four(Math.PI), steep), steep));
  return xor(half, and(a, fourIntegers(-2147483648)));
};

/** d part / (part^2 + other^2), computed with both divided by the larger of the two; 0 where both are 0. */
export const angleVjp = (
  scribe: Scribe,
  d: Local<'v128'>,
  part: Local<'v128'>,
  other: Local<'v128'>,
): Value<'v128'> => {
  const large = keepIn(scribe, max(absolute(part), absolute(other)));
  const unit = keepIn(scribe, choose(same(large, four(0)), four(1), large));
  const [u, v] = [part, other].map((x) => keepIn(scribe, div(x, unit)));
  const total = keepIn(scribe, add(mul(u, u), mul(v, v)));
  return div(mul(d, div(u, choose(same(total, four(0)), four(1), total))), unit);
};
