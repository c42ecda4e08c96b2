/** The angle of a pair of numbers, and its VJP, in plain loops. */

import { horner } from './functions.js';
import { add, bitsOf, div, fround, mul, ofBits, sub } from './single.js';

/** atan2(a, b), the angle of the vector (b, a). */
export const angle = (a: number, b: number): number => {
  const [rise, run] = [Math.abs(a), Math.abs(b)];
  const large = Math.max(rise, run);
  const t = rise === run ? (large === 0 ? 0 : 1) : div(Math.min(rise, run), large);
  const far = t > fround(0.414213562373095);
  const z = far ? div(sub(t, 1), add(t, 1)) : t;
  const square = mul(z, z);
  const p = horner(square, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]);
  const octant = add(add(mul(mul(square, z), p), z), far ? fround(Math.PI / 4) : 0);
  const steep = rise > run ? sub(fround(Math.PI / 2), octant) : octant;
  const half = bitsOf(b) < 0 ? sub(fround(Math.PI), steep) : steep;
  return ofBits(bitsOf(half) ^ (bitsOf(a) & -2147483648));
};

/** d part / (part^2 + other^2). */
export const angleVjp = (d: number, part: number, other: number): number => {
  const large = Math.max(Math.abs(part), Math.abs(other));
  const unit = large === 0 ? 1 : large;
  const [u, v] = [div(part, unit), div(other, unit)];
  const total = add(mul(u, u), mul(v, v));
  return div(mul(d, div(u, total === 0 ? 1 : total)), unit);
};
