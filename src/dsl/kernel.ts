/** The kernel of a convolution: its sides, its extent with dilation, and the padding that its windows need. */

import type { Boundary, OpOf } from './op.js';
import { ceilDiv, type Shape } from './shape.js';

/** The sides of a kernel [sides..., in, out]. */
export const sidesOf = (weight: Shape): Shape => weight.slice(0, -2);

/** The distance of neighbouring taps of a kernel, along each axis. */
export const dilationOf = ({ dilation, stride }: Pick<OpOf<'conv'>, 'dilation' | 'stride'>): Shape =>
  dilation ?? stride.map(() => 1);

/** (k - 1) dilation + 1: the sites from a kernel's first tap to its last, both counted. */
export const extent = (side: number, dilation: number): number => (side - 1) * dilation + 1;

/** The extent of a convolution's kernel along each axis. */
export const extentsOf = (op: Pick<OpOf<'conv'>, 'dilation' | 'stride'>, sides: Shape): Shape => {
  const dilation = dilationOf(op);
  return sides.map((side, axis) => extent(side, dilation[axis]));
};

/** The number of sites that a window begins before its own: floor((extent - 1) / 2). */
export const leadOf = (boundary: Boundary, extent: number): number =>
  boundary === 'none' ? 0 : Math.floor((extent - 1) / 2);

/** Sites that are added before and after an axis. */
export type Margin = readonly [number, number];

/** The numbers of sites to add before and after an axis of n, so that ceil(n / stride) windows of this extent fit. */
export const marginOf = (n: number, extent: number, stride: number): Margin => {
  const before = leadOf('zero', extent);
  const last = (ceilDiv(n, stride) - 1) * stride;
  return [before, Math.max(0, last + extent - n - before)];
};

/** The padding of a convolution along each axis. */
export const marginsOf = (op: OpOf<'conv'>, sizes: Shape, sides: Shape): readonly Margin[] => {
  const extents = extentsOf(op, sides);
  return sizes.map(
    (n, axis): Margin => (op.boundary === 'none' ? [0, 0] : marginOf(n, extents[axis], op.stride[axis])),
  );
};
