/** The geometry of a 2-D convolution, worked out by tfjs's own rule. */

import * as tf from '@tensorflow/tfjs-core';

/** Sizes, strides and padding of a convolution. */
export type Geometry = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Four = [number, number, number, number];
type Strides = Parameters<typeof tf.backend_util.computeConv2DInfo>[2];
type Pad = Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
type Rounding = Parameters<typeof tf.backend_util.computeConv2DInfo>[5];

/** A shape as the tuple that tfjs asks for. */
export const four = (shape: readonly number[]): Four => [shape[0], shape[1], shape[2], shape[3]];

/** Attributes that the gradients of a convolution carry. */
export interface ConvolutionAttrs {
  readonly strides: Strides;
  readonly pad: Pad;
  readonly dimRoundingMode?: Rounding;
  readonly dilations?: Strides;
}

/** Heights, widths, strides, dilations and padding; `shape` is the input's, `filter` [kH, kW, cIn, cOut]. */
export const geometryOf = (
  shape: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode, dilations = 1 }: ConvolutionAttrs,
  depthwise = false,
): Geometry =>
  tf.backend_util.computeConv2DInfo(
    four(shape),
    four(filter),
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
