/** Operations in a few words, for diagrams and tables. */

import type { Boundary, Op, OpOf, ScanOp } from '../dsl/op.js';
import type { Shape } from '../dsl/shape.js';

/** `64×64×2`; a scalar is `scalar`. */
export const showSizes = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join('×'));

const describeBoundary = (boundary: Boundary): string =>
  typeof boundary === 'string' ? boundary : `fixed ${boundary.fixed}`;

const describeStride = (stride: Shape, plain: Shape): string =>
  stride.every((s, axis) => s === plain[axis]) ? '' : `, stride ${showSizes(stride)}`;

const ones = (shape: Shape): Shape => shape.map(() => 1);

/** `× 0.1 + 3`. */
const describeAffine = (scale: number, shift: number): string => {
  const scaled = scale === -1 ? 'negate' : scale === 1 ? '' : `× ${scale}`;
  const shifted = shift === 0 ? '' : shift > 0 ? `+ ${shift}` : `− ${-shift}`;
  return [scaled, shifted].filter((part) => part !== '').join(' ') || 'same';
};

/** `slice 2…3 along 2`: only the axes that are sliced. */
const describeSlice = ({ begin, size }: OpOf<'slice'>, x: Shape): string => {
  const cuts = size.flatMap((n, axis) => {
    const from = begin[axis];
    return n === x[axis] ? [] : [`${n === 1 ? from : `${from}…${from + n - 1}`} along ${axis}`];
  });
  return cuts.length === 0 ? 'slice all' : `slice ${cuts.join(', ')}`;
};

const counted = (n: number): string => `${n} ${n === 1 ? 'step' : 'steps'}`;

/** `scan, at most 100 steps, energy every 10, recomputed by 10`. */
const describeScan = ({ steps, body, every = {}, remat }: ScanOp): string => {
  const rates = Object.entries(every).map(([name, k]) =>
    name === 'value' ? `every ${k}` : `${name} every ${k}`,
  );
  return [
    `scan, ${body.until === undefined ? '' : 'at most '}${counted(steps)}`,
    ...rates,
    ...(remat === undefined ? [] : [`recomputed by ${remat}`]),
  ].join(', ');
};

/**
 * An operation in a few words.
 *
 * @param inputs shapes of what it reads: a convolution's kernel is among them
 * @example
 * describeOp({ op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: false }, [[64, 64, 3], [3, 3, 3, 16]])
 * // 'conv 3×3, 16, zero'
 */
export const describeOp = (op: Op, inputs: readonly Shape[]): string => {
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
    case 'training':
    case 'clock':
      return op.op;
    case 'map':
      return op.fn === 'stopGradient' ? 'stop gradient' : op.fn;
    case 'affine':
      return describeAffine(op.scale, op.shift);
    case 'zip':
      return op.fn === 'greaterEqual' ? 'greater or equal' : op.fn;
    case 'where':
      return 'where';
    case 'noise':
      return `${op.distribution} noise ${op.name}`;
    case 'conv': {
      const channels = op.depthwise ? 'depthwise' : `${weight[weight.length - 1]}`;
      const stride = describeStride(op.stride, ones(op.stride));
      const dilation = op.dilation === undefined ? '' : `, dilation ${showSizes(op.dilation)}`;
      const groups = op.groups === undefined ? '' : `, ${op.groups} groups`;
      return `conv ${showSizes(weight.slice(0, -2))}, ${channels}, ${describeBoundary(op.boundary)}${stride}${dilation}${groups}`;
    }
    case 'convTranspose': {
      const stride = describeStride(op.stride, ones(op.stride));
      return `transposed conv ${showSizes(weight.slice(0, -2))}, ${weight[weight.length - 2]}${stride}`;
    }
    case 'dense':
      return `dense ${weight[1]}`;
    case 'einsum':
      return `product ${op.formula}`;
    case 'pool':
      return `${op.fn} pool ${showSizes(op.size)}${describeStride(op.stride, op.size)}`;
    case 'concat':
      return `concat along ${op.axis}`;
    case 'slice':
      return describeSlice(op, inputs[0] ?? []);
    case 'gather':
      return `gather ${op.indices.length} along ${op.axis}`;
    case 'scatter':
      return `add up to ${op.size} along ${op.axis}`;
    case 'reshape':
      return `reshape ${showSizes(op.shape)}`;
    case 'transpose':
      return `transpose ${op.axes.join(',')}`;
    case 'reverse':
      return `reverse ${op.axes.join(',')}`;
    case 'broadcast':
      return `repeat to ${showSizes(op.shape)}`;
    case 'reduce':
      return `${op.fn} over ${op.axes.join(',')}`;
    case 'fourier': {
      const real = op.from === op.to ? '' : op.from === 'real' ? ' of what is real' : ' to what is real';
      return `${op.conjugate ? 'conjugate ' : ''}fourier along ${op.axes.join(',')}${real}`;
    }
    case 'spectrum':
      return 'spectrum';
    case 'batchNorm':
      return 'batch norm';
    case 'recurrence':
      return `${op.kind} recurrence`;
    case 'scan':
      return describeScan(op);
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
