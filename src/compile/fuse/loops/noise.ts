/**
 * Noise in plain loops. There is no other form, since the stream of a name goes number by number, with logarithms,
 * sines and cosines in float64.
 */

import { drawNoise } from '../../../dsl/draw-noise.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { type Layout, ofSamples } from '../ir/layout.js';
import type { Loops } from '../list/kernel.js';
import { stripBytes } from '../memory/address.js';
import { transferOf, writePlanes } from '../memory/transfer.js';

/** A source of noise, and the layout of its draws. */
export interface NoiseSource {
  readonly name: string;
  readonly distribution: 'normal' | 'uniform';
  readonly shape: Shape;
  readonly layout: Layout;
  /** Whether each step has its own draws. */
  readonly stepped: boolean;
}

export const noiseLoops = ({ name, distribution, shape, layout, stepped }: NoiseSource): Loops => {
  const transfer = transferOf(shape, layout);
  const size = volume(shape);
  const together = ofSamples(layout) ? layout.pixels[0] : 1;
  return ({ floats, doubles }, noise, clock, to, plane) => {
    const step = stepped ? floats[clock / 4] : undefined;
    const values = new Float32Array(together * size);
    for (let i = 0; i < together; i++)
      values.set(
        drawNoise(doubles[noise / 8], name, distribution, size, doubles[noise / 8 + 1 + i], step),
        i * size,
      );
    writePlanes({ floats }, transfer, values, 0, { at: to, plane, strip: stripBytes });
  };
};
