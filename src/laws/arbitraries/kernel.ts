/** Kernels of couplings: free, invariant under the symmetries of the square, and Laplacian-like. */

import type fc from 'fast-check';
import { type NdArray, ndarray } from '../../compile/reference/array.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { printed, sparse, thinArbitrary } from './sparse.js';

/**
 * `free`: any numbers. `symmetric`: the same under the eight symmetries of the square (of a line: mirrored).
 * `laplacian`: symmetric, non-negative around the centre, and the entries from each channel to each sum to zero.
 */
export type KernelKind = 'free' | 'symmetric' | 'laplacian';

/** Options for kernels. */
export interface KernelOptions {
  /** Default 'free'. */
  readonly kind?: KernelKind;
  /** Number of spatial axes, 1 or 2; default 2. */
  readonly rank?: 1 | 2;
  /** Largest radius: sides are 1, 3, ... 2 radius + 1; default 2. */
  readonly radius?: number;
  /** Largest number of input channels; default 2. */
  readonly inputs?: number;
  /** Largest number of output channels; default 2. */
  readonly outputs?: number;
}

/** A position in a kernel relative to its centre. */
type Offset = readonly number[];

const reachOf = (offset: Offset): number => Math.max(...offset.map(Math.abs));

/** Groups of positions with equal entries, those near the centre first, so that a prefix is a smaller kernel. */
const groupsOf = (rank: number, radius: number, symmetric: boolean): readonly (readonly Offset[])[] => {
  const line = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const all = rank === 1 ? line.map((x) => [x]) : line.flatMap((y) => line.map((x) => [y, x]));
  const key = (offset: Offset): string =>
    (symmetric ? offset.map(Math.abs).sort((a, b) => a - b) : offset).join(',');
  const groups = new Map<string, Offset[]>();
  for (const offset of [...all].sort((a, b) => reachOf(a) - reachOf(b)))
    groups.set(key(offset), [...(groups.get(key(offset)) ?? []), offset]);
  return [...groups.values()];
};

/** A kernel [side, (side,) inputs, outputs] from the entries [groups, inputs, outputs] of its groups. */
const kernelOf = (groups: readonly (readonly Offset[])[], entries: NdArray, balanced: boolean): NdArray => {
  const [count, inputs, outputs] = entries.shape;
  const used = groups.slice(0, count);
  const radius = Math.max(...used.flat().map(reachOf));
  const side = 2 * radius + 1;
  const shape: Shape = [...groups[0][0].map(() => side), inputs, outputs];
  const data = new Float64Array(volume(shape));
  const pairs = inputs * outputs;
  const place = (offset: Offset): number => offset.reduce((at, x) => at * side + x + radius, 0);
  for (const [g, offsets] of used.entries())
    for (const offset of offsets)
      for (let pair = 0; pair < pairs; pair++)
        data[place(offset) * pairs + pair] = entries.data[g * pairs + pair];
  if (!balanced) return ndarray(shape, data);
  const centre = place(groups[0][0]);
  for (let pair = 0; pair < pairs; pair++) {
    let around = 0;
    for (let tap = 0; tap < volume(shape) / pairs; tap++)
      if (tap !== centre) around += Math.abs(data[tap * pairs + pair]);
    data[centre * pairs + pair] = -around;
  }
  return ndarray(
    shape,
    data.map((v, i) => (Math.floor(i / pairs) === centre ? v : Math.abs(v))),
  );
};

/**
 * Random kernels [side, side, inputs, outputs] of odd sides, entries multiples of 1/16 between -1 and 1 (the centre of
 * a Laplacian-like one follows from the others). Failing ones shrink to the smallest side, the fewest channels and few
 * nonzero entries, and print as `sparse(...)`.
 *
 * @example
 * fc.assert(
 *   fc.property(kernelArbitrary({ kind: 'laplacian', inputs: 1, outputs: 1 }), ({ data }) => {
 *     return data.reduce((a, b) => a + b, 0) === 0;
 *   }),
 * );
 */
export const kernelArbitrary = ({
  kind = 'free',
  rank = 2,
  radius = 2,
  inputs = 2,
  outputs = 2,
}: KernelOptions = {}): fc.Arbitrary<NdArray> => {
  const groups = groupsOf(rank, radius, kind !== 'free');
  const radii = Array.from({ length: radius + 1 }, (_, r) => r);
  const counts = radii.map((r) => groups.filter(([first]) => reachOf(first) <= r).length);
  const channels = (most: number): readonly number[] => Array.from({ length: most }, (_, n) => n + 1);
  const shapes = counts.flatMap((count) =>
    channels(inputs).flatMap((from) => channels(outputs).map((to): Shape => [count, from, to])),
  );
  return thinArbitrary({ shapes, low: -1, high: 1 }).map(({ shape, cells }) =>
    printed(kernelOf(groups, sparse(shape, cells), kind === 'laplacian')),
  );
};
