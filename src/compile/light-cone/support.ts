/**
 * Structural zeros: elements of constants, and of values computed from constants, that are zero for all parameters.
 *
 * The zeros of a stencil or of a mask that a person wrote down cut dependence; those that a parameter happens to
 * hold do not, since training moves them.
 */

import type { MapFunction, Node, Op } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { linksOf } from './links.js';
import { both, empty, full, type Mask, spread, union } from './mask.js';

/** 1 if an element may be nonzero; undefined: all may be. */
export type Support = Mask | undefined;

/** Functions that leave zero at zero. */
const keepsZero: readonly MapFunction[] = [
  'tanh',
  'relu',
  'sin',
  'sqrt',
  'square',
  'abs',
  'sign',
  'floor',
  'erf',
  'stopGradient',
];

/**
 * Supports of all nodes.
 *
 * @param externals in the body of a scan: the supports of its externals
 */
export const supportsOf = (
  nodes: readonly Node[],
  externals: readonly Support[] = [],
): readonly Support[] => {
  const supports: Support[] = [];
  for (const { op, inputs, shape } of nodes)
    supports.push(
      op.op === 'external'
        ? externals[op.index]
        : supportOf(
            op,
            inputs.map((input) => supports[input]),
            inputs.map((input) => nodes[input].shape),
            shape,
          ),
    );
  return supports;
};

const supportOf = (op: Op, inputs: readonly Support[], shapes: readonly Shape[], shape: Shape): Support => {
  if (op.op === 'constant') {
    const { value } = op;
    if (typeof value !== 'number') return Uint8Array.from(value, (x) => (x === 0 ? 0 : 1));
    return value === 0 ? empty(shape) : undefined;
  }
  if (inputs.every((input) => input === undefined)) return undefined;
  switch (op.op) {
    case 'map':
      return keepsZero.includes(op.fn) ? inputs[0] : undefined;
    case 'affine':
      return op.shift === 0 ? inputs[0] : undefined;
    case 'zip':
      return zipped(op.fn, inputs, shape);
    case 'where':
      return zipped('max', inputs.slice(1), shape);
    case 'batchNorm':
      return undefined;
    default:
      return moved(op, inputs, shapes, shape);
  }
};

const zipped = (fn: string, [a, b]: readonly Support[], shape: Shape): Support => {
  const sized = (support: Support): Mask => {
    if (support === undefined) return full(shape);
    return support.length === volume(shape) ? support : full(shape).fill(support[0]);
  };
  switch (fn) {
    case 'mul':
      return both(sized(a), sized(b));
    case 'div':
      return sized(a);
    case 'add':
    case 'sub':
    case 'max':
    case 'min':
      return union(sized(a), sized(b));
    default:
      return undefined;
  }
};

const moved = (op: Op, inputs: readonly Support[], shapes: readonly Shape[], shape: Shape): Support => {
  const links = linksOf(op, shapes, shape);
  if (links === undefined) return undefined;
  const support = empty(shape);
  for (const { input, box, result, source } of links)
    spread(box, inputs[input] ?? full(shapes[input]), source, support, result);
  return support;
};
