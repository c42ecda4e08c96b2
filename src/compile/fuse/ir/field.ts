/**
 * Field graphs: what a region of a program is lowered to before it becomes kernels.
 *
 * Everything is per sample and lies in planes: a field [H, W, C] is C planes of H W pixels, a sequence [T, H, W, C] is
 * T C planes. What has no pixels (weights, biases, scalars) is a plain list of numbers. Axes, transposes and reshapes
 * are gone; the adjoint of a field graph is again one.
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

export interface Window {
  readonly height: number;
  readonly width: number;
  /** Channels in and out of the forward convolution; depthwise: `to` results for each of `from` channels. */
  readonly from: number;
  readonly to: number;
  readonly depthwise: boolean;
  readonly boundary: Exclude<Boundary, 'none'>;
}

export interface FieldScan {
  readonly op: 'scan';
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  readonly body: FieldBody;
}

/** A step. Inputs of the scan: initial fields, sequences, externals. */
export interface FieldBody {
  readonly nodes: readonly FieldNode[];
  readonly next: Readonly<Record<string, number>>;
  readonly observe: Readonly<Record<string, number>>;
}

/**
 * The reverse of a scan. Inputs: those of the scan, then the cotangents of `finals`, those of `observed`, and the
 * fields `earlier` as they would have been a step before the first. Its ports are the cotangents of the scan's inputs,
 * by their place.
 */
export interface FieldScanAdjoint {
  readonly op: 'scanAdjoint';
  /** The scan itself, by its node; its step leaves `recorded` values behind. */
  readonly scan: number;
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  readonly finals: readonly string[];
  readonly observed: readonly string[];
  /** Fields that its step reads as they were one step before its own: a velocity follows from them. */
  readonly earlier: readonly string[];
  readonly nodes: readonly FieldNode[];
  /** The cotangent of each field before the step, or nothing. */
  readonly carry: Readonly<Record<string, number>>;
  /** Per step cotangents of elements; sums over all steps of those of externals. */
  readonly elements: Readonly<Record<number, number>>;
  readonly externals: Readonly<Record<number, number>>;
}

export type FieldOp =
  | { readonly op: 'leaf'; readonly source: Source }
  | { readonly op: 'map'; readonly fn: MapFunction }
  | { readonly op: 'affine'; readonly scale: number; readonly shift: number }
  | { readonly op: 'zip'; readonly fn: ZipFunction }
  /** a where b > 0, else b: of b that is 0, or NaN, where it is not above 0. */
  | { readonly op: 'keep' }
  /** |re + i im| of two, right at every scale. */
  | { readonly op: 'length' }
  /** The adjoint of length by its first: inputs the cotangent d, re and im; d re / |re + i im|, 0 where both are 0. */
  | { readonly op: 'lengthVjp' }
  /** A list of numbers as constant planes. */
  | { readonly op: 'spread' }
  /** Along the middle: sum over count of x[outer, count, inner] w[count, to], or with w [to, count] transposed. */
  | ({ readonly op: 'dense'; readonly to: number; readonly transposed: boolean } & Along)
  /** Its gradient by w: inputs x [outer, count, inner] and the cotangent [outer, to, inner]. */
  | ({ readonly op: 'denseWeight'; readonly to: number } & Along)
  | ({ readonly op: 'conv' } & Window)
  /** By its input: inputs the cotangent and w. */
  | ({ readonly op: 'convInput' } & Window)
  /** By its weights: inputs x and the cotangent. */
  | ({ readonly op: 'convWeight' } & Window)
  /** The value itself, added to a sum over steps or samples. */
  | { readonly op: 'addOnto' }
  /** The sum over the pixels of each plane, times a number: a mean does not overflow where its sum would. */
  | { readonly op: 'sumPixels'; readonly scale: number }
  /** The sum of a list of numbers. */
  | { readonly op: 'sumAll' }
  | ({ readonly op: 'reducePlanes'; readonly fn: 'sum' | 'max' } & Along)
  /** The adjoint of max: inputs x, its maximum, the cotangent; to the first place where it is reached. */
  | ({ readonly op: 'firstMax' } & Along)
  /** `count` copies along the middle. */
  | ({ readonly op: 'repeatPlanes' } & Along)
  /** `size` of the planes along the middle from `begin`. */
  | ({ readonly op: 'slicePlanes'; readonly begin: number; readonly size: number } & Along)
  /** Its adjoint: zeros around. */
  | ({ readonly op: 'embedPlanes'; readonly begin: number; readonly size: number } & Along)
  /** Plane i is plane order[i] of the input; each stands somewhere once. */
  | { readonly op: 'rearrange'; readonly order: readonly number[] }
  /** One after the other along the middle: the sizes of the inputs. */
  | {
      readonly op: 'concatPlanes';
      readonly outer: number;
      readonly inner: number;
      readonly sizes: readonly number[];
    }
  /** The gradient of the summed cross-entropy by the logits; its value is left behind. Labels come from outside. */
  | { readonly op: 'crossEntropy' }
  | FieldScan
  | FieldScanAdjoint
  /** `final/FIELD` or `observed/NAME` of a scan; `input/N` of a reverse. */
  | { readonly op: 'port'; readonly port: string };

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

/** Whether a node is a pointwise map of its inputs: those with as many planes, lists of a number a plane, scalars. */
export const isPointwise = ({ op }: FieldNode): boolean => pointwise.has(op.op);

/** Whether an order changes nothing. */
export const isIdentity = (order: readonly number[]): boolean => order.every((from, to) => from === to);
