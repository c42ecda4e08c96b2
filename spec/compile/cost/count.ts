/**
 * A counting execution: small programs run by plain loops that count every multiplication with an addition, as 2
 * operations, and every other arithmetic operation, as 1. Values are not kept, only what is done to get them.
 */

import type { Node, Program, ScanOp } from '../../../src/dsl/index.js';
import { volume } from '../../../src/dsl/index.js';
import { inPhase } from '../../../src/dsl/phase.js';

/** Calls f for every index of a box. */
const loop = (sizes: readonly number[], f: () => void): void => {
  if (sizes.length === 0) f();
  else for (let i = 0; i < sizes[0]; i++) loop(sizes.slice(1), f);
};

/** Operations of one sample's forward pass. */
export const countedFlops = (p: Program): number => countNodes(inPhase(p, 'inference').graph.nodes);

/** The nodes that any of these needs. */
const behind = (nodes: readonly Node[], roots: readonly number[]): ReadonlySet<number> => {
  const needed = new Set(roots);
  for (const [number, { inputs }] of [...nodes.entries()].reverse())
    if (needed.has(number)) for (const input of inputs) needed.add(input);
  return needed;
};

/** The nodes of a step that is followed by these observations. */
const stepNodes = ({ body, every = {} }: ScanOp, step: number): ReadonlySet<number> =>
  behind(body.nodes, [
    ...Object.values(body.next),
    ...(body.until === undefined ? [] : [body.until]),
    ...Object.entries(body.observe).flatMap(([name, node]) =>
      (step + 1) % (every[name] ?? 1) === 0 ? [node] : [],
    ),
  ]);

const countNodes = (nodes: readonly Node[], needed?: ReadonlySet<number>): number => {
  let flops = 0;
  const multiplyAdd = (): void => {
    flops += 2;
  };
  const one = (): void => {
    flops += 1;
  };
  for (const [number, { op, inputs, shape }] of nodes.entries()) {
    if (needed?.has(number) === false) continue;
    const shapes = inputs.map((input) => nodes[input].shape);
    switch (op.op) {
      case 'map':
        // It hands its argument on.
        if (op.fn !== 'stopGradient') loop(shape, one);
        break;
      case 'zip':
      case 'where':
        loop(shape, one);
        break;
      case 'affine':
        loop(shape, () => {
          if (op.scale !== 1) one();
          if (op.shift !== 0) one();
        });
        break;
      case 'conv': {
        const [kernel, channels] = [shapes[1].slice(0, -2), op.depthwise ? 1 : shapes[1].at(-2)];
        // Every window of every output channel, every tap of it, every channel that it reads.
        loop([...shape, ...kernel, channels ?? 1], multiplyAdd);
        if (inputs.length > 2) loop(shape, one);
        break;
      }
      case 'convTranspose': {
        const [x, weight] = shapes;
        // Every site of the input is spread over its window, from every channel to every channel.
        loop([...x, ...weight.slice(0, -1)], multiplyAdd);
        if (inputs.length > 2) loop(shape, one);
        break;
      }
      case 'dense':
        loop([...shape, shapes[1][0]], multiplyAdd);
        if (inputs.length > 2) loop(shape, one);
        break;
      case 'einsum': {
        // Every value of every letter of both operands.
        const [a, b] = op.formula.split('->')[0].split(',');
        const sizes = new Map([...a, ...b].map((label, i) => [label, [...shapes[0], ...shapes[1]][i]]));
        loop([...sizes.values()], multiplyAdd);
        break;
      }
      case 'reduce':
      case 'scatter':
        loop(shapes[0], one);
        break;
      case 'pool':
        loop([...shape, ...op.size], one);
        break;
      case 'recurrence':
        loop([...shape, op.kind === 'matrix' ? (shape.at(-1) ?? 1) : 1], multiplyAdd);
        break;
      case 'scan':
        for (let step = 0; step < op.steps; step++)
          flops += countNodes(op.body.nodes, op.every === undefined ? undefined : stepNodes(op, step));
        break;
      default:
        break;
    }
  }
  return flops;
};

/** Operations of one linear layer's multiplications alone. */
export const products = (...sizes: readonly number[]): number => 2 * volume(sizes);
