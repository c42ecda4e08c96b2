/** Numbers in tables, with enough digits that no other value is printed as 0 or 1. */

const least = 3;
const most = 6;

/** A minus sign as wide as a plus. */
export const withMinus = (text: string): string => text.replace(/-/g, '−');

const collapses = (value: number, digits: number): boolean => {
  const shown = Number(value.toFixed(digits));
  return (shown === 0 || Math.abs(shown) === 1) && shown !== value;
};

/** The number of decimals, three to six, at which none of these is printed as 0 or 1 unless it is. */
export const digitsFor = (values: readonly number[]): number => {
  let digits = least;
  while (digits < most && values.some((value) => collapses(value, digits))) digits++;
  return digits;
};

/** A value with a number of decimals; smaller values in powers of ten. */
export const figure = (value: number, digits: number): string => {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Number(value.toFixed(digits)) === 0) return withMinus(value.toExponential(1));
  // A value near 1 keeps enough digits to differ from 1.
  if (Math.abs(Number(value.toFixed(digits))) === 1 && Math.abs(value) < 1)
    return withMinus(`${value < 0 ? '-' : ''}>0.${'9'.repeat(digits)}`);
  return withMinus(value.toFixed(digits));
};

/**
 * A score: three decimals, or more if it would look like 0 or 1.
 *
 * @example
 * scoreFigure(0.98765)   // '0.988'
 * scoreFigure(0.9996)    // '0.9996'
 */
export const scoreFigure = (value: number): string => figure(value, digitsFor([value]));

/** A count, or a mean of counts. */
export const countFigure = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 1 });
