/** Weights are numbers: one that is not makes every answer one that means nothing. */

import type { Arrays } from '../../compile/tfjs/session/session.js';

/** A value that is not finite, and the array that holds it. */
export interface Unfinite {
  readonly name: string;
  readonly index: number;
  readonly value: number;
}

/** The first value that is not finite; null where all are. */
export const unfinite = (arrays: Arrays): Unfinite | null => {
  for (const [name, values] of Object.entries(arrays)) {
    const index = values.findIndex((value) => !Number.isFinite(value));
    if (index >= 0) return { name, index, value: values[index] };
  }
  return null;
};
