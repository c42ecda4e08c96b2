/**
 * Systems on other grids.
 *
 * A step of convolutions and pointwise functions does not depend on the size of its grid. So laws are tried on small
 * grids, and counterexamples shrink to the smallest one, independent of the program's own size.
 */

import * as E from 'fp-ts/lib/Either.js';
import { factsOf } from '../../dsl/infer.js';
import type { Node, Op } from '../../dsl/op.js';
import { type Shape, sameShape } from '../../dsl/shape.js';
import { oneStep } from './program.js';
import { isOn, type System, weightsIn } from './system.js';

/** The system on a grid of these sizes; null if its step depends on its own grid. */
export const resize = (system: System, grid: Shape): System | null => {
  if (sameShape(grid, system.grid)) return system;
  if (system.grid.length === 0 || grid.length !== system.grid.length) return null;
  // A sum over the channels leaves one number per site, so its shape is the grid itself.
  const moved = (shape: Shape): Shape =>
    isOn(system.grid, shape) || (grid.length >= 2 && sameShape(shape, system.grid))
      ? [...grid, ...shape.slice(grid.length)]
      : shape;
  const weights = weightsIn(system.nodes);
  const nodes: Node[] = [];
  for (const [number, node] of system.nodes.entries()) {
    const op = weights.has(number) ? node.op : movedOp(node, system, moved, grid);
    if (op === null) return null;
    nodes.push({ ...node, op, shape: shapeAfter(op, weights.has(number) ? node.shape : moved(node.shape)) });
  }
  const { refine } = system;
  const smaller: System = {
    ...system,
    learned: undefined,
    refine:
      refine === undefined
        ? undefined
        : (dt) => {
            const finer = refine(dt);
            return finer === null ? null : resize(finer, grid);
          },
    nodes,
    fields: Object.fromEntries(Object.entries(system.fields).map(([name, shape]) => [name, moved(shape)])),
    externals: system.externals.map((external) =>
      external.kind === 'field' ? { ...external, shape: moved(external.shape) } : external,
    ),
    sequences: system.sequences.map(moved),
    grid,
  };
  const { nodes: all } = oneStep(smaller).graph;
  return E.isRight(factsOf(all)) ? smaller : null;
};

/** Parts of a ring are not on the grid; the slice determines their sizes. */
const shapeAfter = (op: Op, shape: Shape): Shape => (op.op === 'slice' ? op.size : shape);

const movedOp = (
  { op, shape }: Node,
  system: System,
  moved: (shape: Shape) => Shape,
  grid: Shape,
): Op | null => {
  switch (op.op) {
    case 'input':
      return { ...op, shape: moved(op.shape) };
    case 'constant':
      if (!isOn(system.grid, op.shape)) return op;
      if (typeof op.value === 'number') return { ...op, shape: moved(op.shape) };
      return op.value.every((value, _, all) => value === all[0])
        ? { ...op, shape: moved(op.shape), value: op.value[0] ?? 0 }
        : null;
    case 'broadcast':
      return { ...op, shape: moved(op.shape) };
    case 'noise':
      return { ...op, shape: moved(op.shape) };
    case 'reshape':
      return isOn(system.grid, op.shape) ? { ...op, shape: moved(op.shape) } : null;
    case 'slice':
      return slide(op, shape, system.grid, grid);
    case 'parameter':
      return isOn(system.grid, op.shape) && !op.name.includes('weight') ? null : op;
    case 'transpose':
      return op.axes.every((axis, i) => axis === i || i >= grid.length) ? op : null;
    case 'fourier':
      // What is done with its modes, and what its inverse divides by, belong to the grid.
      return op.axes.some((axis) => axis < grid.length) ? null : op;
    case 'scan':
      return null;
    default:
      return op;
  }
};

/** A slice along space is either everything or one of the two parts of a cyclic shift. */
const slide = (
  op: Extract<Op, { readonly op: 'slice' }>,
  shape: Shape,
  from: Shape,
  to: Shape,
): Op | null => {
  const begin = [...op.begin];
  const size = [...op.size];
  if (shape.length <= from.length) return null;
  for (const [axis, n] of from.entries()) {
    const m = to[axis];
    if (begin[axis] === 0 && size[axis] === n) size[axis] = m;
    else if (begin[axis] === 0) size[axis] = 2 * size[axis] > n ? m - (n - size[axis]) : size[axis];
    else if (begin[axis] + size[axis] !== n) return null;
    else if (2 * size[axis] > n) size[axis] = m - begin[axis];
    else begin[axis] = m - size[axis];
    if (size[axis] < 1 || begin[axis] < 0) return null;
  }
  return { ...op, begin, size };
};
