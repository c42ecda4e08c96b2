/** Lowering of products by a formula where pixels are samples: with weights most are dense layers, others sums of planes. */

import { type Formula, labelsOf, rolesOf } from '../../../../dsl/einsum-formula.js';
import type { OpOf } from '../../../../dsl/op.js';
import { type Shape, volume } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import type { Labelled } from '../../ir/field.js';
import { type Layout, ofSamples } from '../../ir/layout.js';
import { extentOf, inOrder, type Lowered } from '../value.js';

/** A product of planes, sample by sample: of two values that differ between samples, or with weights for each entry. */
const ofEachSample = (
  b: FieldBuilder,
  { a, b: second, out }: Formula,
  [x, y]: readonly Lowered[],
  [shapeX, shapeY]: readonly Shape[],
): Lowered => {
  const sizes = new Map([
    ...a.map((letter, axis) => [letter, shapeX[axis]] as const),
    ...second.map((letter, axis) => [letter, shapeY[axis]] as const),
  ]);
  const letters = [...sizes.keys()];
  const all = [...sizes.values()];
  const { batch, left, right } = rolesOf({ a, b: second, out });
  const dims = [...batch, ...left, ...right];
  const layout: Layout = {
    pixels: (ofSamples(x.layout) ? x : y).layout.pixels,
    dims: dims.map((letter) => sizes.get(letter) ?? 1),
    axes: out.map((letter) => dims.indexOf(letter)),
  };
  const labelled = (of: Layout, names: readonly string[]): Labelled => ({
    dims: of.dims.map((size, dim) => {
      const axis = of.axes.indexOf(dim);
      return axis < 0 ? all.push(size) - 1 : letters.indexOf(names[axis]);
    }),
    sites: [],
  });
  const names = { a: labelled(x.layout, a), b: labelled(y.layout, second), out: labelled(layout, out) };
  return {
    node: b.add({ op: 'einsum', sizes: all, ...names }, [x.node, y.node], extentOf(layout)),
    layout,
  };
};

/** Values [kept, summed] times weights [summed, made]. */
export const lowerEinsumOfSamples = (
  b: FieldBuilder,
  { formula }: OpOf<'einsum'>,
  operands: readonly Lowered[],
  shapes: readonly Shape[],
): Lowered => {
  const labels = labelsOf(formula);
  const letters = [labels.a, labels.b];
  const own = operands.findIndex(({ layout }) => ofSamples(layout));
  const isShared = labels.out.some((letter) => labels.a.includes(letter) && labels.b.includes(letter));
  if (isShared || operands.every(({ layout }) => ofSamples(layout)))
    return ofEachSample(b, labels, operands, shapes);
  const [ofX, ofW] = [letters[own], letters[1 - own]];
  const sizeOf = (letter: string): number =>
    ofX.includes(letter) ? shapes[own][ofX.indexOf(letter)] : shapes[1 - own][ofW.indexOf(letter)];
  const summed = ofX.filter((letter) => ofW.includes(letter));
  const kept = ofX.filter((letter) => !summed.includes(letter));
  const made = ofW.filter((letter) => !summed.includes(letter));
  const places = (of: readonly string[], wanted: readonly string[]): readonly number[] =>
    wanted.map((letter) => of.indexOf(letter));
  const x = inOrder(b, operands[own], places(ofX, [...kept, ...summed]));
  const w = inOrder(b, operands[1 - own], places(ofW, [...summed, ...made]));
  const size = (of: readonly string[]): number => volume(of.map(sizeOf));
  const dims = [...kept, ...made];
  const layout: Layout = {
    pixels: x.layout.pixels,
    dims: dims.map(sizeOf),
    axes: labels.out.map((letter) => dims.indexOf(letter)),
  };
  const along = { outer: size(kept), count: size(summed), inner: 1 };
  return {
    node: b.add(
      { op: 'dense', ...along, to: size(made), transposed: false },
      [x.node, w.node],
      extentOf(layout),
    ),
    layout,
  };
};
