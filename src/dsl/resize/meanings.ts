/**
 * Recognises groups of nodes whose constants a layer computed from the sizes of its axes: resampling, windows, Fourier
 * operators, long convolutions. They are recognised by their values and by the nodes that read them.
 */

import * as E from 'fp-ts/lib/Either.js';
import { windowPlaces } from '../functions/convolve-with.js';
import { keptModes, modeWeights } from '../functions/modes.js';
import { placesOf, type Resampled } from '../functions/resample.js';
import type { Node, OpOf } from '../op.js';
import { sameShape } from '../shape.js';
import type { Axis } from './relations.js';
import { turnedAgain } from './turned.js';

/** A resampling of an axis of n entries to one of m, with both axes. */
export interface Resampling {
  readonly n: number;
  readonly m: number;
  readonly from: Axis;
  readonly to: Axis;
}

/** A Fourier operator on a grid of these axes, with their present sizes. */
export interface Operator {
  readonly modes: number;
  readonly sites: number;
  readonly grid: readonly Axis[];
  /** The same axes of the field from which the modes were read. */
  readonly field: readonly Axis[];
}

/** An axis of windows, one after the other, each with this many taps. */
export interface Windows {
  readonly axis: Axis;
  readonly taps: number;
}

/** What was recognised in a program; the values of its constants follow from it. */
export interface Recognised {
  readonly resamplings: Resampling[];
  readonly operators: Operator[];
  /** Constants that may rotate the modes of a wave in k-space. */
  readonly turned: OpOf<'constant'>[];
  readonly windows: Windows[];
}

/** The start, with nothing recognised. */
export const unrecognised = (): Recognised => ({ resamplings: [], operators: [], turned: [], windows: [] });

const same = (a: readonly number[], b: readonly number[]): boolean => sameShape(a, b);

/** The node; for an external of a step, its node outside the step. */
export const ownNode = (nodes: readonly Node[], number: number, given: readonly Node[]): Node => {
  const { op } = nodes[number];
  return op.op === 'external' ? given[op.index] : nodes[number];
};

/** The number of taps if a gather from an axis of n entries reads windows one after the other; else undefined. */
export const tapsRead = (indices: readonly number[], n: number): number | undefined => {
  const taps = indices.findIndex((index, i) => index !== i);
  return taps >= 2 && taps < n && same(indices, windowPlaces(n - taps + 1, taps)) ? taps : undefined;
};

/** The length of the longest run of neighbours. */
const longestRun = (indices: readonly number[]): number => {
  let [longest, run] = [1, 1];
  for (let i = 1; i < indices.length; i++) {
    run = indices[i] === indices[i - 1] + 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
};

/**
 * The entries of a resampling that a gather reads; undefined for another gather. The lower and the upper neighbours are
 * adjacent. If the nearest sites read every entry in one run, it is a padding and not a resampling.
 */
export const resampledBy = (nodes: readonly Node[], number: number): keyof Resampled | undefined => {
  const { op, inputs } = nodes[number];
  if (op.op !== 'gather') return undefined;
  const { axis, indices } = op;
  const [n, m] = [nodes[inputs[0]].shape[axis], indices.length];
  if (n === m || n < 2 || m < 2) return undefined;
  const { nearest, lower, upper } = placesOf(n, m);
  const beside = (other: readonly number[]): boolean =>
    nodes.some(
      (node) =>
        node.op.op === 'gather' &&
        node.op.axis === axis &&
        node.inputs[0] === inputs[0] &&
        same(node.op.indices, other),
    );
  if (same(indices, lower) && beside(upper)) return 'lower';
  if (same(indices, upper) && beside(lower)) return 'upper';
  return same(indices, nearest) && longestRun(indices) < n ? 'nearest' : undefined;
};

/** The entries that a resampling of n entries to m reads, or why they are unknown. */
export const resampledTo = (
  entries: keyof Resampled,
  was: Pick<Resampling, 'n' | 'm'>,
  n: number,
  m: number,
): E.Either<string, readonly number[]> => {
  const places = placesOf(n, m);
  const either = (from: number, to: number): boolean => {
    const { nearest, lower, shares } = placesOf(from, to);
    return same(nearest, lower) && shares.every((share) => share === 0);
  };
  return entries === 'nearest' && either(was.n, was.m) && !either(n, m)
    ? E.left(
        `from ${was.n} to ${was.m} the nearest sites are those of the line, so which of them is meant from ${n} to ${m} cannot be told`,
      )
    : E.right(places[entries]);
};

/** The size of a resampled axis if nothing else decides it: the ratio is kept. */
export const resampledSize = ({ n, m }: Pick<Resampling, 'n' | 'm'>, to: number): E.Either<string, number> =>
  (to * m) % n === 0
    ? E.right((to * m) / n)
    : E.left(`resampled from ${n} to ${m}, an axis of ${to} has no whole size in the same ratio`);

/**
 * If each site of a plane becomes a square of sites, as `upsample` writes it: the plane, and its repetitions along each
 * axis.
 */
export const upsampledFrom = (
  nodes: readonly Node[],
  number: number,
): { readonly plane: number; readonly repeated: readonly [number, number] } | undefined => {
  const chain = [number];
  for (const kind of ['reshape', 'broadcast', 'reshape', 'broadcast', 'reshape'] as const) {
    const { op, inputs } = nodes[chain[chain.length - 1]];
    if (op.op !== kind) return undefined;
    chain.push(inputs[0]);
  }
  const [, , columns, repeated, rows, plane] = chain;
  const [of, tall] = [nodes[plane].shape, nodes[repeated].shape];
  if (of.length !== 3 || tall.length !== 3) return undefined;
  const [[h, w, c], [, factor]] = [of, tall];
  const shapes = [
    [rows, [h, 1, w * c]],
    [repeated, [h, factor, w * c]],
    [columns, [h * factor * w, 1, c]],
    [chain[1], [h * factor * w, factor, c]],
    [number, [h * factor, w * factor, c]],
  ] as const;
  return shapes.every(([node, shape]) => same(nodes[node].shape, shape))
    ? { plane, repeated: [repeated, chain[1]] }
    : undefined;
};

/** The first modes along an axis of a real field, or the first and the last ones. */
const modesOf = (indices: readonly number[], n: number, half: boolean): Modes | undefined => {
  const most = half ? indices.length : (indices.length + 1) / 2;
  const wanted = Number.isInteger(most) ? keptModes(n, most).slice(0, indices.length) : [];
  return same(indices, wanted) ? { most, half } : undefined;
};

/** The modes of an axis that are kept. */
export interface Modes {
  readonly most: number;
  /** Only the first modes, since the field along this axis is real. */
  readonly half: boolean;
}

/** The modes that a gather reads from a Fourier transform, or that a scatter writes for one. */
export const modesKept = (nodes: readonly Node[], number: number): Modes | undefined => {
  const { op, inputs } = nodes[number];
  if (op.op === 'gather') {
    const source = nodes[inputs[0]];
    return source.op.op === 'fourier' && source.op.axes.includes(op.axis)
      ? modesOf(op.indices, source.shape[op.axis], source.op.from === 'real')
      : undefined;
  }
  if (op.op !== 'scatter') return undefined;
  const { axis, indices, size } = op;
  const readers = nodes.flatMap(({ op: reader, inputs: read }) => (read.includes(number) ? [reader] : []));
  const transforms = readers.flatMap((reader) =>
    reader.op === 'fourier' && reader.from === 'complex' && reader.axes.includes(axis) ? [reader.to] : [],
  );
  return transforms.length > 0 && transforms.length === readers.length
    ? modesOf(indices, size, transforms[0] === 'real')
    : undefined;
};

/** The indices of the modes that are kept on an axis of n, or why there are too few. */
export const keptAgain = ({ most, half }: Modes, n: number): E.Either<string, readonly number[]> =>
  2 * most - 1 > n
    ? E.left(`modes of fewer than ${most} waves, ${2 * most - 1} along an axis, do not fit an axis of ${n}`)
    : E.right(half ? keptModes(n, most).slice(0, most) : keptModes(n, most));

/** The axes of the field whose modes were read, found by walking back through the nodes. */
const fieldOf = (
  nodes: readonly Node[],
  from: number,
  axesOf: (node: number) => readonly Axis[],
): ReadonlyMap<number, Axis> => {
  const axes = new Map<number, Axis>();
  for (let at: number | undefined = from; at !== undefined; [at] = nodes[at].inputs) {
    const { op, inputs }: Node = nodes[at];
    if (op.op === 'gather' && modesKept(nodes, at) !== undefined && !axes.has(op.axis))
      axes.set(op.axis, axesOf(inputs[0])[op.axis]);
    else if (axes.size > 0 ? op.op !== 'fourier' : !['zip', 'reshape', 'einsum'].includes(op.op)) break;
  }
  return axes;
};

/**
 * The Fourier operator that ends in a node: modes are scattered axis by axis, and the last transform gives a real
 * field.
 */
export const operatorOf = (
  nodes: readonly Node[],
  number: number,
  axesOf: (node: number) => readonly Axis[],
): Operator | undefined => {
  const end = nodes[number].op;
  if (end.op !== 'fourier' || end.to !== 'real' || end.axes.length !== 1) return undefined;
  const grid = new Map<number, Axis>();
  let sites = 1;
  let modes: number | undefined;
  let at = number;
  for (;;) {
    const transform = nodes[at];
    if (transform.op.op !== 'fourier' || transform.op.axes.length !== 1) break;
    const [scattered] = transform.inputs;
    const { op, inputs } = nodes[scattered];
    const kept =
      op.op === 'scatter' && op.axis === transform.op.axes[0] ? modesKept(nodes, scattered) : undefined;
    if (op.op !== 'scatter' || kept === undefined || (modes !== undefined && kept.most !== modes)) break;
    modes = kept.most;
    grid.set(op.axis, axesOf(scattered)[op.axis]);
    sites *= op.size;
    [at] = inputs;
  }
  const read = fieldOf(nodes, at, axesOf);
  const field = [...grid.keys()].flatMap((axis) => read.get(axis) ?? []);
  return modes === undefined || field.length < grid.size
    ? undefined
    : { modes, sites, grid: [...grid.values()], field };
};

/**
 * The values of a constant at other sizes if it holds the shares of a resampling, the weights of an operator's modes,
 * or rotations of modes of a wave in k-space; else undefined.
 */
export const numbersAgain = (
  constant: OpOf<'constant'>,
  { resamplings, operators, turned }: Recognised,
  after: readonly number[],
  sizeOf: (axis: Axis) => number,
): readonly number[] | undefined => {
  const { value, shape } = constant;
  if (typeof value === 'number') return undefined;
  const again = same(shape, after) ? undefined : turnedAgain(constant, turned, after);
  if (again !== undefined) return again;
  const axis = Math.max(
    0,
    shape.findIndex((n) => n > 1),
  );
  if (shape.some((n, i) => i !== axis && n !== 1)) return undefined;
  const resampling = resamplings.find(
    ({ n, m, to }) => m === shape[axis] && same(value, placesOf(n, m).shares) && sizeOf(to) === after[axis],
  );
  if (resampling !== undefined) return placesOf(sizeOf(resampling.from), after[axis]).shares;
  const operator = operators.find(
    ({ modes, sites, grid }) => shape.length === grid.length + 2 && same(value, modeWeights(modes, sites)),
  );
  return operator === undefined
    ? undefined
    : modeWeights(
        operator.modes,
        operator.grid.reduce((sites, each) => sites * sizeOf(each), 1),
      );
};

/**
 * If a slice takes the first half of an axis that zeros made twice as long: the node and axis before, and the zeros.
 * Walks back over operations that do not change the axis.
 */
export const beforeZeros = (
  nodes: readonly Node[],
  number: number,
  axis: number,
  given: readonly Node[],
): { readonly node: number; readonly zeros: number } | undefined => {
  const { op, inputs } = nodes[number];
  if (op.op !== 'slice' || op.begin[axis] !== 0 || 2 * op.size[axis] !== nodes[inputs[0]].shape[axis])
    return undefined;
  for (let at = inputs[0]; ; ) {
    const node: Node = nodes[at];
    const [first, second] = node.inputs;
    switch (node.op.op) {
      case 'concat': {
        if (node.op.axis !== axis) break;
        // The zeros of a step may be written outside it.
        const zeros = node.inputs.length === 2 ? ownNode(nodes, second, given).op : undefined;
        const half = nodes[first].shape[axis] === op.size[axis];
        return half && zeros?.op === 'constant' && zeros.value === 0
          ? { node: first, zeros: second }
          : undefined;
      }
      case 'slice':
        if (node.op.size[axis] !== nodes[first].shape[axis]) return undefined;
        break;
      case 'reshape':
        if (!same(node.shape.slice(0, axis + 1), nodes[first].shape.slice(0, axis + 1))) return undefined;
        break;
      case 'fourier':
      case 'map':
      case 'affine':
      case 'zip':
        break;
      default:
        return undefined;
    }
    at = node.op.op === 'zip' && nodes[first].shape.length === 0 ? second : first;
  }
};
