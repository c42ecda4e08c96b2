/** Finds the axes of leaves that are pixels, and the values that are weights. */

import { type Node, scanInputs } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import { type Layout, plain } from '../ir/layout.js';

/** Whether the axes from this one on are the grid's. */
const matches = (shape: Shape, from: number, grid: Shape): boolean =>
  shape.length >= from + grid.length && grid.every((size, axis) => shape[from + axis] === size);

/**
 * The layout of a value from outside: a field [grid, ...], a sequence of fields [T, grid, ...], else a list of
 * numbers. A shape equal to the grid is a field only on planes, since a list of weights [n] may be as long as a line
 * of sites. `isSequence`: prefers a sequence if it could be either.
 */
export const leafLayout = (shape: Shape, grid: Shape, isSequence: boolean): Layout => {
  const isField = matches(shape, 0, grid) && (shape.length > grid.length || grid.length > 1);
  if (isField && !(isSequence && matches(shape, 1, grid))) return plain(shape, grid.length);
  if (!matches(shape, 1, grid) || shape.length === 1 + grid.length) return plain(shape, 0);
  return {
    pixels: grid,
    dims: [shape[0], ...shape.slice(1 + grid.length)],
    axes: [
      0,
      ...grid.map(() => 'pixel' as const),
      ...shape.slice(1 + grid.length).map((_, axis) => axis + 1),
    ],
  };
};

/** The layout of a value from outside, with these axes as pixels; other axes are planes, in their order. */
export const layoutOn = (shape: Shape, pixels: readonly number[]): Layout => {
  const dims = [...shape.keys()].filter((axis) => !pixels.includes(axis));
  return {
    dims: dims.map((axis) => shape[axis]),
    axes: [...shape.keys()].map((axis) => (pixels.includes(axis) ? 'pixel' : dims.indexOf(axis))),
    pixels: pixels.map((axis) => shape[axis]),
  };
};

/**
 * Values that are used as weights, or from which weights are computed. They are lists, even if their first axes have
 * the sizes of the grid.
 */
export const weightNodes = (nodes: readonly Node[]): ReadonlySet<number> => {
  const weights = new Set<number>();
  for (let number = nodes.length - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op))
      for (const input of inputs.slice(1)) weights.add(input);
    if (op.op === 'scan') {
      const inside = weightNodes(op.body.nodes);
      const { externals } = scanInputs(op, inputs);
      for (const [index, node] of op.body.nodes.entries())
        if (node.op.op === 'external' && inside.has(index)) weights.add(externals[node.op.index]);
    } else if (weights.has(number)) for (const input of inputs) weights.add(input);
  }
  return weights;
};

/** Values whose first axis is time: drives of a scan, and inputs of a recurrence or a spectrum. */
export const sequenceNodes = (nodes: readonly Node[]): ReadonlySet<number> => {
  const sequences = new Set<number>();
  for (let number = nodes.length - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (op.op === 'scan') {
      for (const input of scanInputs(op, inputs).sequences) sequences.add(input);
    } else if (op.op === 'recurrence') for (const input of inputs.slice(0, 2)) sequences.add(input);
    else if (op.op === 'spectrum') sequences.add(inputs[0]);
    else if (sequences.has(number) && keepsTime.has(op.op))
      for (const input of op.op === 'dense' ? inputs.slice(0, 1) : inputs)
        if (nodes[input].shape[0] === nodes[number].shape[0]) sequences.add(input);
  }
  return sequences;
};

/** Operations that keep the first axis of their inputs. */
const keepsTime: ReadonlySet<string> = new Set([
  'map',
  'affine',
  'zip',
  'dense',
  'reshape',
  'concat',
  'broadcast',
  'transpose',
]);

/** Whether a value differs between samples. */
export const reachesSample = (nodes: readonly Node[], number: number): boolean => {
  const seen = new Set<number>();
  const visit = [number];
  for (let node = visit.pop(); node !== undefined; node = visit.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const { op, inputs } = nodes[node];
    if (op.op === 'input' || op.op === 'noise' || (op.op === 'scan' && drawsInside(op.body.nodes)))
      return true;
    for (const input of inputs) visit.push(input);
  }
  return false;
};

const drawsInside = (nodes: readonly Node[]): boolean =>
  nodes.some(({ op }) => op.op === 'noise' || (op.op === 'scan' && drawsInside(op.body.nodes)));
