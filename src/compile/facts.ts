/** What several interpreters need of a graph and of the bodies in it: facts, and operations in words. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Facts, factsOf, type Leaves, leavesOf } from '../dsl/infer.js';
import type { Boundary, Node, Op, OpOf, ScanOp } from '../dsl/op.js';
import type { Shape } from '../dsl/shape.js';

/**
 * Facts of every node. A program's facts were inferred when it was written or read; should a graph made by hand not
 * hold together, its own shapes are believed and everything is taken to differ between samples.
 */
export const factsIn = (nodes: readonly Node[], leaves?: Leaves): readonly Facts[] =>
  pipe(
    factsOf(nodes, leaves),
    E.getOrElse((): readonly Facts[] => nodes.map(({ shape }) => ({ shape, perSample: true }))),
  );

/** Facts of every node of a scan's body, from those of the scan's inputs. */
export const factsInBody = (scan: ScanOp, inputs: readonly Facts[]): readonly Facts[] =>
  factsIn(scan.body.nodes, leavesOf(scan, inputs));

/** `64×64×2`; a scalar is `scalar`. */
export const sizes = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join('×'));

const boundaryInWords = (boundary: Boundary): string =>
  typeof boundary === 'string' ? boundary : `fixed ${boundary.fixed}`;

const strideInWords = (stride: Shape, plain: Shape): string =>
  stride.every((s, axis) => s === plain[axis]) ? '' : `, stride ${sizes(stride)}`;

const ones = (shape: Shape): Shape => shape.map(() => 1);

/** `× 0.1 + 3`. */
const affineInWords = (scale: number, shift: number): string => {
  const scaled = scale === -1 ? 'negate' : scale === 1 ? '' : `× ${scale}`;
  const shifted = shift === 0 ? '' : shift > 0 ? `+ ${shift}` : `− ${-shift}`;
  return [scaled, shifted].filter((part) => part !== '').join(' ') || 'same';
};

/** `slice 2…3 along 2`: the axes that are cut. */
const sliceInWords = ({ begin, size }: OpOf<'slice'>, x: Shape): string => {
  const cuts = size.flatMap((n, axis) => {
    const from = begin[axis];
    return n === x[axis] ? [] : [`${n === 1 ? from : `${from}…${from + n - 1}`} along ${axis}`];
  });
  return cuts.length === 0 ? 'slice all' : `slice ${cuts.join(', ')}`;
};

/**
 * An operation in a few words.
 *
 * @param inputs shapes of what it reads: a convolution's kernel is among them
 * @example
 * inWords({ op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: false }, [[64, 64, 3], [3, 3, 3, 16]])
 * // 'conv 3×3, 16, zero'
 */
export const inWords = (op: Op, inputs: readonly Shape[]): string => {
  const weight = inputs[1] ?? [];
  switch (op.op) {
    case 'input':
    case 'parameter':
      return `${op.op} ${op.name}`;
    case 'constant':
      return typeof op.value === 'number' ? `constant ${op.value}` : 'data';
    case 'state':
      return `state ${op.field}`;
    case 'element':
      return `element of sequence ${op.sequence}`;
    case 'external':
      return `external ${op.index}`;
    case 'clock':
      return 'clock';
    case 'map':
      return op.fn === 'stopGradient' ? 'stop gradient' : op.fn;
    case 'affine':
      return affineInWords(op.scale, op.shift);
    case 'zip':
      return op.fn;
    case 'noise':
      return `${op.distribution} noise ${op.name}`;
    case 'conv': {
      const channels = op.depthwise ? 'depthwise' : `${weight[weight.length - 1]}`;
      const stride = strideInWords(op.stride, ones(op.stride));
      return `conv ${sizes(weight.slice(0, -2))}, ${channels}, ${boundaryInWords(op.boundary)}${stride}`;
    }
    case 'convTranspose': {
      const stride = strideInWords(op.stride, ones(op.stride));
      return `transposed conv ${sizes(weight.slice(0, -2))}, ${weight[weight.length - 2]}${stride}`;
    }
    case 'dense':
      return `dense ${weight[1]}`;
    case 'einsum':
      return `product ${op.formula}`;
    case 'pool':
      return `${op.fn} pool ${sizes(op.size)}${strideInWords(op.stride, op.size)}`;
    case 'concat':
      return `concat along ${op.axis}`;
    case 'slice':
      return sliceInWords(op, inputs[0] ?? []);
    case 'reshape':
      return `reshape ${sizes(op.shape)}`;
    case 'transpose':
      return `transpose ${op.axes.join(',')}`;
    case 'reverse':
      return `reverse ${op.axes.join(',')}`;
    case 'broadcast':
      return `repeat to ${sizes(op.shape)}`;
    case 'reduce':
      return `${op.fn} over ${op.axes.join(',')}`;
    case 'spectrum':
      return 'spectrum';
    case 'batchNorm':
      return 'batch norm';
    case 'recurrence':
      return `${op.kind} recurrence`;
    case 'scan':
      return `scan, ${op.steps} ${op.steps === 1 ? 'step' : 'steps'}`;
    case 'take':
      return `take ${op.port}`;
  }
};

/**
 * The layer whose parameters a node reads: the common path of their names, `omega/conv1` of `omega/conv1/weight`.
 *
 * @param weights names of the parameters, in the order of the node's inputs
 */
export const layerOf = (weights: readonly string[]): string | undefined => {
  const [first] = weights;
  if (first === undefined) return undefined;
  const cut = first.lastIndexOf('/');
  return cut < 0 ? first : first.slice(0, cut);
};
