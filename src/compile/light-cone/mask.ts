/** Masks: one byte per element, row-major; 1 if it takes part. Only the function that makes a mask may change it. */

import { type Shape, volume } from '../../dsl/shape.js';

export type Mask = Uint8Array;

export const empty = (shape: Shape): Mask => new Uint8Array(volume(shape));
export const full = (shape: Shape): Mask => empty(shape).fill(1);

export const union = (a: Mask | undefined, b: Mask): Mask =>
  a === undefined ? b : b.map((value, i) => value | a[i]);

/** The elements that are in both masks. */
export const both = (a: Mask, b: Mask): Mask => a.map((value, i) => value & b[i]);

/** Whether any element is set. */
export const some = (mask: Mask): boolean => mask.includes(1);

export const sameMask = (a: Mask | undefined, b: Mask | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.every((value, i) => value === b[i]));

/** Distance in memory between neighbours along each axis. */
export const strides = (shape: Shape): Shape => shape.map((_, axis) => volume(shape.slice(axis + 1)));

/** An element for every index of a box: offset + sum of index * step. */
export interface Walk {
  readonly offset: number;
  readonly steps: Shape;
}

/** Every element of a tensor in its own order. */
export const plain = (shape: Shape): Walk => ({ offset: 0, steps: strides(shape) });

/**
 * to[b] |= from[a], where a and b walk over the same box.
 *
 * @param to is changed
 */
export const spread = (box: Shape, from: Mask, a: Walk, to: Mask, b: Walk): void => {
  const last = box.length - 1;
  const n = box[last] ?? 1;
  const stepA = a.steps[last] ?? 0;
  const stepB = b.steps[last] ?? 0;
  const visit = (axis: number, atA: number, atB: number): void => {
    if (axis < last) {
      for (let i = 0; i < box[axis]; i++) visit(axis + 1, atA + i * a.steps[axis], atB + i * b.steps[axis]);
      return;
    }
    for (let i = 0; i < n; i++) to[atB + i * stepB] |= from[atA + i * stepA];
  };
  visit(0, a.offset, b.offset);
};
