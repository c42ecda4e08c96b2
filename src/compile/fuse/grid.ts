/** Which axes are a program's pixels. */

import type { Graph } from '../../dsl/graph.js';
import type { Node } from '../../dsl/op.js';
import { type Shape, sameShape, volume } from '../../dsl/shape.js';

/** What a node takes, roughly: multiplications of layers, else a number for each element. */
const workOf = ({ op, inputs, shape }: Node, nodes: readonly Node[]): number => {
  const weight = op.op === 'conv' || op.op === 'dense' ? nodes[inputs[1]].shape : [];
  const per = op.op === 'conv' && op.depthwise ? weight.slice(0, -2) : weight.slice(0, -1);
  return volume(shape) * volume(per);
};

/** The grids of line or plane that a value of this shape may lie on. */
const gridsIn = (shape: Shape): readonly Shape[] =>
  [1, 2].filter((axes) => shape.length > axes).map((axes) => shape.slice(0, axes));

const addWork = (work: Map<string, number>, nodes: readonly Node[], times: number): void => {
  for (const node of nodes) {
    if (node.op.op === 'scan') addWork(work, node.op.body.nodes, times * node.op.steps);
    for (const grid of gridsIn(node.shape)) {
      // a convolution tells how many axes are pixels
      if (node.op.op === 'conv' && grid.length !== node.shape.length - 1) continue;
      const key = grid.join();
      const known = work.get(key);
      if (known !== undefined) work.set(key, known + times * workOf(node, nodes));
    }
  }
};

/** Where convolutions work, and the fields that come in: what may be pixels at all. */
const candidates = (nodes: readonly Node[]): readonly Shape[] =>
  nodes.flatMap(({ op, shape }): Shape[] => {
    if (op.op === 'conv' || (op.op === 'input' && shape.length > 1 && shape.length < 4))
      return [shape.slice(0, -1)];
    if (op.op === 'input' && shape.length >= 4) return [shape.slice(0, 2), shape.slice(1, 3)];
    return op.op === 'scan' ? [...candidates(op.body.nodes)] : [];
  });

/**
 * The grids of a program, that with the most work first: fields of at least four sites where it convolves, or that
 * come in.
 */
export const gridsOf = ({ nodes }: Graph): readonly Shape[] => {
  const found = candidates(nodes).filter((grid) => grid.length <= 2 && volume(grid) >= 4);
  const work = new Map(found.map((grid) => [grid.join(), 0]));
  addWork(work, nodes, 1);
  const workOn = (grid: Shape): number => work.get(grid.join()) ?? 0;
  return found
    .filter((grid, i) => found.findIndex((other) => sameShape(other, grid)) === i)
    .sort((a, b) => workOn(b) - workOn(a));
};

/** The grid with the most work, if there is one. */
export const gridShape = (graph: Graph): Shape | undefined => gridsOf(graph).at(0);
