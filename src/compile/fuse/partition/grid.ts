/** The grids of a program, and the pixel axes of its values. */

import type { Graph } from '../../../dsl/graph.js';
import type { Node } from '../../../dsl/op.js';
import { type Shape, sameShape, volume } from '../../../dsl/shape.js';
import { sequenceNodes } from '../lower/leaves.js';
import { hasPixels, type PixelAxes, pixelAxes } from '../lower/pixel-axes.js';

/** The approximate work of a node: multiplications of a layer, else one operation per element. */
const workOf = ({ op, inputs, shape }: Node, nodes: readonly Node[]): number => {
  const weight = op.op === 'conv' || op.op === 'dense' ? nodes[inputs[1]].shape : [];
  const per = op.op === 'conv' && op.depthwise ? weight.slice(0, -2) : weight.slice(0, -1);
  return volume(shape) * volume(per);
};

/** The grids, lines or planes, on which a value of this shape may be a field. */
const gridsIn = (shape: Shape): readonly Shape[] =>
  [1, 2].filter((axes) => shape.length > axes).map((axes) => shape.slice(0, axes));

const addWork = (work: Map<string, number>, nodes: readonly Node[], times: number): void => {
  const sequences = sequenceNodes(nodes);
  for (const [number, node] of nodes.entries()) {
    if (node.op.op === 'scan') addWork(work, node.op.body.nodes, times * node.op.steps);
    const inTime = sequences.has(number) || node.op.op === 'recurrence';
    for (const grid of gridsIn(inTime ? node.shape.slice(1) : node.shape)) {
      // a convolution determines how many axes are pixels
      if (node.op.op === 'conv' && grid.length !== node.shape.length - 1) continue;
      const key = grid.join();
      const known = work.get(key);
      if (known !== undefined) work.set(key, known + times * workOf(node, nodes));
    }
  }
};

/** The grids of a recurrence: the axes after time, without channels and, if it has matrices, their axis. */
const recurrenceGrids = (kind: 'diagonal' | 'matrix', shape: Shape): readonly Shape[] =>
  (kind === 'matrix' ? [-2, -1] : [-1]).map((end) => shape.slice(1, end)).filter(({ length }) => length > 0);

/** The axes of an input that may be pixels: all but the last, without a first axis that is known to be time. */
const inputGrids = (shape: Shape, isSequence: boolean): readonly Shape[] => {
  if (isSequence) return shape.length > 2 ? [shape.slice(1, -1)] : [];
  if (shape.length >= 4) return [shape.slice(0, 2), shape.slice(1, 3)];
  return shape.length > 1 ? [shape.slice(0, -1)] : [];
};

/** All candidate grids: those of convolutions and recurrences, and those of inputs. */
const candidates = (nodes: readonly Node[]): readonly Shape[] => {
  const sequences = sequenceNodes(nodes);
  return nodes.flatMap(({ op, shape }, number): readonly Shape[] => {
    switch (op.op) {
      case 'conv':
        return [shape.slice(0, -1)];
      case 'recurrence':
        return recurrenceGrids(op.kind, shape);
      case 'input':
        return inputGrids(shape, sequences.has(number));
      case 'scan':
        return candidates(op.body.nodes);
      default:
        return [];
    }
  });
};

/** The grids of convolutions, also inside of steps. */
const convolved = (nodes: readonly Node[]): readonly Shape[] =>
  nodes.flatMap(({ op, shape }): readonly Shape[] =>
    op.op === 'scan' ? convolved(op.body.nodes) : op.op === 'conv' ? [shape.slice(0, -1)] : [],
  );

/** Whether a grid is another one without trailing axes of size 1, over which nothing convolves. */
const isPartOf = (grid: Shape, other: Shape): boolean =>
  grid.length < other.length &&
  volume(grid) === volume(other) &&
  grid.every((size, axis) => size === other[axis]);

/** The grids of scans' states, for programs without inputs on a grid. */
const stepped = (nodes: readonly Node[]): readonly Shape[] =>
  nodes.flatMap(({ op, shape }): readonly Shape[] =>
    op.op === 'scan'
      ? stepped(op.body.nodes)
      : op.op === 'state' && shape.length > 1
        ? [shape.slice(0, -1)]
        : [],
  );

/**
 * The grids of a program, that with the most work first: of its convolutions, recurrences and inputs, with at least
 * four sites.
 */
export const gridsOf = ({ nodes }: Graph): readonly Shape[] => {
  const windows = convolved(nodes);
  const fits = (grid: Shape): boolean =>
    grid.length <= 2 && volume(grid) >= 4 && !windows.some((other) => isPartOf(grid, other));
  const given = candidates(nodes).filter(fits);
  const found = given.length > 0 ? given : stepped(nodes).filter(fits);
  const work = new Map(found.map((grid) => [grid.join(), 0]));
  addWork(work, nodes, 1);
  const workOn = (grid: Shape): number => work.get(grid.join()) ?? 0;
  return found
    .filter((grid, i) => found.findIndex((other) => sameShape(other, grid)) === i)
    .sort((a, b) => workOn(b) - workOn(a));
};

/**
 * The pixel axes of a program's values; undefined if none has pixels. An input that could be on several grids is on
 * `first`, or on the one with the most work.
 */
export const axesOf = (graph: Graph, first?: Shape): PixelAxes | undefined => {
  const grids = gridsOf(graph);
  const axes = pixelAxes(graph.nodes, first === undefined ? grids : [first, ...grids]);
  return hasPixels(axes) ? axes : undefined;
};
