/** Lowering of rolls: two slices of a field along pixels, concatenated in the other order. */

import type { Node } from '../../../../dsl/op.js';
import type { FieldBuilder } from '../../ir/builder.js';
import { onGrid, planesOf } from '../../ir/layout.js';
import { extentOf, type Lowered } from '../value.js';

/** Entry i along an axis is entry i + shift of the source, around the ring. */
export interface Roll {
  readonly source: number;
  readonly axis: number;
  readonly shift: number;
}

/** The largest shift: for larger ones the window costs more than it saves. */
const furthest = 4;

/** The axis along which a node slices, if it is one axis, and the range. */
const cutOf = (nodes: readonly Node[], number: number) => {
  const { op, inputs } = nodes[number];
  if (op.op !== 'slice') return undefined;
  const [source] = inputs;
  const { shape } = nodes[source];
  const axes = [...shape.keys()].filter((axis) => op.size[axis] !== shape[axis]);
  const [axis] = axes;
  return axes.length === 1
    ? { source, axis, length: shape[axis], begin: op.begin[axis], size: op.size[axis] }
    : undefined;
};

/** Concatenations that are rolls, as `roll` writes them, over few enough sites. */
export const rollsOf = (nodes: readonly Node[]): ReadonlyMap<number, Roll> =>
  new Map(
    nodes.flatMap(({ op, inputs }, number) => {
      if (op.op !== 'concat' || inputs.length !== 2) return [];
      const [first, second] = inputs.map((input) => cutOf(nodes, input));
      if (first === undefined || second === undefined) return [];
      const { source, axis, length, begin } = first;
      const isRest =
        second.source === source &&
        second.axis === axis &&
        op.axis === axis &&
        first.begin + first.size === length &&
        second.begin === 0 &&
        second.size === begin;
      const shift = 2 * begin <= length ? begin : begin - length;
      return isRest && Math.abs(shift) <= furthest ? [[number, { source, axis, shift }] as const] : [];
    }),
  );

/** Slices that only rolls read. */
export const slicesOfRolls = (
  nodes: readonly Node[],
  rolls: ReadonlyMap<number, Roll>,
  roots: Iterable<number>,
): ReadonlySet<number> => {
  const slices = new Set([...rolls.keys()].flatMap((roll) => nodes[roll].inputs));
  for (const [number, { inputs }] of nodes.entries())
    if (!rolls.has(number)) for (const input of inputs) slices.delete(input);
  for (const root of roots) slices.delete(root);
  return slices;
};

/** Whether an axis of a value is a pixel axis. */
export const isAlongPixels = ({ layout }: Lowered, axis: number): boolean =>
  onGrid(layout) && layout.axes[axis] === 'pixel';

/**
 * A convolution of each plane, whose window has a one at the source of the value and zeros elsewhere: exact for
 * finite values. Infinity and NaN spread over the window, as in any coupling.
 */
export const lowerRoll = (b: FieldBuilder, x: Lowered, { axis, shift }: Roll): Lowered => {
  const { layout } = x;
  const planes = planesOf(layout);
  const pixelAxes = [...layout.axes.keys()].filter((at) => layout.axes[at] === 'pixel');
  // a window of even width reaches one further to the right than to the left
  const [size, position] = shift > 0 ? [2 * shift, 2 * shift - 1] : [1 - 2 * shift, 0];
  const isColumns = axis === pixelAxes.at(-1);
  const [height, width] = isColumns ? [1, size] : [size, 1];
  const value = Array.from({ length: size * planes }, (_, i) =>
    Math.floor(i / planes) === position ? 1 : 0,
  );
  const weight = b.add({ op: 'leaf', source: { kind: 'constant', value } }, [], {
    planes: value.length,
    grid: undefined,
  });
  return {
    node: b.add(
      { op: 'conv', height, width, from: planes, to: 1, depthwise: true, boundary: 'circular' },
      [x.node, weight],
      extentOf(layout),
    ),
    layout,
  };
};
