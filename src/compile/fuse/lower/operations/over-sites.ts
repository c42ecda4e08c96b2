/**
 * Lowering of products that keep the pixels of one operand, and sum over the sites of the other or make an axis of
 * them: the scores of attention, and the sums that they weight. They become dense layers whose weights are the values
 * at those sites, so that they run in tiles, with the softmax between them in the cache.
 */

import { type Formula, rolesOf } from '../../../../dsl/einsum-formula.js';
import { volume } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import type { Layout } from '../../ir/layout.js';
import { asList, extentOf, inOrder, type Lowered } from '../value.js';

/** The largest number of heads, more than attention has; each head is a product of its own. */
const mostHeads = 16;

/** An operand and the names of its axes. */
export interface Named {
  readonly value: Lowered;
  readonly names: readonly string[];
}

const pixelsOf = ({ value: { layout }, names }: Named): readonly string[] =>
  names.filter((_, axis) => layout.axes[axis] === 'pixel');

/** The product if all pixels of x are pixels of the result, in this order, and y has others; otherwise undefined. */
export const lowerOverSites = (
  b: FieldBuilder,
  x: Named,
  y: Named,
  out: readonly string[],
  sizeOf: (name: string) => number,
): Lowered | undefined => {
  const pixels = pixelsOf(x);
  const isKept =
    pixels.length > 0 &&
    out.filter((name) => pixels.includes(name)).join() === pixels.join() &&
    !pixels.some((name) => y.names.includes(name));
  if (!isKept || pixelsOf(y).length === 0) return undefined;
  const { batch, left, right, inner: summed } = rolesOf({ a: x.names, b: y.names, out });
  const size = (names: readonly string[]): number => volume(names.map(sizeOf));
  const kept = left.filter((name) => !pixels.includes(name));
  const [heads, outer, count, to] = [batch, kept, summed, right].map(size);
  // sums of tiles are added four at a time, so those of heads must follow each other without gaps
  if (summed.length === 0 || heads > mostHeads || (heads > 1 && (count * to) % 4 !== 0)) return undefined;
  const axesIn = (names: readonly string[], wanted: readonly string[]): readonly number[] =>
    wanted.map((name) => names.indexOf(name));
  const field = inOrder(b, x.value, axesIn(x.names, [...batch, ...kept, ...summed]));
  const list = asList(b, y.value);
  // in the order of memory, if possible
  const placeOf = (name: string): number => Number(list.layout.axes[y.names.indexOf(name)]);
  const transposed = right.length > 0 && placeOf(right[0]) < placeOf(summed[0]);
  const order = transposed ? [...batch, ...right, ...summed] : [...batch, ...summed, ...right];
  const weights = inOrder(b, list, axesIn(y.names, order));
  const dims = [...batch, ...kept, ...right];
  const layout: Layout = {
    dims: dims.map(sizeOf),
    axes: out.map((name) => (pixels.includes(name) ? 'pixel' : dims.indexOf(name))),
    pixels: field.layout.pixels,
  };
  const op = { op: 'dense', heads, outer, count, inner: 1, to, transposed } as const;
  return { node: b.add(op, [field.node, weights.node], extentOf(layout)), layout };
};

/** The same for the operand that keeps its pixels. */
export const lowerEitherOverSites = (
  b: FieldBuilder,
  { a, b: second, out }: Formula,
  [x, y]: readonly Lowered[],
  sizeOf: (name: string) => number,
): Lowered | undefined => {
  const [first, other] = [
    { value: x, names: a },
    { value: y, names: second },
  ];
  return lowerOverSites(b, first, other, out, sizeOf) ?? lowerOverSites(b, other, first, out, sizeOf);
};
