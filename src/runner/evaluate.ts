/** Evaluation: a split through the program, image by image scored. */

import type { Session } from '../compile/tfjs/session.js';
import { imagesOf, masksOf, type Split } from '../data/dataset.js';
import { type Scores, scoresOf, type Tally, tallies, tallyBatch } from '../experiments/scores.js';

/**
 * Scores of a split under the session's weights; null for a split without images.
 *
 * @param batch images run at once; a fixed number, so that the same weights give the same bits
 */
export const evaluate = async (
  session: Session,
  split: Split,
  classes: number,
  batch: number,
  watch: (done: number) => void = () => {},
  signal?: AbortSignal,
): Promise<Scores | null> => {
  if (split.count === 0) return null;
  let tally: Tally = tallies.empty;
  for (let begin = 0; begin < split.count; begin += batch) {
    if (signal?.aborted) return null;
    const indices = range(begin, Math.min(batch, split.count - begin));
    const { outputs } = await session.infer(
      { count: indices.length, inputs: { image: imagesOf(split, indices) }, samples: indices },
      ['logits'],
    );
    tally = tallyBatch(outputs.logits, classes, masksOf(split, indices), indices.length, tally);
    watch(begin + indices.length);
  }
  return scoresOf(tally);
};

/** begin, begin + 1, ... */
export const range = (begin: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => begin + i);
