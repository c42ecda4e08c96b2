/** Shared parts of the lattices: sizes, boundaries, and stencils that are fixed by physics. */

import { convolveWith, data, type Tensor } from '../../dsl/index.js';

/** The boundary of a lattice; see `Boundary`. */
export type Edge = 'circular' | 'zero' | 'reflect';

/** Sizes of a lattice and of its simulation. */
export interface Lattice<H extends number, W extends number, T extends number> {
  readonly height: H;
  readonly width: W;
  /** Number of steps; each is observed. */
  readonly steps: T;
  /** The time step h. */
  readonly dt: number;
  /** The boundary; a torus by default. */
  readonly boundary?: Edge;
}

/**
 * A convolution with the same fixed window on each channel; nothing is learned.
 *
 * @param window k x k numbers, row-major, k odd
 */
export const stencil =
  <C extends number>(window: readonly number[], channels: C, boundary: Edge) =>
  <H extends number, W extends number>(y: Tensor<readonly [H, W, C]>): Tensor<readonly [H, W, C]> => {
    const side = Math.round(Math.sqrt(window.length));
    const own = window.flatMap((value) =>
      Array.from({ length: channels * channels }, (_, i) =>
        Math.floor(i / channels) === i % channels ? value : 0,
      ),
    );
    return convolveWith(y, data(own, side, side, channels, channels), boundary);
  };

/** The five-point Laplacian times a factor: the sum of the four neighbours less four times the site. */
export const laplacian = <C extends number>(channels: C, boundary: Edge, factor = 1) =>
  stencil(
    [0, 1, 0, 1, -4, 1, 0, 1, 0].map((weight) => weight * factor),
    channels,
    boundary,
  );

/** Weights of a square window of this reach, as a function of the offsets. */
export const windowOf = (
  reach: number,
  weight: (down: number, right: number) => number,
): readonly number[] => {
  const side = 2 * reach + 1;
  return Array.from({ length: side * side }, (_, i) =>
    weight(Math.floor(i / side) - reach, (i % side) - reach),
  );
};

/** A Gaussian of this width in sites, summing to `total`; it ends at `reach` sites. */
export const gaussianWindow = (reach: number, width: number, total: number): readonly number[] => {
  const weights = windowOf(reach, (i, j) => Math.exp(-(i * i + j * j) / (2 * width * width)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (total * weight) / sum);
};
