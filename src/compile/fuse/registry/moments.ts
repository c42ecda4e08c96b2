/** Kernels of the moments of a batch. */

import * as t from 'io-ts';
import { addMoments, sumMoments } from '../kernels/moments.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { listMomentsLoops, momentsLoops } from '../loops/moments.js';

/** Sums of planes and of their squares, added to doubles. */
export const momentsKernel = define({
  name: 'moments',
  of: t.strict({}),
  takes: () => ['from', 'plane', 'to', 'squares', 'planes', 'vectors', 'mask'],
  wasm: sumMoments,
  native: () => [],
  loops: () => momentsLoops,
  flops: (_, ...[, , , , planes, vectors]) => 12 * planes * (vectors + 1),
  touches: (_, __, ...[from, plane, to, squares, planes, vectors, mask]): readonly Touch[] => [
    ...reads(mask, 16),
    ...reads(from, 16 * (vectors + 1), [planes, plane]),
    ...[to, squares].flatMap((at) => [...reads(at, 8 * planes), ...writes(at, 8 * planes)]),
  ],
});

/** Numbers of a list and their squares, added to doubles. */
export const listMomentsKernel = define({
  name: 'listMoments',
  of: t.strict({}),
  takes: () => ['from', 'to', 'squares', 'count'],
  wasm: addMoments,
  native: () => [],
  loops: () => listMomentsLoops,
  flops: (_, ...[, , , count]) => 3 * count,
  touches: (_, __, from, to, squares, count): readonly Touch[] => [
    ...reads(from, 4 * count),
    ...[to, squares].flatMap((at) => [...reads(at, 8 * count), ...writes(at, 8 * count)]),
  ],
});
