/** Shared parts of the three convolutional recurrent networks: encoders, per-pixel transform, readout. */

import { encoder, mlp, type Readout, readout, scope, type Tensor, tanh } from '../dsl/index.js';

export interface RecurrentOptions<
  H extends number,
  W extends number,
  I extends number,
  C extends number,
  T extends number,
  K extends number,
> {
  readonly height: H;
  readonly width: W;
  /** Channels of the image. */
  readonly input: I;
  /** Channels of the encoders' middle layers; the reference's is 16. */
  readonly mid: number;
  /** Channels of hidden state at each site. */
  readonly channels: C;
  /** Number of steps; the reference's is 20. */
  readonly steps: T;
  readonly readout: Readout;
  /** Hidden layers of the per-pixel MLP; the reference's is [256, 256, 256]. */
  readonly hidden: readonly number[];
  readonly classes: K;
}

type Field<H extends number, W extends number, C extends number> = Tensor<readonly [H, W, C]>;

/**
 * The first input of the cell: four 3x3 layers and tanh, as for the initial displacement of the Neural Wave Machine.
 */
export const firstInput = <H extends number, W extends number, I extends number, C extends number>(
  image: Field<H, W, I>,
  mid: number,
  channels: C,
): Field<H, W, C> => tanh(scope('y0', encoder([mid, mid, mid], channels))(image));

/** An initial state of the cell: three 3x3 layers, no activation after the last. */
export const startState = <H extends number, W extends number, I extends number, C extends number>(
  name: string,
  image: Field<H, W, I>,
  mid: number,
  channels: C,
): Field<H, W, C> => scope(name, encoder([mid, mid], channels))(image);

/**
 * The map from the hidden state to the observed output, which is fed back: C → 2C → C with ReLU between, at each pixel.
 * It is called once, so that all steps share its weights.
 */
export const transform = <C extends number>(channels: C) => {
  const map = mlp([2 * channels], channels);
  return scope(
    'transform',
    <H extends number, W extends number>(hidden: Field<H, W, C>): Field<H, W, C> => map(hidden),
  );
};

/** The temporal readout and the MLP at each pixel. */
export const classify = <
  T extends number,
  H extends number,
  W extends number,
  C extends number,
  K extends number,
>(
  waves: Tensor<readonly [T, H, W, C]>,
  name: Readout,
  hidden: readonly number[],
  classes: K,
): Field<H, W, K> => scope('readout', mlp(hidden, classes))(readout(name)(waves));
