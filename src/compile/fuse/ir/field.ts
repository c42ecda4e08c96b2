/**
 * Field graphs: what a region of a program is lowered to before it becomes kernels.
 *
 * Values are per sample and stored in planes: a field [H, W, C] is C planes of H W pixels, a sequence [T, H, W, C] is
 * T C planes. A value without pixels (a weight, a bias, a scalar) is a list of numbers. There are no axes, transposes or
 * reshapes. The adjoint of a field graph is a field graph.
 */

import type { Boundary, MapFunction, ZipFunction } from '../../../dsl/op.js';

/** How many planes, and whether each is a plane of pixels or a single number. */
export interface Extent {
  readonly planes: number;
  readonly grid: boolean;
}

/** Where a leaf's values come from. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number | readonly number[] }
  // the cotangent of an output, given from outside
  | { readonly kind: 'cotangent'; readonly name: string }
  // leaves of a step
  | { readonly kind: 'state'; readonly field: string }
  | { readonly kind: 'element'; readonly sequence: number }
  | { readonly kind: 'external'; readonly index: number }
  | { readonly kind: 'clock' }
  // leaves of a reverse step
  | { readonly kind: 'residual'; readonly node: number }
  | { readonly kind: 'carry'; readonly field: string }
  // a field as it was one step earlier than the state
  | { readonly kind: 'earlier'; readonly field: string }
  // a sum over steps or samples, so far
  | { readonly kind: 'accumulated'; readonly index: number }
  | { readonly kind: 'observed'; readonly name: string };

/** Planes seen as [outer, count, inner]: what happens along the middle. */
export interface Along {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

/** The window of a convolution. */
export interface Window {
  readonly height: number;
  readonly width: number;
  /** Channels in and out of the forward convolution; depthwise: `to` results for each of `from` channels. */
  readonly from: number;
  readonly to: number;
  readonly depthwise: boolean;
  readonly boundary: Exclude<Boundary, 'none'>;
}

/** A scan. Inputs: initial fields, sequences, externals. */
export interface FieldScan {
  readonly op: 'scan';
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  readonly body: FieldBody;
}

/** The step of a scan. */
export interface FieldBody {
  readonly nodes: readonly FieldNode[];
  readonly next: Readonly<Record<string, number>>;
  readonly observe: Readonly<Record<string, number>>;
}

/**
 * The adjoint of a scan. Inputs: those of the scan, the cotangents of `finals` and of `observed`, the fields `earlier` as
 * they would be one step before the first, and the scan itself. Its ports are the cotangents of the scan's inputs, by
 * their index.
 */
export interface FieldScanAdjoint {
  readonly op: 'scanAdjoint';
  /** The node of the scan, which records the residuals. */
  readonly scan: number;
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  readonly finals: readonly string[];
  readonly observed: readonly string[];
  /** Fields that a step also reads as they were one step earlier, to recompute velocities. */
  readonly earlier: readonly string[];
  readonly nodes: readonly FieldNode[];
  /** The cotangent of each field before the step, where there is one. */
  readonly carry: Readonly<Record<string, number>>;
  /** Cotangents of the elements, one a step; those of externals are summed over all steps. */
  readonly elements: Readonly<Record<number, number>>;
  readonly externals: Readonly<Record<number, number>>;
}

/** Pointwise functions that have a kernel. */
export type FieldMap = Exclude<MapFunction, 'floor' | 'erf'>;
export type FieldZip = Exclude<ZipFunction, 'greaterEqual' | 'atan2'>;

/** The operations of field graphs. */
export type FieldOp =
  | { readonly op: 'leaf'; readonly source: Source }
  | { readonly op: 'map'; readonly fn: FieldMap }
  | { readonly op: 'affine'; readonly scale: number; readonly shift: number }
  | { readonly op: 'zip'; readonly fn: FieldZip }
  /** a where b > 0, else b, which is then 0 or NaN. */
  | { readonly op: 'keep' }
  /** |re + i im|, accurate at every scale. */
  | { readonly op: 'length' }
  /** The VJP of length for its first input: d re / |re + i im|, 0 where both are 0. Inputs: the cotangent d, re, im. */
  | { readonly op: 'lengthVjp' }
  /** A list of numbers as constant planes. */
  | { readonly op: 'spread' }
  /** Along the middle: sum over count of x[outer, count, inner] w[count, to], or with w [to, count] transposed. */
  | ({ readonly op: 'dense'; readonly to: number; readonly transposed: boolean } & Along)
  /** The VJP of dense for w. Inputs: x [outer, count, inner] and the cotangent [outer, to, inner]. */
  | ({ readonly op: 'denseWeight'; readonly to: number } & Along)
  | ({ readonly op: 'conv' } & Window)
  /** The VJP of conv for its input. Inputs: the cotangent and w. */
  | ({ readonly op: 'convInput' } & Window)
  /** The VJP of conv for its weights. Inputs: x and the cotangent. */
  | ({ readonly op: 'convWeight' } & Window)
  /** Adds the value to a sum over steps or samples. */
  | { readonly op: 'addOnto' }
  /** The sum over the pixels of each plane, times `scale`, so that a mean does not overflow where its sum would. */
  | { readonly op: 'sumPixels'; readonly scale: number }
  /** The sum of a list of numbers. */
  | { readonly op: 'sumAll' }
  | ({ readonly op: 'reducePlanes'; readonly fn: 'sum' | 'max' } & Along)
  /** The VJP of max: the cotangent at the first index that reaches the maximum. Inputs: x, the maximum, the cotangent. */
  | ({ readonly op: 'firstMax' } & Along)
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
  /** The gradient of the summed cross-entropy by the logits; the loss itself is added to a total. Labels come from outside. */
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
  'spread',
]);

/** Whether a node is pointwise. Its inputs are fields of as many planes, lists with one number a plane, or scalars. */
export const isPointwise = ({ op }: FieldNode): boolean => pointwise.has(op.op);

/** Whether a permutation is the identity. */
export const isIdentity = (order: readonly number[]): boolean => order.every((from, to) => from === to);
