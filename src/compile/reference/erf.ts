/** The error function, in float64. */

/**
 * 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, by exp(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), whose terms are
 * all of one sign (Abramowitz & Stegun 7.1.6). From 6 on it is 1 in float64.
 */
export const erf = (x: number): number => {
  if (Number.isNaN(x) || Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};
