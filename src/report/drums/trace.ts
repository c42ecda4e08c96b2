/** A sound as a growing line: the recording of the microphone so far. */

import { mix, type Rgb, type Theme } from '../colours.js';
import { blank, type Raster } from '../raster.js';

/** A recording, and the size of its picture. */
export interface Trace {
  /** One value for each frame. */
  readonly values: readonly number[];
  /** The value that reaches the top. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** The line up to `now` (an index into the values), on a base line over the whole time. */
export const traceRaster = (
  { values, scale, width, height }: Trace,
  now: number,
  colour: Rgb,
  theme: Theme,
): Raster => {
  const { rgb } = blank(width, height, theme.paper);
  const middle = (height - 1) / 2;
  const put = (x: number, y: number, ink: Rgb): void => {
    if (x >= 0 && x < width && y >= 0 && y < height) rgb.set(ink, 3 * (y * width + x));
  };
  for (let x = 0; x < width; x++) put(x, Math.round(middle), theme.line);
  const heightAt = (x: number): number => {
    const at = (x * (values.length - 1)) / (width - 1);
    const before = Math.min(Math.floor(at), values.length - 1);
    const after = Math.min(before + 1, values.length - 1);
    const value = values[before] + (at - before) * (values[after] - values[before]);
    return middle - Math.max(-1, Math.min(1, value / scale)) * (middle - 1);
  };
  const end = Math.round(((width - 1) * now) / Math.max(1, values.length - 1));
  const soft = mix(theme.paper, colour, 0.45);
  for (let x = 0; x <= end; x++) {
    const [from, to] = [heightAt(Math.max(0, x - 1)), heightAt(x)];
    const [top, bottom] = [Math.min(from, to), Math.max(from, to)];
    put(x, Math.floor(top) - 1, soft);
    for (let y = Math.floor(top); y <= Math.ceil(bottom); y++) put(x, y, colour);
    put(x, Math.ceil(bottom) + 1, soft);
  }
  return { width, height, rgb };
};
