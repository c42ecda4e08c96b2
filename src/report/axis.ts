/** Arithmetic of axes: where to put ticks, and how to keep labels at line ends from covering each other. */

/** Ticks of a linear axis from `low` to at least `high`, at a step of 1, 2 or 5 times a power of ten. */
export interface Ticks {
  readonly domain: readonly [number, number];
  readonly values: readonly number[];
}

const niceStep = (rough: number): number => {
  const unit = 10 ** Math.floor(Math.log10(rough));
  const times = [1, 2, 5, 10].find((t) => t * unit >= rough * (1 - 1e-9)) ?? 10;
  return times * unit;
};

/**
 * About `count` ticks that cover low..high; zero is among them when the range holds it.
 *
 * @example
 * linearTicks(0, 0.83, 5)   // domain [0, 1], values [0, 0.2, 0.4, 0.6, 0.8, 1]
 */
export const linearTicks = (low: number, high: number, count: number): Ticks => {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // If all values are nearly equal, the size of the value itself is the range.
  const range = high - low > 1e-9 * size ? high - low : size;
  const step = niceStep((range > 1e-30 ? range : 1) / count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const values = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { domain: [values[0], values[values.length - 1]], values };
};

/**
 * Ticks of an axis of powers from `low` to `high`, both more than 0: powers of ten, and 2 and 5 times them where there is
 * room for about `count`.
 *
 * @example
 * logTicks(0.8, 30, 4)   // domain [0.8, 30], values [1, 2, 5, 10, 20]
 */
export const logTicks = (low: number, high: number, count: number): Ticks => {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) =>
    Number((10 ** (first + i)).toPrecision(12)),
  );
  const within = (times: readonly number[]): readonly number[] =>
    powers.flatMap((power) => times.map((t) => t * power)).filter((value) => value >= low && value <= high);
  const fine = within([1, 2, 5]);
  const coarse = within([1]);
  return { domain: [low, high], values: fine.length <= count + 1 || coarse.length < 2 ? fine : coarse };
};

/** Whole-number ticks from 1 to `last`: 1 and the multiples of a nice step. */
export const countTicks = (last: number, count: number): readonly number[] => {
  const step = Math.max(1, niceStep(last / count));
  const multiples = Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
  return [1, ...multiples.filter((m) => m > 1 + step / 3)];
};

/**
 * Moves positions apart as little as needed for neighbours to keep `least` between them, in their order and, where
 * there is room, inside low..high.
 */
export const spread = (
  positions: readonly number[],
  least: number,
  low: number,
  high: number,
): readonly number[] => {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b] || a - b);
  const placed = order.map((i) => Math.min(high, Math.max(low, positions[i])));
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i], placed[i - 1] + least);
  const over = placed.length === 0 ? 0 : placed[placed.length - 1] - high;
  if (over > 0) {
    placed[placed.length - 1] -= over;
    for (let i = placed.length - 2; i >= 0; i--) placed[i] = Math.min(placed[i], placed[i + 1] - least);
  }
  const result = new Array<number>(positions.length);
  order.forEach((original, rank) => {
    result[original] = placed[rank];
  });
  return result;
};
