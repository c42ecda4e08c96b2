/** Windows over a field: the values that each tap of a kernel reads, margins by the boundary, and the adjoints of both. */

import type { Margin } from '../../../dsl/kernel.js';
import type { Boundary } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import { add, concat, filled, padded, reshape, reverse, sliceAxis } from '../raw.js';

/** The offsets of a kernel's taps, row-major. */
export const tapsOf = (sizes: Shape, dilation: Shape = sizes.map(() => 1)): readonly Shape[] =>
  sizes.reduce<readonly Shape[]>(
    (taps, size, axis) =>
      taps.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i * dilation[axis]])),
    [[]],
  );

/** Entries from `offset` on, every `stride`-th, `count` of them. */
const everyNth = (axis: number, offset: number, stride: number, count: number, x: Tensor): Tensor => {
  const shape = shapeOf(x);
  if (stride === 1) return sliceAxis(axis, offset, count, x);
  // Blocks of a stride, of which the first entry is kept; the last block may end beyond the field.
  const missing = Math.max(0, offset + count * stride - shape[axis]);
  const blocks = sliceAxis(axis, offset, count * stride, padded(axis, 0, missing, x));
  const split = [...shape.slice(0, axis), count, stride, ...shape.slice(axis + 1)];
  return reshape(
    shape.map((n, i) => (i === axis ? count : n)),
    sliceAxis(axis + 1, 0, 1, reshape(split, blocks)),
  );
};

/** The adjoint: entries put at `offset + i stride` of an axis of `size`, zeros between. */
const apart = (axis: number, offset: number, stride: number, size: number, x: Tensor): Tensor => {
  const shape = shapeOf(x);
  const count = shape[axis];
  const split = [...shape.slice(0, axis), count, 1, ...shape.slice(axis + 1)];
  const wide =
    stride === 1
      ? x
      : reshape(
          shape.map((n, i) => (i === axis ? n * stride : n)),
          padded(axis + 1, 0, stride - 1, reshape(split, x)),
        );
  const room = size - offset;
  const fitting = sliceAxis(axis, 0, Math.min(room, shapeOf(wide)[axis]), wide);
  return padded(axis, offset, room - shapeOf(fitting)[axis], fitting);
};

/** The values that one tap reads in every window: [windows..., C]. */
export const readTap = (tap: Shape, stride: Shape, windows: Shape, x: Tensor): Tensor =>
  tap.reduce((seen, offset, axis) => everyNth(axis, offset, stride[axis], windows[axis], seen), x);

/** The adjoint of `readTap`: puts the values of the windows at the sites that the tap reads. */
export const readTapAdjoint = (tap: Shape, stride: Shape, sizes: Shape, y: Tensor): Tensor =>
  tap.reduce((shown, offset, axis) => apart(axis, offset, stride[axis], sizes[axis], shown), y);

/** The field with margins, which hold the values beyond its edges. */
export const withMargins = (boundary: Boundary, margins: readonly Margin[], x: Tensor): Tensor =>
  margins.reduce((field, [before, after], axis) => {
    const n = shapeOf(field)[axis];
    const some = (size: number, of: () => Tensor): readonly Tensor[] => (size === 0 ? [] : [of()]);
    switch (boundary) {
      case 'none':
      case 'zero':
        return padded(axis, before, after, field);
      case 'circular':
        return concat(axis, [
          ...some(before, () => sliceAxis(axis, n - before, before, field)),
          field,
          ...some(after, () => sliceAxis(axis, 0, after, field)),
        ]);
      case 'reflect':
        return concat(axis, [
          ...some(before, () => reverse([axis], sliceAxis(axis, 1, before, field))),
          field,
          ...some(after, () => reverse([axis], sliceAxis(axis, n - 1 - after, after, field))),
        ]);
      default: {
        const fixed = (size: number): Tensor =>
          filled(
            boundary.fixed,
            shapeOf(field).map((m, i) => (i === axis ? size : m)),
          );
        return concat(axis, [
          ...some(before, () => fixed(before)),
          field,
          ...some(after, () => fixed(after)),
        ]);
      }
    }
  }, x);

/** The adjoint of `withMargins`: adds the cotangents of the margins to the sites that they were copied from. */
export const withMarginsAdjoint = (
  boundary: Boundary,
  margins: readonly Margin[],
  sizes: Shape,
  x: Tensor,
): Tensor =>
  margins.reduceRight((field, [before, after], axis) => {
    const n = sizes[axis];
    const inside = sliceAxis(axis, before, n, field);
    const left = (): Tensor => sliceAxis(axis, 0, before, field);
    const right = (): Tensor => sliceAxis(axis, before + n, after, field);
    const put = (begin: number, x: Tensor): Tensor => padded(axis, begin, n - begin - shapeOf(x)[axis], x);
    switch (boundary) {
      case 'circular':
        return [
          ...(before === 0 ? [] : [put(n - before, left())]),
          ...(after === 0 ? [] : [put(0, right())]),
        ].reduce(add, inside);
      case 'reflect':
        return [
          ...(before === 0 ? [] : [put(1, reverse([axis], left()))]),
          ...(after === 0 ? [] : [put(n - 1 - after, reverse([axis], right()))]),
        ].reduce(add, inside);
      default:
        return inside;
    }
  }, x);
