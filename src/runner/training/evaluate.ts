/** Evaluation: runs a split through the program and scores it image by image. */

import { type Loss, type LossShare, lossOfImage } from '../../compile/loss.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import { imagesOf, type Labels, type Split } from '../../data/dataset.js';
import { labelsOf } from '../../data/targets.js';
import type { LossSpec } from '../../experiments/loss.js';
import { type Scores, scoresOf, type Tally, tallies, tallyBatch } from '../../experiments/scores.js';

const partsAtOnce = 4;

/** Scores of a split, and the training loss over it. */
export interface Evaluation {
  readonly scores: Scores;
  /** The loss of the training over the whole split; for the published one the same as that of the scores. */
  readonly loss: number | null;
}

/**
 * Scores of a split under the session's weights; null for a split without images. Where whole images are classified,
 * each counts as one pixel.
 *
 * @param batch images of a part that is run at once; a fixed number, so that the same weights give the same bits
 * @param loss what is classified, pixels or images, and by which loss; default the published
 */
export const evaluate = async (
  session: Session,
  split: Split,
  classes: number,
  batch: number,
  watch: (done: number) => void = () => {},
  signal?: AbortSignal,
  loss?: LossSpec,
): Promise<Scores | null> =>
  (await evaluateLoss(session, split, classes, batch, watch, signal, loss))?.scores ?? null;

/** As `evaluate`, with the loss that was trained for. */
export const evaluateLoss = async (
  session: Session,
  split: Split,
  classes: number,
  batch: number,
  watch: (done: number) => void = () => {},
  signal?: AbortSignal,
  loss?: LossSpec,
): Promise<Evaluation | null> => {
  if (split.count === 0) return null;
  const scored = loss === undefined || isScored(loss);
  let tally: Tally = tallies.empty;
  let share: LossShare = { total: 0, count: 0 };
  // several parts at a time, so that all threads have something to do; a part's bits do not depend on the others
  const together = partsAtOnce * batch;
  for (let begin = 0; begin < split.count; begin += together) {
    if (signal?.aborted) return null;
    const indices = range(begin, Math.min(together, split.count - begin));
    const microBatches = range(0, Math.ceil(indices.length / batch)).map((part) =>
      Math.min(batch, indices.length - part * batch),
    );
    const { outputs } = await session.infer(
      { count: indices.length, inputs: { image: imagesOf(split, indices) }, samples: indices },
      ['logits'],
      { microBatches },
    );
    const labels = labelsOf(split, indices, loss?.target ?? 'pixel');
    tally = tallyBatch(outputs.logits, classes, labels, indices.length, tally);
    if (!scored) share = addImages(loss, share, outputs.logits, classes, labels, indices.length);
    watch(begin + indices.length);
  }
  const scores = scoresOf(tally);
  return { scores, loss: scored ? scores.loss : share.count === 0 ? null : share.total / share.count };
};

/** Whether the loss equals a score: the cross-entropy with equal class weights. */
const isScored = ({ name, weights }: Loss): boolean => name === 'cross-entropy' && weights.length === 0;

const addImages = (
  loss: Loss,
  share: LossShare,
  logits: Float32Array,
  classes: number,
  labels: Labels,
  images: number,
): LossShare => {
  const each = labels.length / images;
  return range(0, images)
    .map((image) =>
      lossOfImage(
        loss,
        logits.subarray(image * each * classes, (image + 1) * each * classes),
        classes,
        labels.subarray(image * each, (image + 1) * each),
      ),
    )
    .reduce((sum, one) => ({ total: sum.total + one.total, count: sum.count + one.count }), share);
};

/** begin, begin + 1, ... */
export const range = (begin: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => begin + i);
