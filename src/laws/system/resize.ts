/**
 * Systems on other grids.
 *
 * A step of convolutions and pointwise functions does not depend on the size of its grid. So laws are tried on small
 * grids, and counterexamples shrink to the smallest one, independent of the program's own size.
 */

import * as E from 'fp-ts/lib/Either.js';
import { inputsOf } from '../../dsl/graph.js';
import { factsOf } from '../../dsl/infer.js';
import type { Node, Op } from '../../dsl/op.js';
import { resizeGraph } from '../../dsl/resize/resize.js';
import { type Shape, sameShape, volume } from '../../dsl/shape.js';
import { oneStep } from './program.js';
import { hasSites, isOn, refinedBy, type System, sequenceName, weightsIn } from './system.js';

/**
 * The system on a grid of these sizes; null if its step depends on its own grid. A step that computes more than
 * `heavy` values, which is hardly tried on its own grid, may also reshape space and act among all sites, as far as the language
 * knows what follows from its sizes.
 */
export const resize = (system: System, grid: Shape): System | null => {
  if (sameShape(grid, system.grid)) return system;
  if (system.grid.length === 0 || grid.length !== system.grid.length) return null;
  return moved(system, grid) ?? (valuesOf(system) > heavy ? followed(system, grid) : null);
};

/** How many values a step computes. */
export const valuesOf = ({ nodes }: System): number =>
  nodes.reduce((sum, { shape }) => sum + volume(shape), 0);

/** Steps of more values than this are heavy: laws use fewer cases and smaller grids. */
export const heavy = 50_000;

/** The same system with these nodes in its step, and these shapes of what it reads. */
const withShapes = (
  system: System,
  grid: Shape,
  shapeOf: (shape: Shape) => Shape,
  step: Pick<System, 'nodes' | 'next'>,
): System => {
  return {
    ...system,
    ...step,
    learned: undefined,
    refine: refinedBy(system.refine, (finer) => resize(finer, grid)),
    fields: Object.fromEntries(Object.entries(system.fields).map(([name, shape]) => [name, shapeOf(shape)])),
    externals: system.externals.map((external) =>
      external.kind === 'field' ? { ...external, shape: shapeOf(external.shape) } : external,
    ),
    sequences: system.sequences.map(shapeOf),
    grid,
  };
};

/** The nodes that the next state needs. Values that are only observed may have another shape. */
const needed = ({ kind, nodes, next }: System): Pick<System, 'nodes' | 'next'> => {
  if (kind === 'map') return { nodes, next };
  const read = new Set(Object.values(next));
  for (let number = nodes.length - 1; number >= 0; number--)
    if (read.has(number)) for (const input of nodes[number].inputs) read.add(input);
  const kept = [...read].sort((a, b) => a - b);
  const to = new Map(kept.map((old, number) => [old, number]));
  const placed = (old: number): number => to.get(old) ?? old;
  return {
    nodes: kept.map((old) => ({ ...nodes[old], inputs: nodes[old].inputs.map(placed) })),
    next: Object.fromEntries(Object.entries(next).map(([name, old]) => [name, placed(old)])),
  };
};

/** The system at other sizes, by the shape rules of the language. */
const followed = (system: System, grid: Shape): System | null => {
  const shapeOf = (shape: Shape): Shape =>
    isOn(system.grid, shape) ? [...grid, ...shape.slice(grid.length)] : shape;
  const { graph } = oneStep({ ...system, ...needed(system) });
  const drives = new Map(
    system.sequences.map((shape, i) => [sequenceName(i), [1, ...shapeOf(shape)]] as const),
  );
  const inputs = Object.fromEntries(
    Object.entries(inputsOf(graph)).map(([name, shape]) => [name, drives.get(name) ?? shapeOf(shape)]),
  );
  const resized = resizeGraph(graph, inputs);
  if (E.isLeft(resized)) return null;
  if (system.kind === 'map')
    return withShapes(system, grid, shapeOf, { nodes: resized.right.nodes, next: resized.right.outputs });
  const step = resized.right.nodes.flatMap(({ op }) => (op.op === 'scan' ? [op.body] : []))[0];
  return step === undefined ? null : withShapes(system, grid, shapeOf, step);
};

/** The system at other sizes, by rules for steps that act at each site and its neighbours. */
const moved = (system: System, grid: Shape): System | null => {
  // A sum over the channels leaves one number per site, so its shape is the grid itself.
  const shapeOf = (shape: Shape): Shape =>
    hasSites(system.grid, shape) ? [...grid, ...shape.slice(grid.length)] : shape;
  const weights = weightsIn(system.nodes);
  const nodes: Node[] = [];
  for (const [number, node] of system.nodes.entries()) {
    const op = weights.has(number) ? node.op : movedOp(node, system, shapeOf, grid);
    if (op === null) return null;
    nodes.push({
      ...node,
      op,
      shape: shapeAfter(op, weights.has(number) ? node.shape : shapeOf(node.shape)),
    });
  }
  const smaller = withShapes(system, grid, shapeOf, { nodes, next: system.next });
  const { nodes: all } = oneStep(smaller).graph;
  return E.isRight(factsOf(all)) ? smaller : null;
};

/** Parts of a ring are not on the grid; the slice determines their sizes. */
const shapeAfter = (op: Op, shape: Shape): Shape => (op.op === 'slice' ? op.size : shape);

const movedOp = (
  { op, shape }: Node,
  system: System,
  shapeOf: (shape: Shape) => Shape,
  grid: Shape,
): Op | null => {
  switch (op.op) {
    case 'input':
      return { ...op, shape: shapeOf(op.shape) };
    case 'constant':
      if (!isOn(system.grid, op.shape)) return op;
      if (typeof op.value === 'number') return { ...op, shape: shapeOf(op.shape) };
      return op.value.every((value, _, all) => value === all[0])
        ? { ...op, shape: shapeOf(op.shape), value: op.value[0] ?? 0 }
        : null;
    case 'broadcast':
      return { ...op, shape: shapeOf(op.shape) };
    case 'noise':
      return { ...op, shape: shapeOf(op.shape) };
    case 'reshape':
      return isOn(system.grid, op.shape) ? { ...op, shape: shapeOf(op.shape) } : null;
    case 'slice':
      return slide(op, shape, system.grid, grid);
    case 'parameter':
      return isOn(system.grid, op.shape) && !op.name.includes('weight') ? null : op;
    case 'transpose':
      return op.axes.every((axis, i) => axis === i || i >= grid.length) ? op : null;
    case 'fourier':
      // The factors of modes, and the divisor of the inverse transform, belong to the grid.
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
