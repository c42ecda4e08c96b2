/** Colour scales: how large a displacement takes the full colour, and how to write a number beside it. */

/** More values than this are thinned out evenly: a quantile of so many does not change to the eye. */
const mostSorted = 200_000;

/** Rounded up to two significant digits, so that a colour bar ends at a number that can be read. */
export const roundUp = (value: number): number => {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  const steps = Math.ceil(value / unit - 1e-9);
  return Number((steps * unit).toPrecision(12));
};

/**
 * The end of a colour scale symmetric about zero: the given quantile of the magnitudes, rounded up. Robust, so that
 * one runaway pixel does not bleach the wave; values beyond it take the end colour. All zero (or nothing finite)
 * gives 1.
 *
 * @example
 * symmetricScale(Float32Array.from([-0.5, 0.25, 0.1]), 1)   // 0.5
 */
export const symmetricScale = (values: ArrayLike<number>, quantile = 0.995): number => {
  const stride = Math.max(1, Math.ceil(values.length / mostSorted));
  const kept = new Float64Array(Math.ceil(values.length / stride));
  let count = 0;
  for (let i = 0; i < values.length; i += stride) {
    const magnitude = Math.abs(values[i]);
    if (Number.isFinite(magnitude)) kept[count++] = magnitude;
  }
  if (count === 0) return 1;
  const sorted = kept.subarray(0, count).sort();
  const at = sorted[Math.min(count - 1, Math.ceil(quantile * count) - 1)];
  return roundUp(at > 0 ? at : sorted[count - 1]);
};

/** A scale's end in few characters: `0.35`, `12`, `1.2e-5`. */
export const scaleText = (value: number): string =>
  value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10_000)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
