/** Colour scales: the displacement of full colour, and the number beside it. */

/** Of more values than this, evenly spaced ones are taken; the quantile does not change visibly. */
const mostSorted = 200_000;

/** Rounded up to two significant digits, so that a colour bar ends at a readable number. */
export const roundUp = (value: number): number => {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  const steps = Math.ceil(value / unit - 1e-9);
  return Number((steps * unit).toPrecision(12));
};

/**
 * The end of a colour scale symmetric about zero: the given quantile of the magnitudes, rounded up. It is robust: one
 * extreme pixel does not make the others pale. Values beyond it take the end colour. All zero (or nothing finite) gives
 * 1.
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

/** A scale of colours: the value that is white, and the distance from it to the full colour, on both sides. */
export interface ValueScale {
  readonly centre: number;
  readonly end: number;
}

/** Values have an offset if they are further from zero than this share of their range. */
const offsetFrom = 0.75;

/**
 * The scale of one channel of waves. White is zero if the values oscillate about zero; otherwise it is their mean, so
 * that the oscillation is visible. Values that are not finite do not count.
 *
 * @example
 * channelScale([99, 101, 99, 101], 0, 1)   // { centre: 100, end: 1 }
 */
export const channelScale = (
  values: ArrayLike<number>,
  channel: number,
  channels: number,
  quantile = 0.995,
): ValueScale => {
  const own = Math.floor(values.length / channels);
  const stride = Math.max(1, Math.ceil(own / mostSorted));
  const kept: number[] = [];
  for (let i = 0; i < own; i += stride) {
    const value = values[i * channels + channel];
    if (Number.isFinite(value)) kept.push(value);
  }
  const mean = kept.reduce((sum, value) => sum + value, 0) / Math.max(1, kept.length);
  const spread = symmetricScale(
    kept.map((value) => value - mean),
    quantile,
  );
  // Values that differ only by rounding are drawn as a constant.
  const apart = kept.some((value) => value !== kept[0]) && spread > 4e-6 * Math.abs(mean);
  if (!apart || Math.abs(mean) <= offsetFrom * spread)
    return { centre: 0, end: symmetricScale(kept, quantile) };
  const unit = 10 ** (Math.floor(Math.log10(spread)) - 1);
  return { centre: Number((Math.round(mean / unit) * unit).toPrecision(15)), end: spread };
};

/** A scale in a few characters: `±0.35`, or with an offset `100 ± 0.35`. */
export const rangeText = ({ centre, end }: ValueScale): string => {
  if (centre === 0) return `±${scaleText(end)}`;
  const size = Math.abs(centre);
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(end)));
  const middle = size < 1e6 && decimals <= 6 ? centre.toFixed(decimals) : centre.toPrecision(6);
  return `${middle.replace('-', '−')} ± ${scaleText(end)}`;
};

/** A scale's end in few characters: `0.35`, `12`, `1.2e-5`. */
export const scaleText = (value: number): string =>
  value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10_000)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));

/** The number of decimals of a written number, at most six. */
const decimalsOf = (value: number): number => {
  const decimals = Array.from({ length: 7 }, (_, n) => n).find(
    (n) => Math.abs(Number(value.toFixed(n)) - value) <= 1e-9 * Math.abs(value),
  );
  return decimals ?? 6;
};

/**
 * A time with as many decimals as needed to distinguish steps.
 *
 * @example
 * timeText(0.3, 0.05)   // '0.30'
 */
export const timeText = (time: number, step: number): string => time.toFixed(Math.max(1, decimalsOf(step)));
