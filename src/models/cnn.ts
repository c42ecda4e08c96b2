/** The feed-forward baseline: a stack of convolutions of any depth, and the same MLP at each pixel. */

import { conv, encoder, mlp, program, relu, scope } from '../dsl/index.js';

export interface CnnOptions<
  H extends number,
  W extends number,
  I extends number,
  C extends number,
  K extends number,
> {
  readonly height: H;
  readonly width: W;
  /** Channels of the image. */
  readonly input: I;
  /** Channels of the middle layers; the reference's is 16. */
  readonly mid: number;
  /** Channels after the last 3x3 layer; the reference's is 2. */
  readonly channels: C;
  /**
   * Number of 3x3 layers, at least 1; the reference's are 2, 4, 8, 16 and 32. The receptive field reaches one pixel per
   * layer.
   */
  readonly layers: number;
  /** Features per channel for the MLP; the reference has 49, one less than half the steps of its wave machine. */
  readonly features: number;
  /** Hidden layers of the per-pixel MLP; the reference's is [256, 256, 256]. */
  readonly hidden: readonly number[];
  readonly classes: K;
}

/**
 * The CNN of arXiv 2502.06034: `layers` 3x3 convolutions (zero boundary) with a ReLU after each, input → mid → … →
 * channels; a 1x1 convolution to features * channels; then the MLP at each pixel.
 *
 * Outputs: logits [H, W, classes].
 *
 * @example
 * const p = cnn({ height: 64, width: 64, input: 3, mid: 16, channels: 2, layers: 8, features: 49,
 *                 hidden: [256, 256, 256], classes: 6 });   // 173,422 parameters
 */
export const cnn = <
  const H extends number,
  const W extends number,
  const I extends number,
  const C extends number,
  const K extends number,
>(
  o: CnnOptions<H, W, I, C, K>,
) =>
  program({ image: [o.height, o.width, o.input] }, ({ image }) => {
    const middle = Array.from({ length: o.layers - 1 }, () => o.mid);
    const seen = relu(scope('encoder', encoder(middle, o.channels))(image));
    const features = conv(o.features * o.channels, { kernel: 1, name: 'expansion' })(seen);
    return { logits: scope('readout', mlp(o.hidden, o.classes))(features) };
  });
