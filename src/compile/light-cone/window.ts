/** Windows of convolutions and poolings along one axis: which site of the input each tap of each window reads. */

import { extent, leadOf } from '../../dsl/kernel.js';
import type { Boundary } from '../../dsl/op.js';

/** The site of a position, or -1 if the boundary gives it a fixed number. */
const within = (position: number, n: number, boundary: Boundary): number => {
  if (position >= 0 && position < n) return position;
  if (boundary === 'circular') return ((position % n) + n) % n;
  if (boundary === 'reflect') return position < 0 ? -position : 2 * (n - 1) - position;
  return -1;
};

/** site[i][k]: the site that tap k of window i reads, -1 for none. */
export type Taps = readonly (readonly number[])[];

/** Taps of a convolution or, with boundary `none`, of a pooling. */
export const taps = (
  n: number,
  out: number,
  kernel: number,
  stride: number,
  boundary: Boundary,
  dilation = 1,
): Taps => {
  const lead = leadOf(boundary, extent(kernel, dilation));
  return Array.from({ length: out }, (_, i) =>
    Array.from({ length: kernel }, (_, k) => within(i * stride + k * dilation - lead, n, boundary)),
  );
};

/** Taps of a transposed convolution: output o is fed through tap k by site (o - k) / stride, if that is a site. */
export const transposedTaps = (n: number, out: number, kernel: number, stride: number): Taps =>
  Array.from({ length: out }, (_, o) =>
    Array.from({ length: kernel }, (_, k) => {
      const site = (o - k) / stride;
      return Number.isInteger(site) && site >= 0 && site < n ? site : -1;
    }),
  );
