/** Single precision in plain loops: each operation rounds like a lane of a vector. */

export const { fround } = Math;

export const add = (a: number, b: number): number => fround(a + b);
export const sub = (a: number, b: number): number => fround(a - b);
export const mul = (a: number, b: number): number => fround(a * b);
export const div = (a: number, b: number): number => fround(a / b);

const words = new Int32Array(1);
const numbers = new Float32Array(words.buffer);

/** The bits of a float. */
export const bitsOf = (x: number): number => {
  numbers[0] = x;
  return words[0];
};

/** The float of some bits. */
export const ofBits = (bits: number): number => {
  words[0] = bits;
  return numbers[0];
};

/** To the nearest whole number, ties to even; a zero keeps its sign. */
export const nearest = (x: number): number => {
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const low = Math.floor(x);
  const rest = x - low;
  const found = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return found === 0 && (x < 0 || Object.is(x, -0)) ? -0 : found;
};

/** As an integer, clamped to 32 bits; NaN becomes 0. */
export const toInteger = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(x)));
