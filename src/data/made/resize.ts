/** Bilinear resizing with half-pixel centres. */

/** For each new pixel of an axis: the two old pixels around it, and the weight of the second. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly part: Float64Array;
}

const taps = (from: number, to: number): Taps => {
  const position = Float64Array.from({ length: to }, (_, i) =>
    Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5)),
  );
  const low = Int32Array.from(position, Math.floor);
  return { low, high: low.map((i) => Math.min(from - 1, i + 1)), part: position.map((at, i) => at - low[i]) };
};

/**
 * A function that resizes grey images: pixel i of n covers [i/n, (i+1)/n], values between centres are interpolated, and
 * beyond the outermost centres the edge value is used. Images are not smoothed first, not even if they become smaller.
 * The same as PyTorch's `interpolate(mode='bilinear', align_corners=False)`.
 *
 * @param from rows and columns of the images; `to`: rows and columns wanted
 * @returns from (rows, columns) values to (new rows, new columns) values, not rounded
 * @example
 * resizer([1, 2], [1, 4])([0, 100]) // 0, 25, 75, 100
 */
export const resizer = (
  from: readonly [number, number],
  to: readonly [number, number],
): ((image: ArrayLike<number>) => Float64Array) => {
  const down = taps(from[0], to[0]);
  const across = taps(from[1], to[1]);
  // Plain loops, since enlarging all of MNIST takes a few hundred million pixels.
  return (image) => {
    const out = new Float64Array(to[0] * to[1]);
    for (let y = 0; y < to[0]; y++) {
      const above = down.low[y] * from[1];
      const below = down.high[y] * from[1];
      const dy = down.part[y];
      for (let x = 0; x < to[1]; x++) {
        const left = across.low[x];
        const right = across.high[x];
        const dx = across.part[x];
        const upper = image[above + left] * (1 - dx) + image[above + right] * dx;
        const lower = image[below + left] * (1 - dx) + image[below + right] * dx;
        out[y * to[1] + x] = upper * (1 - dy) + lower * dy;
      }
    }
    return out;
  };
};
