/**
 * Powers that are the same bits wherever a program is built. `Math.pow` and `**` are not: V8 changed theirs between Node
 * 22 and 24, and other browsers have their own, by one unit in the last place. A number that becomes part of a program
 * is part of its hash, and one that becomes part of a step is part of the weights.
 *
 * Only sums, products, quotients and roots of doubles are used, which IEEE 754 rounds in one way. Squares (`x ** 2`) and
 * powers of two are exact or rounded once everywhere, and may be written as they are.
 */

/** A number as the sum of two doubles, the second below half a unit in the last place of the first: about 106 bits. */
type Pair = readonly [high: number, low: number];

const sum = (a: number, b: number): Pair => {
  const s = a + b;
  const t = s - a;
  return [s, a - (s - t) + (b - t)];
};

/** The product of two doubles without error (Dekker 1971; |a|, |b| below 2^996). */
const product = (a: number, b: number): Pair => {
  const split = (x: number): Pair => {
    const t = 134217729 * x;
    const high = t - (t - x);
    return [high, x - high];
  };
  const p = a * b;
  const [ah, al] = split(a);
  const [bh, bl] = split(b);
  return [p, ah * bh - p + ah * bl + al * bh + al * bl];
};

const add = (a: Pair, b: Pair): Pair => {
  const [s, e] = sum(a[0], b[0]);
  return sum(s, e + a[1] + b[1]);
};

const times = (a: Pair, b: Pair): Pair => {
  const [p, e] = product(a[0], b[0]);
  return sum(p, e + a[0] * b[1] + a[1] * b[0]);
};

const over = (a: Pair, b: Pair): Pair => {
  const q = a[0] / b[0];
  const left = add(a, times([-q, 0], b));
  return sum(q, left[0] / b[0]);
};

const ln2: Pair = [Math.LN2, 2.3190468138462996e-17];

/** `log(x)` of a normal `x` above zero: the exponent's share, and `2 atanh((m - 1) / (m + 1))` by its series. */
const logarithm = (x: number): Pair => {
  let [mantissa, exponent] = [x, 0];
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent++;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent--;
  const s = over(sum(mantissa, -1), sum(mantissa, 1));
  const square = times(s, s);
  let [series, term]: [Pair, Pair] = [s, s];
  for (let odd = 3; odd < 45; odd += 2) {
    term = times(term, square);
    series = add(series, over(term, [odd, 0]));
  }
  return add(times(ln2, [exponent, 0]), times([2, 0], series));
};

/** `exp(a)`: Taylor's series of a small part of the exponent, squared as often as that part was halved. */
const exponential = (a: Pair): number => {
  const twos = Math.round(a[0] / ln2[0]);
  const halvings = 8;
  const rest = times(add(a, times(ln2, [-twos, 0])), [2 ** -halvings, 0]);
  // e = exp(rest) - 1, and (1 + e)^2 - 1 = e (2 + e): e is squared without its 1, beside which it would lose digits.
  let [series, term]: [Pair, Pair] = [rest, rest];
  for (let n = 2; n < 14; n++) {
    term = over(times(term, rest), [n, 0]);
    series = add(series, term);
  }
  for (let k = 0; k < halvings; k++) series = times(series, add([2, 0], series));
  const [high, low] = add([1, 0], series);
  // Two steps, so that the scale itself does not overflow before the product does.
  const half = Math.trunc(twos / 2);
  return (high + low) * 2 ** half * 2 ** (twos - half);
};

/**
 * `base ** exponent`, with the same bits on every machine and in every version of Node.
 *
 * The result is within .51 units in the last place, where it is a normal number: powers that are whole numbers are exact.
 *
 * @param base Zero or more.
 * @example
 * power(2, 10) // 1024
 */
export const power = (base: number, exponent: number): number => {
  if (exponent === 0) return 1;
  if (exponent === 1) return base;
  if (!(base > 0 && Number.isFinite(base) && Number.isFinite(exponent))) return base ** exponent;
  const size = exponent * Math.log(base);
  if (Math.abs(size) > 800) return size > 0 ? Number.POSITIVE_INFINITY : 0;
  return exponential(times(logarithm(base), [exponent, 0]));
};
