/** Micro-batches: how a batch is split so that each part fits an engine's memory. */

import * as E from 'fp-ts/lib/Either.js';
import type { OutOfMemory } from '../base/error.js';

/** The memory of training: a part that does not grow with the batch, and a part for each sample. */
export interface Footprint {
  readonly fixedBytes: number;
  readonly bytesPerSample: number;
}

/** Sizes of the micro-batches, in order; their sum is the batch. */
export type MicroBatches = readonly number[];

/**
 * The fewest micro-batches that fit, of nearly equal sizes; at least `atLeast` of them if the batch is large enough,
 * so that several workers are busy.
 *
 * The sizes depend on program, batch and engine alone, never on free memory or the number of processors, so that a run
 * is the same on every machine. `atLeast` must be a constant for the same reason.
 *
 * **Errors** OutOfMemory when not even one sample fits, or when the batch must be held whole (batch statistics) and
 * does not fit. A batch that is held whole may still be computed in parts.
 *
 * @example
 * microBatches({ fixedBytes: 0, bytesPerSample: 2 }, 16, 10, { engine: 'wasm', whole: false })   // right([4, 4, 4, 4])
 */
export const microBatches = (
  { fixedBytes, bytesPerSample }: Footprint,
  batch: number,
  limitBytes: number,
  {
    engine,
    whole,
    inParts = !whole,
    atLeast = 1,
  }: {
    readonly engine: string;
    readonly whole: boolean;
    readonly inParts?: boolean;
    readonly atLeast?: number;
  },
): E.Either<OutOfMemory, MicroBatches> => {
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
  return E.right(equalParts(batch, inParts ? Math.max(needed, atLeast) : 1));
};

/**
 * Splits a batch into `parts` micro-batches of nearly equal sizes, the larger ones first; fewer if some would be
 * empty.
 *
 * @example
 * equalParts(16, 3)   // [6, 5, 5]
 * equalParts(2, 3)    // [1, 1]
 */
export const equalParts = (batch: number, parts: number): MicroBatches => {
  const used = Math.max(1, Math.min(parts, batch));
  const small = Math.floor(batch / used);
  const larger = batch - small * used;
  return Array.from({ length: used }, (_, i) => (i < larger ? small + 1 : small));
};
