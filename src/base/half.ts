/** Numbers of 16 bits. */

/**
 * The value of a half-precision float from its bits: a sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16).
 *
 * @example
 * halfOf(0x3c00); // => 1
 */
export const halfOf = (bits: number): number => {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};
