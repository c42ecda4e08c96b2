/** Windows over grids: the pixels that a window reads, and the grid of its results. */

import type { Boundary } from '../../../dsl/op.js';
import type { Grid, Window } from './field.js';

/** A window along one axis: window i begins at i stride - before, and its taps are `dilation` apart. */
export interface AxisWindow {
  readonly taps: number;
  readonly dilation: number;
  readonly stride: number;
  /** Sites before the first that the first window reads. */
  readonly before: number;
}

/** A window along both axes. */
export interface Reach {
  readonly rows: AxisWindow;
  readonly columns: AxisWindow;
}

/** The sites from the first tap to the last, both counted. */
export const spanOf = ({ taps, dilation }: AxisWindow): number => (taps - 1) * dilation + 1;

const axisOf = (taps: number, stride: number, dilation: number, none: boolean): AxisWindow => ({
  taps,
  stride,
  dilation,
  before: none ? 0 : Math.floor(((taps - 1) * dilation) / 2),
});

/** The windows of a convolution. An odd window is centred; the longer half of an even one comes after the centre. */
export const reachOf = ({ height, width, boundary, stride, dilation }: Window): Reach => {
  const none = boundary === 'none';
  return {
    rows: axisOf(height, stride?.[0] ?? 1, dilation?.[0] ?? 1, none),
    columns: axisOf(width, stride?.[1] ?? 1, dilation?.[1] ?? 1, none),
  };
};

/** The grid of a convolution's results: ceil(n / stride) windows along an axis, or those inside where there is no boundary. */
export const resultGrid = (window: Window, { height, width }: Grid): Grid => {
  const { rows, columns } = reachOf(window);
  const along = (n: number, axis: AxisWindow): number =>
    window.boundary === 'none'
      ? Math.floor((n - spanOf(axis)) / axis.stride) + 1
      : Math.ceil(n / axis.stride);
  return { height: along(height, rows), width: along(width, columns) };
};

/** The channels that one group reads, and those of its result. */
export const groupOf = ({
  from,
  to,
  depthwise,
  groups,
}: Window): { readonly groups: number; readonly from: number; readonly to: number } =>
  depthwise
    ? { groups: from, from: 1, to }
    : { groups: groups ?? 1, from: from / (groups ?? 1), to: to / (groups ?? 1) };

/** The channels of the result. */
export const resultsOf = ({ from, to, depthwise }: Window): number => (depthwise ? from * to : to);

/** The number of weights. */
export const weightsIn = ({ height, width, from, to, groups }: Window): number =>
  (height * width * from * to) / (groups ?? 1);

/** The index inside that an index beyond the edge mirrors. */
export const reflected = (pixel: number, size: number): number => {
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((pixel % period) + period) % period;
  return folded < size ? folded : period - folded;
};

/** The index inside the field that an index beyond the edge stands for; undefined if its value is a constant. */
export const insideOf = (pixel: number, size: number, boundary: Boundary): number | undefined => {
  if (pixel >= 0 && pixel < size) return pixel;
  if (boundary === 'circular') return ((pixel % size) + size) % size;
  return boundary === 'reflect' ? reflected(pixel, size) : undefined;
};
