/** The length of a pair of numbers, and its VJP, in plain loops. */

import { add, div, fround, mul } from './single.js';

const scaled = (a: number, b: number) => {
  const larger = Math.max(Math.abs(a), Math.abs(b));
  const [isFar, isNear] = [larger > 2 ** 40, larger < 2 ** -40];
  const scale = isFar ? 2 ** -70 : isNear ? 2 ** 90 : 1;
  const [x, y] = [mul(a, scale), mul(b, scale)];
  const length = fround(Math.sqrt(add(mul(x, x), mul(y, y))));
  return { x, length, isFar, back: isFar ? 2 ** 70 : isNear ? 2 ** -90 : 1 };
};

export const length = (a: number, b: number): number => {
  const { length: of, back } = scaled(a, b);
  return mul(of, back);
};

export const lengthVjp = (d: number, a: number, b: number): number => {
  const { x, length: of, isFar } = scaled(a, b);
  const part = mul(div(d, of), isFar ? a : x);
  return of === 0 ? 0 : mul(part, isFar ? 2 ** -70 : 1);
};
