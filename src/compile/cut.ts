/** Cutting a batch into micro-batches that fit an engine's memory. */

import * as E from 'fp-ts/lib/Either.js';
import type { OutOfMemory } from '../base/error.js';

/** What training holds at once: what does not grow with the batch, and what each sample adds. */
export interface Footprint {
  readonly fixedBytes: number;
  readonly bytesPerSample: number;
}

/** Sizes of the micro-batches, in order; their sum is the batch. */
export type Cut = readonly number[];

/**
 * The fewest parts, as equal as can be, that fit. A function of program, batch and engine alone, never of the memory
 * that happens to be free, so that a run is the same wherever it continues.
 *
 * **Errors** OutOfMemory when not even one sample fits, or when the batch must stay whole (batch statistics) and
 * does not.
 *
 * @example
 * cut({ fixedBytes: 0, bytesPerSample: 2 }, 16, 10, { engine: 'wasm', whole: false })   // right([4, 4, 4, 4])
 */
export const cut = (
  { fixedBytes, bytesPerSample }: Footprint,
  batch: number,
  limitBytes: number,
  { engine, whole }: { readonly engine: string; readonly whole: boolean },
): E.Either<OutOfMemory, Cut> => {
  const fits = Math.floor((limitBytes - fixedBytes) / bytesPerSample);
  const least = whole ? batch : 1;
  if (fits < least)
    return E.left({
      _tag: 'OutOfMemory',
      engine,
      neededBytes: fixedBytes + least * bytesPerSample,
      limitBytes,
    });
  const parts = Math.ceil(batch / Math.min(fits, batch));
  const small = Math.floor(batch / parts);
  const larger = batch - small * parts;
  return E.right(Array.from({ length: parts }, (_, i) => (i < larger ? small + 1 : small)));
};
