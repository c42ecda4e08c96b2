/** Lowering of products by a formula. */

import { labelsOf, rolesOf } from '../../../../dsl/einsum-formula.js';
import type { OpOf } from '../../../../dsl/op.js';
import type { Shape } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import type { Labelled } from '../../ir/field.js';
import type { Layout } from '../../ir/layout.js';
import { extentOf, type Lowered, storedAs } from '../value.js';
import { lowerEitherOverSites } from './over-sites.js';

/** The letters of an operand's pixel axes, in their order. */
const pixelsIn = ({ layout }: Lowered, letters: readonly string[]): readonly string[] =>
  letters.filter((_, axis) => layout.axes[axis] === 'pixel');

/** Whether these letters are all in a list, in this order. */
const standIn = (letters: readonly string[], list: readonly string[]): boolean =>
  letters.length > 0 && list.filter((letter) => letters.includes(letter)).join() === letters.join();

/** Both operands in the layout of the product, and the letters of the pixels at which it is computed, if any. */
interface Operands {
  readonly x: Lowered;
  readonly y: Lowered;
  readonly free: readonly string[];
}

/** The operand with these letters as its pixels. */
const onPixels = (
  b: FieldBuilder,
  value: Lowered,
  letters: readonly string[],
  pixels: readonly string[],
  sizeOf: (letter: string) => number,
): Lowered => {
  const dims = letters.filter((letter) => !pixels.includes(letter));
  return storedAs(b, value, {
    dims: dims.map(sizeOf),
    axes: letters.map((letter) => (pixels.includes(letter) ? 'pixel' : dims.indexOf(letter))),
    pixels: pixels.map(sizeOf),
  });
};

/**
 * `target` is the layout that the result would have from outside. A product that keeps the pixels of its operands is
 * computed at each of them; in other products pixels are axes like all others.
 */
export const lowerEinsum = (
  b: FieldBuilder,
  { formula }: OpOf<'einsum'>,
  [left, right]: readonly Lowered[],
  [shapeX, shapeY]: readonly Shape[],
  target: Layout,
): Lowered => {
  const labels = labelsOf(formula);
  const sizes = new Map([
    ...labels.a.map((letter, axis) => [letter, shapeX[axis]] as const),
    ...labels.b.map((letter, axis) => [letter, shapeY[axis]] as const),
  ]);
  const sizeOf = (letter: string): number => sizes.get(letter) ?? 1;
  const operands = (): Operands => {
    const [ofX, ofY] = [pixelsIn(left, labels.a), pixelsIn(right, labels.b)];
    const both = { x: left, y: right };
    if (standIn(ofX, labels.out)) {
      if (ofX.join() === ofY.join()) return { ...both, free: ofX };
      if (ofY.length === 0 && !ofX.some((letter) => labels.b.includes(letter))) return { ...both, free: ofX };
      if (ofY.length === 0 && standIn(ofX, labels.b))
        return { x: left, y: onPixels(b, right, labels.b, ofX, sizeOf), free: ofX };
    }
    if (standIn(ofY, labels.out) && ofX.length === 0) {
      if (!ofY.some((letter) => labels.a.includes(letter))) return { ...both, free: ofY };
      if (standIn(ofY, labels.a)) return { x: onPixels(b, left, labels.a, ofY, sizeOf), y: right, free: ofY };
    }
    return { ...both, free: [] };
  };
  const { x, y, free } = operands();
  const overSites = free.length > 0 ? undefined : lowerEitherOverSites(b, labels, [left, right], sizeOf);
  if (overSites !== undefined) return overSites;
  const named = [x, y].map((value, i) => pixelsIn(value, i === 0 ? labels.a : labels.b));
  const pixels =
    free.length > 0
      ? free
      : (named.find((letters) => standIn(letters, labels.out)) ??
        labels.out.filter((_, axis) => target.axes[axis] === 'pixel'));
  const { batch, left: rows, right: columns } = rolesOf(labels);
  const dims = [...batch, ...columns, ...rows].filter((letter) => !pixels.includes(letter));
  const layout: Layout = {
    dims: dims.map(sizeOf),
    axes: labels.out.map((letter) => (pixels.includes(letter) ? 'pixel' : dims.indexOf(letter))),
    pixels: pixels.map(sizeOf),
  };
  const letters = [...sizes.keys()];
  const all = letters.map(sizeOf);
  const labelled = (of: Layout, names: readonly string[]): Labelled => ({
    dims: of.dims.map((size, dim) => {
      const axis = of.axes.indexOf(dim);
      return axis < 0 ? all.push(size) - 1 : letters.indexOf(names[axis]);
    }),
    sites:
      free.length > 0
        ? []
        : names.flatMap((name, axis) => (of.axes[axis] === 'pixel' ? [letters.indexOf(name)] : [])),
  });
  const names = {
    a: labelled(x.layout, labels.a),
    b: labelled(y.layout, labels.b),
    out: labelled(layout, labels.out),
  };
  return {
    node: b.add({ op: 'einsum', sizes: all, ...names }, [x.node, y.node], extentOf(layout)),
    layout,
  };
};
