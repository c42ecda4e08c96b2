/**
 * Field graphs: what a region of a program is lowered to before it becomes kernels.
 *
 * Values are per sample and stored in planes: a field [H, W, C] is C planes of H W pixels, a sequence [T, H, W, C] is
 * T C planes. A value without pixels (a weight, a bias, a scalar) is a list of numbers. There are no axes, transposes or
 * reshapes. The adjoint of a field graph is a field graph.
 */

import type { Boundary, MapFunction, OpOf, ZipFunction } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import type { Layout } from './layout.js';

/** The pixels of a plane; a line is a grid of height 1. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  /** Each pixel is a sample, in programs without a grid. */
  readonly samples?: true;
}

/** The number of planes, and the pixels of each; without pixels each plane is a single number. */
export interface Extent {
  readonly planes: number;
  readonly grid: Grid | undefined;
}

/** The source of a leaf's values. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number | readonly number[] }
  // the cotangent of an output, given from outside
  | { readonly kind: 'cotangent'; readonly name: string }
  // from an earlier stage: a kept value of the sample, and a value of the whole batch
  | { readonly kind: 'stored'; readonly node: number }
  | { readonly kind: 'statistic'; readonly node: number }
  // leaves of a step
  | { readonly kind: 'state'; readonly field: string }
  | { readonly kind: 'element'; readonly sequence: number }
  | { readonly kind: 'external'; readonly index: number }
  | { readonly kind: 'clock' }
  // leaves of a reverse step
  | { readonly kind: 'residual'; readonly node: number }
  | { readonly kind: 'carry'; readonly field: string }
  // a field one step before the state
  | { readonly kind: 'earlier'; readonly field: string }
  // a sum over steps or samples, so far
  | { readonly kind: 'accumulated'; readonly index: number }
  // an input that is listed and not read; it has no memory
  | { readonly kind: 'unread' }
  // a value that the reverse step before this one hands over
  | { readonly kind: 'handed'; readonly what: string }
  // 1 after steps k, 2k, ..., else 0
  | { readonly kind: 'kept'; readonly every: number }
  | { readonly kind: 'observed'; readonly name: string };

/** Planes seen as [outer, count, inner]: what happens along the middle. */
export interface Along {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

/**
 * A layer whose weights are values at the sites of a field: the scores of attention, and the sums that they weight.
 */
export interface OverSites {
  /**
   * The number of runs of planes, one after the other, each with its own weights; left out if weights are parameters.
   */
  readonly heads?: number;
}

/**
 * The names of an operand's dimensions in a product: those of its planes in their order, then the axes of its pixels.
 * Without `sites` its pixels have no names, and the product is computed at each of them.
 */
export interface Labelled {
  readonly dims: readonly number[];
  readonly sites: readonly number[];
}

/**
 * A sum of products by names: each name is the index of its size. Names that the result lacks are summed over. Either all
 * operands with pixels have names for them, or none has.
 */
export interface Product {
  readonly sizes: readonly number[];
  readonly a: Labelled;
  readonly b: Labelled;
  readonly out: Labelled;
}

/** The window of a convolution. Omitted numbers are 1. */
export interface Window {
  readonly height: number;
  readonly width: number;
  /** Channels in and out of the forward convolution; depthwise: `to` results for each of `from` channels. */
  readonly from: number;
  readonly to: number;
  readonly depthwise: boolean;
  readonly boundary: Boundary;
  /** Along rows and columns; left out if both are 1. */
  readonly stride?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  /** The number of groups of channels: each group of the result reads its own group. Weights are [..., from / groups, to]. */
  readonly groups?: number;
  /** The number of fields, one after the other, with the same weights. */
  readonly outer?: number;
}

/** Windows wholly inside a field, of which each gives one pixel. */
export interface PoolWindow {
  readonly fn: 'max' | 'mean';
  readonly height: number;
  readonly width: number;
  readonly stride: readonly [number, number];
}

/** A scan. Inputs: initial fields, sequences, externals. */
export interface FieldScan {
  readonly op: 'scan';
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  /** Observation → k: it is recorded only after steps k, 2k, ...; without an entry after every step. */
  readonly every?: Readonly<Record<string, number>>;
  /** The number of steps that its adjoint recomputes at a time; left out if it reads records of all steps. */
  readonly remat?: number;
  readonly body: FieldBody;
}

/** The step of a scan. */
export interface FieldBody {
  readonly nodes: readonly FieldNode[];
  readonly next: Readonly<Record<string, number>>;
  readonly observe: Readonly<Record<string, number>>;
  /** One number, nonzero after a step if no later step would change anything. */
  readonly ends?: number;
  /** For samples in lanes that end after different numbers of steps: 1 if the step changes nothing, else 0. */
  readonly stopped?: number;
}

/**
 * The adjoint of a scan. Inputs: those of the scan, the cotangents of `finals` and of `observed`, the fields
 * `earlier` one step before the first, and the scan itself, or an unread leaf if the scan is in another graph. Its
 * ports are the cotangents of the scan's inputs, by their index.
 */
export interface FieldScanAdjoint {
  readonly op: 'scanAdjoint';
  /** The node of the scan, which records the residuals: in the same graph, or in the step whose reverse this is part of. */
  readonly scan: number;
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  readonly every?: Readonly<Record<string, number>>;
  readonly finals: readonly string[];
  readonly observed: readonly string[];
  /** Fields of which a step also reads the value one step earlier, to recompute velocities. */
  readonly earlier: readonly string[];
  readonly nodes: readonly FieldNode[];
  /** The cotangent of each field before the step, if there is one. */
  readonly carry: Readonly<Record<string, number>>;
  /** Cotangents of the elements, one a step; those of externals are summed over all steps. */
  readonly elements: Readonly<Record<number, number>>;
  readonly externals: Readonly<Record<number, number>>;
  /**
   * Further values that a reverse step hands to the step before it if samples end after different numbers of steps:
   * `tail/NAME`, the sum of an observation's cotangents at steps that changed nothing, and `held`, 1 if there were
   * such steps.
   */
  readonly handed?: Readonly<Record<string, number>>;
}

/** Pointwise functions that have a kernel. */
export type FieldMap = MapFunction;
export type FieldZip = ZipFunction;

/** The operations of field graphs. */
export type FieldOp =
  | { readonly op: 'leaf'; readonly source: Source }
  | { readonly op: 'map'; readonly fn: FieldMap }
  | { readonly op: 'affine'; readonly scale: number; readonly shift: number }
  | { readonly op: 'zip'; readonly fn: FieldZip }
  /** Draws of a source for the sample, in planes by a layout. Inputs: none, or the clock for draws of a step. */
  | ({ readonly op: 'noise'; readonly shape: Shape; readonly layout: Layout } & Pick<
      OpOf<'noise'>,
      'name' | 'distribution'
    >)
  /** a where b > 0, else b, which is then 0 or NaN. */
  | { readonly op: 'keep' }
  /** |re + i im|, accurate at every scale. */
  | { readonly op: 'length' }
  /** The VJP of length for its first input: d re / |re + i im|, 0 where both are 0. Inputs: the cotangent d, re, im. */
  | { readonly op: 'lengthVjp' }
  /** Inputs: condition, a, b. b where the condition is at most 0, else a. */
  | { readonly op: 'where' }
  /** The VJP of atan2 for its first input: d b / (a^2 + b^2), 0 where both are 0. Inputs: the cotangent d, b, a. */
  | { readonly op: 'angleVjp' }
  /** A list of numbers as constant planes. */
  | { readonly op: 'spread' }
  /**
   * Along the middle: the sum over count of x[outer, count, inner] w[count, to], or with w transposed [to, count].
   */
  | ({ readonly op: 'dense'; readonly to: number; readonly transposed: boolean } & Along & OverSites)
  /** The VJP of dense for w. Inputs: x [outer, count, inner] and the cotangent [outer, to, inner]. */
  | ({ readonly op: 'denseWeight'; readonly to: number } & Along & OverSites)
  | ({ readonly op: 'einsum' } & Product)
  /** The same, also summed over all pixels, which have no names; the result is a list. */
  | ({ readonly op: 'einsumPixels' } & Product)
  /** The same numbers in another layout: planes of another grid with as many pixels, or a list, plane after plane. */
  | { readonly op: 'sites' }
  | ({ readonly op: 'conv' } & Window)
  /** The VJP of conv for its input. Inputs: the cotangent and w. */
  | ({ readonly op: 'convInput' } & Window)
  /** The VJP of conv for its weights. Inputs: x and the cotangent. */
  | ({ readonly op: 'convWeight' } & Window)
  /** The maximum or mean of each window, plane by plane. */
  | ({ readonly op: 'pool' } & PoolWindow)
  /**
   * The VJP of pool. Inputs: x, the pooled value, the cotangent. The cotangent of a maximum goes to the first pixel
   * of the window that reaches it, in row-major order.
   */
  | ({ readonly op: 'poolVjp' } & PoolWindow)
  /** Pixel (i, j) is pixel (rows[i], columns[j]). */
  | { readonly op: 'gatherPixels'; readonly rows: readonly number[]; readonly columns: readonly number[] }
  /** The VJP of gatherPixels: pixel (i, j) is added to pixel (rows[i], columns[j]) of a larger or smaller field. */
  | { readonly op: 'scatterPixels'; readonly rows: readonly number[]; readonly columns: readonly number[] }
  /** Fields below each other, or side by side; `sizes` are those of the inputs along this axis. */
  | {
      readonly op: 'concatPixels';
      readonly axis: 'rows' | 'columns';
      readonly sizes: readonly number[];
    }
  /** Adds the value to a sum over steps or samples. */
  | { readonly op: 'addOnto' }
  /** The sum over the pixels of each plane, times `scale`, so that a mean does not overflow if its sum would. */
  | { readonly op: 'sumPixels'; readonly scale: number }
  /** The sum of a list of numbers. */
  | { readonly op: 'sumAll' }
  /**
   * Over the whole batch, all pixels, outer and inner: `count` means, then as many variances, divided by the number. A
   * sample has `each` numbers of a channel.
   */
  | ({ readonly op: 'batchMoments'; readonly each: number } & Along)
  /** The mean of a list over the samples of the whole batch. */
  | { readonly op: 'overBatch' }
  /**
   * The sums for `batchMoments`, in its stage: for each plane the sum over pixels, then for each that of the squares.
   */
  | { readonly op: 'momentSums' }
  | ({ readonly op: 'reducePlanes'; readonly fn: 'sum' | 'max' } & Along)
  /** The VJP of max: the cotangent at the first index that reaches the maximum. Inputs: x, the maximum, the cotangent. */
  | ({ readonly op: 'firstMax' } & Along)
  /** Entry j of the result along the middle is the sum of the entries of x that `from[j]` names; 0 where it names none. */
  | ({ readonly op: 'entries'; readonly from: readonly (readonly number[])[] } & Along)
  /** `count` copies along the middle. */
  | ({ readonly op: 'repeatPlanes' } & Along)
  /** `size` of the planes along the middle from `begin`. */
  | ({ readonly op: 'slicePlanes'; readonly begin: number; readonly size: number } & Along)
  /** The VJP of slicePlanes: zeros before and after. */
  | ({ readonly op: 'embedPlanes'; readonly begin: number; readonly size: number } & Along)
  /** Permutes planes: plane i is plane order[i] of the input. */
  | { readonly op: 'rearrange'; readonly order: readonly number[] }
  /** Concatenates along the middle; `sizes` are those of the inputs. */
  | {
      readonly op: 'concatPlanes';
      readonly outer: number;
      readonly inner: number;
      readonly sizes: readonly number[];
    }
  /**
   * The gradient of the summed cross-entropy for the logits; the loss itself is added to a total. Labels come from
   * outside.
   */
  | { readonly op: 'crossEntropy' }
  | FieldScan
  | FieldScanAdjoint
  /** `final/FIELD` or `observed/NAME` of a scan; `input/N` of its adjoint. */
  | { readonly op: 'port'; readonly port: string };

/** An operation, the numbers of its inputs (all smaller than its own), and the extent of its result. */
export interface FieldNode {
  readonly op: FieldOp;
  readonly inputs: readonly number[];
  readonly extent: Extent;
}

export type FieldOpOf<N extends FieldOp['op']> = Extract<FieldOp, { readonly op: N }>;

const pointwise: ReadonlySet<string> = new Set([
  'map',
  'affine',
  'zip',
  'keep',
  'length',
  'lengthVjp',
  'where',
  'angleVjp',
  'spread',
]);

/** Whether a node is pointwise. Its inputs are fields of as many planes, lists with one number a plane, or scalars. */
export const isPointwise = ({ op }: FieldNode): boolean => pointwise.has(op.op);

/** The number of runs of planes with their own weights in a layer. */
export const headsOf = ({ heads = 1 }: OverSites): number => heads;

/** Whether a node is a layer whose weights are values at sites, or the adjoint of one. */
export const isOverSites = ({ op }: FieldNode): boolean =>
  (op.op === 'dense' || op.op === 'denseWeight') && op.heads !== undefined;

/** The grid of pixel axes of these sizes. */
export const gridOf = (pixels: readonly number[]): Grid => {
  const [height, width] = pixels.length === 2 ? pixels : [1, pixels[0]];
  return { height, width };
};

export const sameGrid = (a: Grid | undefined, b: Grid | undefined): boolean =>
  a?.height === b?.height && a?.width === b?.width && a?.samples === b?.samples;

export const sameExtent = (a: Extent | undefined, b: Extent): boolean =>
  a?.planes === b.planes && sameGrid(a.grid, b.grid);

/** An extent as a key. */
export const extentKey = ({ planes, grid }: Extent): string =>
  grid === undefined
    ? `${planes}`
    : `${planes} ${grid.height}x${grid.width}${grid.samples ? ' samples' : ''}`;

/** Whether a permutation is the identity. */
export const isIdentity = (order: readonly number[]): boolean => order.every((from, to) => from === to);

/** Whether it is a value of the whole batch, whose readers wait for all samples. */
export const isOverBatch = ({ op }: FieldNode): boolean => op.op === 'batchMoments' || op.op === 'overBatch';
