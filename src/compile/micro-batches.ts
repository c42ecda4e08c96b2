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
 * The fewest parts, as equal as can be, that fit; where the batch allows it, `atLeast` of them, so that several
 * workers have something to do. A function of program, batch and engine alone, never of the memory that happens to be
 * free or of the processors that happen to be there, so that a run is the same wherever it continues: `atLeast` too
 * must be a constant.
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
  {
    engine,
    whole,
    atLeast = 1,
  }: { readonly engine: string; readonly whole: boolean; readonly atLeast?: number },
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
  const needed = Math.ceil(batch / Math.min(fits, batch));
  return E.right(equalParts(batch, whole ? 1 : Math.max(needed, atLeast)));
};

/**
 * So many parts of a batch, as equal as can be, the larger ones first; never an empty one.
 *
 * @example
 * equalParts(16, 3)   // [6, 5, 5]
 * equalParts(2, 3)    // [1, 1]
 */
export const equalParts = (batch: number, parts: number): Cut => {
  const used = Math.max(1, Math.min(parts, batch));
  const small = Math.floor(batch / used);
  const larger = batch - small * used;
  return Array.from({ length: used }, (_, i) => (i < larger ? small + 1 : small));
};
