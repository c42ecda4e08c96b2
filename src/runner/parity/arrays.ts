/** Reads the arrays of a fixture, checks them against their description, and turns them into our layout. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as RR from 'fp-ts/lib/ReadonlyRecord.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../base/error.js';
import { type Shape, sameShape, showShape } from '../../dsl/index.js';
import { type NpyArray, type NpyDtype, ofDtype, readNpy } from '../../formats/npy/npy.js';
import { permute, permutedShape } from '../../models/permute.js';
import type { TorchTensor } from '../../models/torch-names.js';
import type { ArrayEntries, ArrayEntry } from './manifest.js';

/**
 * The array that an entry describes.
 *
 * **Errors** FileError where it is missing; DecodeError where it is damaged or not of the shape or type described.
 */
export const describedArray =
  (folder: string) =>
  ({ file, shape, dtype }: Omit<ArrayEntry, 'dtype'> & { readonly dtype: NpyDtype }): Effect<NpyArray> => {
    const path = join(folder, file);
    return pipe(
      readNpy(path),
      TE.flatMapEither(ofDtype(path, dtype)),
      TE.filterOrElseW(
        (array) => sameShape(array.shape, shape),
        (array) =>
          decodeError(path, `its shape is ${showShape(array.shape)}, the manifest says ${showShape(shape)}`),
      ),
    );
  };

/**
 * The same in float32, whole numbers too (classes are small).
 *
 * **Errors** as `describedArray`.
 */
export const readArray =
  (folder: string) =>
  (entry: ArrayEntry): Effect<TorchTensor> =>
    pipe(
      describedArray(folder)(entry),
      TE.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
    );

/** All arrays of a list of entries, by the same names. */
export const readArrays =
  (folder: string) =>
  (list: ArrayEntries): Effect<Readonly<Record<string, TorchTensor>>> =>
    pipe(list, RR.traverse(TE.ApplicativeSeq)(readArray(folder)));

/** Where PyTorch keeps channels after the batch (and the time) and before the sites, ours come last. */
const channelsLast: Readonly<Record<number, Shape>> = { 3: [0, 1, 2], 4: [0, 2, 3, 1], 5: [0, 1, 3, 4, 2] };

/** A field (B, C, H, W) or sequence (B, T, C, H, W) with its channels last; maps (B, H, W) stay. */
export const toChannelsLast = ({ shape, data }: TorchTensor): TorchTensor => {
  const axes = channelsLast[shape.length] ?? shape.map((_, axis) => axis);
  return { shape: permutedShape(shape, axes), data: permute(data, shape, axes) };
};
