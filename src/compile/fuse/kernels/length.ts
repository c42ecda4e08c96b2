/** The length of a pair of numbers, and its VJP. */

import {
  absolute,
  add,
  choose,
  div,
  four,
  greater,
  type Local,
  max,
  mul,
  same,
  squareRoot,
  type Value,
} from '../../../engine/wasm/simd/code.js';
import { keepIn, type Scribe } from './functions.js';

/**
 * Beyond these a square over- or underflows, so both numbers are scaled first, by powers of two, which is
 * exact.
 */
const far = { above: 2 ** 40, scale: 2 ** -70 };
const near = { below: 2 ** -40, scale: 2 ** 90 };

/** Both numbers scaled by a power of two so that their squares are in range, the length of these, and the inverse factor. */
const scaled = (scribe: Scribe, a: Local<'v128'>, b: Local<'v128'>) => {
  const larger = keepIn(scribe, max(absolute(a), absolute(b)));
  const [isFar, isNear] = [greater(larger, four(far.above)), greater(four(near.below), larger)].map((mask) =>
    keepIn(scribe, mask),
  );
  const either = (large: number, small: number): Local<'v128'> =>
    keepIn(scribe, choose(isFar, four(large), choose(isNear, four(small), four(1))));
  const scale = either(far.scale, near.scale);
  const [x, y] = [a, b].map((value) => keepIn(scribe, mul(value, scale)));
  const length = keepIn(scribe, squareRoot(add(mul(x, x), mul(y, y))));
  return { x, length, isFar, back: () => either(1 / far.scale, 1 / near.scale) };
};

/** The code of |a + i b|. */
export const length = (scribe: Scribe, a: Local<'v128'>, b: Local<'v128'>): Value<'v128'> => {
  const { length: of, back } = scaled(scribe, a, b);
  return mul(of, back());
};

/** d a / |a + i b|, or 0 where both are 0. */
export const lengthVjp = (
  scribe: Scribe,
  d: Local<'v128'>,
  a: Local<'v128'>,
  b: Local<'v128'>,
): Value<'v128'> => {
  const { x, length: of, isFar } = scaled(scribe, a, b);
  // beside a very large part, the other may be so small that scaling it first would make it 0
  const part = mul(div(d, of), choose(isFar, a, x));
  return choose(same(of, four(0)), four(0), mul(part, choose(isFar, four(far.scale), four(1))));
};
