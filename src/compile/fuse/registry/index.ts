/** Every kernel by its name. */

import * as E from 'fp-ts/lib/Either.js';
import type { KernelName } from '../list/instruction.js';
import type { Kernel } from '../list/kernel.js';
import {
  listDenseKernel,
  listDenseWeightKernel,
  listFirstMaxKernel,
  listReduceKernel,
  mixCellsKernel,
  pickCellsKernel,
} from './lists.js';
import { matrixDotsKernel, matrixProductKernel, planeDotsKernel, planeProductKernel } from './matrices.js';
import { listMomentsKernel, momentsKernel } from './moments.js';
import {
  addCellsKernel,
  copyCellsKernel,
  copyKernel,
  crossEntropyKernel,
  fillKernel,
  firstMaxKernel,
  foldReflectedKernel,
  reduceKernel,
} from './moves.js';
import { noiseKernel } from './noise.js';
import {
  copyLinesKernel,
  gatherPixelsKernel,
  mergePairsKernel,
  poolKernel,
  poolVjpKernel,
  splitPairsKernel,
} from './pixels.js';
import { pointwiseKernel } from './pointwise.js';
import { productKernel, transformKernel, transposeKernel } from './products.js';
import { copySidesKernel, placeCellsKernel, sumLinesKernel } from './sides.js';
import { addOntoKernel, dotKernel, roundKernel, sumPlanesKernel, sumShortPlanesKernel } from './sums.js';

/** All kinds of kernels. */
const kinds: readonly {
  readonly name: string;
  readonly isNative: boolean;
  readonly made: (of: unknown) => E.Either<string, Kernel>;
}[] = [
  addCellsKernel,
  addOntoKernel,
  copyCellsKernel,
  copyLinesKernel,
  copyKernel,
  copySidesKernel,
  crossEntropyKernel,
  dotKernel,
  fillKernel,
  firstMaxKernel,
  foldReflectedKernel,
  gatherPixelsKernel,
  listDenseKernel,
  listDenseWeightKernel,
  listFirstMaxKernel,
  listMomentsKernel,
  listReduceKernel,
  matrixDotsKernel,
  matrixProductKernel,
  mergePairsKernel,
  mixCellsKernel,
  momentsKernel,
  noiseKernel,
  pickCellsKernel,
  placeCellsKernel,
  planeDotsKernel,
  planeProductKernel,
  pointwiseKernel,
  poolKernel,
  poolVjpKernel,
  productKernel,
  reduceKernel,
  roundKernel,
  splitPairsKernel,
  sumLinesKernel,
  sumPlanesKernel,
  sumShortPlanesKernel,
  transformKernel,
  transposeKernel,
];

/** The names of all kinds of kernels. */
export const kernelNames: readonly string[] = kinds.map(({ name }) => name);

/** Those that have native code. */
export const nativeKernelNames: readonly string[] = kinds.flatMap(({ name, isNative }) =>
  isNative ? [name] : [],
);

const byName = new Map(kinds.map((kind) => [kind.name, kind]));

/** The kernel that an instruction names, or a clause with the problem. */
export const kernelOf = ({ kernel, of }: KernelName): E.Either<string, Kernel> =>
  byName.get(kernel)?.made(of) ?? E.left(`there is no kernel ${JSON.stringify(kernel)}`);
