/** The kernel of noise. */

import * as t from 'io-ts';
import { ofSamples } from '../ir/layout.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { noiseLoops } from '../loops/noise.js';
import { size } from './number.js';

const sizes = t.readonlyArray(size);

/** Draws of a source for a sample, or for a step of it. */
export const noiseKernel = define({
  name: 'noise',
  of: t.strict({
    name: t.string,
    distribution: t.keyof({ normal: null, uniform: null }),
    shape: sizes,
    layout: t.strict({
      dims: sizes,
      axes: t.readonlyArray(t.union([t.literal('pixel'), size])),
      pixels: sizes,
    }),
    stepped: t.boolean,
  }),
  takes: () => ['seed', 'clock', 'to', 'toPlane'],
  loops: noiseLoops,
  flops: ({ shape, layout }) => shape.reduce((a, b) => a * b, 1) * (ofSamples(layout) ? layout.pixels[0] : 1),
  touches: ({ layout, stepped }, _, seed, clock, to, plane): readonly Touch[] => {
    const [planes, pixels] = [layout.dims, layout.pixels].map((list) => list.reduce((a, b) => a * b, 1));
    // the seed, and the number of each sample
    const samples = ofSamples(layout) ? pixels : 1;
    return [
      ...reads(seed, 8 * (1 + samples)),
      ...(stepped ? reads(clock, 4) : []),
      ...writes(to, 4 * pixels, [planes, plane]),
    ];
  },
});
