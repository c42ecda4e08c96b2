/** Checks that weights and answers are finite: one weight that is not makes every answer meaningless. */

import { type DrumheadError, mismatch } from '../../base/error.js';
import { SessionFault } from '../../compile/tfjs/session/fault.js';
import type { Arrays } from '../../compile/tfjs/session/session.js';

/** A value that is not finite, and the array that holds it. */
export interface Unfinite {
  readonly name: string;
  readonly index: number;
  readonly value: number;
}

/** The first value that is not finite; null if all are. */
export const unfinite = (arrays: Arrays): Unfinite | null => {
  for (const [name, values] of Object.entries(arrays)) {
    const index = values.findIndex((value) => !Number.isFinite(value));
    if (index >= 0) return { name, index, value: values[index] };
  }
  return null;
};

/** The first pixel without a class; null if all have one. A logit of -Infinity excludes its class, unless all are. */
const withoutClass = (logits: ArrayLike<number>, classes: number): number | null => {
  for (let row = 0; row < logits.length; row += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const logit = logits[row + k];
      if (Number.isNaN(logit)) return row / classes;
      if (logit > most) most = logit;
    }
    if (!Number.isFinite(most)) return row / classes;
  }
  return null;
};

const tooLarge = 'the weights or the time step dt are too large for it';

/** The error for a loss that is not finite, for example because the logits are not. */
export const lossNotFinite = (source: string, loss: number): DrumheadError =>
  mismatch(`${source}: the loss is ${loss}, since logits are not finite; no scores are given, ${tooLarge}`);

/**
 * Checks a program's answers for some images. A pixel without finite logits has no class, although an argmax
 * would return class 0, and waves that are not finite cannot be drawn.
 *
 * @param first the number of the first image, for the message
 *
 * **Errors** Throws a SessionFault with a Mismatch.
 */
export const finiteAnswer = (
  outputs: Readonly<Record<string, ArrayLike<number>>>,
  classes: number,
  images: number,
  first = 0,
): void => {
  const { logits, waves } = outputs;
  const pixel = logits === undefined || classes < 1 ? null : withoutClass(logits, classes);
  if (pixel !== null)
    throw new SessionFault(
      mismatch(
        `the logits of image ${first + Math.floor((pixel * classes * images) / logits.length)} are not finite, so it has no classes; ${tooLarge}`,
      ),
    );
  if (waves === undefined) return;
  for (let i = 0; i < waves.length; i++)
    if (!Number.isFinite(waves[i]))
      throw new SessionFault(
        mismatch(
          `the waves of image ${first + Math.floor((i * images) / waves.length)} are not finite; ${tooLarge}`,
        ),
      );
};
