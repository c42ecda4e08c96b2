/** Losses by name over the classes of pixels or of whole samples, which have kernels of their own. */

import { type Loss, type LossShare, lossOfImage } from '../../compile/loss.js';
import type { ArrayValues } from '../../data/arrays.js';
import type { ClassesAim } from '../../experiments/learning.js';
import type { ClassLoss } from '../../experiments/loss.js';
import type { Measures } from '../../experiments/scores/measures.js';
import { type Scores, scoresOf, type Tally, tallies, tallyBatch } from '../../experiments/scores/scores.js';
import type { Objective, Scorer } from './objective.js';

/** Whether the loss equals a score: the cross-entropy with equal class weights. */
const isScored = ({ name, weights }: Loss): boolean => name === 'cross-entropy' && weights.length === 0;

const noShare: LossShare = { total: 0, count: 0 };

const shareOf = (
  loss: Loss,
  logits: Float32Array,
  classes: number,
  labels: Int32Array,
  samples: number,
  start: LossShare,
): LossShare => {
  const each = labels.length / samples;
  return Array.from({ length: samples }, (_, sample) =>
    lossOfImage(
      loss,
      logits.subarray(sample * each * classes, (sample + 1) * each * classes),
      classes,
      labels.subarray(sample * each, (sample + 1) * each),
    ),
  ).reduce((sum, one) => ({ total: sum.total + one.total, count: sum.count + one.count }), start);
};

/** The scores of whole samples, without those of foreground, since no sample is background. */
const ofSamples = ({ loss, accuracy, images }: Scores): Measures => ({ loss, accuracy, samples: images });

const scorerOf = (aim: ClassesAim, tally: Tally, share: LossShare): Scorer => ({
  add: ({ logits }, values, samples) => {
    const { loss, label, classes } = aim;
    const labels = Int32Array.from(values[label]);
    return scorerOf(
      aim,
      tallyBatch(logits, classes, labels, samples, tally, aim.objects),
      isScored(loss) ? share : shareOf(loss, logits, classes, labels, samples, share),
    );
  },
  evaluation: () => {
    const scores = scoresOf(tally);
    const trained = share.count === 0 ? null : share.total / share.count;
    return {
      scores: aim.scored === 'segmentation' ? scores : ofSamples(scores),
      loss: isScored(aim.loss) ? scores.loss : trained,
    };
  },
});

/**
 * A loss by name over the output `logits` of a program with these inputs. A whole sample that is classified
 * counts as one pixel.
 */
export const classesObjective = (inputs: readonly string[], aim: ClassesAim): Objective => ({
  reads: [...inputs, aim.label],
  step: (values, count) => ({
    count,
    inputs: only(inputs, values),
    labels: Int32Array.from(values[aim.label]),
    loss: aim.loss,
  }),
  inputs,
  outputs: ['logits'],
  scorer: scorerOf(aim, tallies.empty, noShare),
});

/** Only these arrays. */
export const only = (names: readonly string[], values: ArrayValues): ArrayValues =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

/**
 * The classes of images: of each pixel, or of the whole.
 *
 * @param objects how many classes are single objects, after the background
 */
export const imagesObjective = (loss: ClassLoss, classes: number, objects = 0): Objective =>
  classesObjective(['image'], {
    kind: 'classes',
    loss,
    label: loss.target === 'pixel' ? 'mask' : 'label',
    classes,
    scored: 'segmentation',
    objects: loss.target === 'pixel' ? objects : 0,
  });
