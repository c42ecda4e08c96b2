/** The scores of a report. */

import type { Better } from '../experiments/scores/measures.js';

/** A score; null (or left out) if there is none, such as the foreground score of images without foreground. */
export type Score = number | null | undefined;

/** Mean cross-entropy in nats per pixel, and shares 0..1. */
export interface Scores {
  readonly loss?: Score;
  readonly accuracy?: Score;
  readonly iou?: Score;
  /** Accuracy over the pixels whose target is not background. */
  readonly foregroundAccuracy?: Score;
  /** Intersection over union over the pixels whose target is not background. */
  readonly foregroundIou?: Score;
  /** Adjusted Rand index over the pixels of objects, if classes are single objects. */
  readonly foregroundAri?: Score;
  /** IoU and Dice of each foreground class over all pixels of the split, averaged over the classes. */
  readonly classMeanIou?: Score;
  readonly dice?: Score;
  /** The scores that an experiment declares, by name. */
  readonly [name: string]: Score;
}

/** A score other than those of segmentation, for pages and figures. */
export interface OwnLine {
  readonly name: string;
  /** How it is computed, in words. */
  readonly words: string;
  readonly better: Better;
}

/** The words of a direction. */
export const betterWords = (better: Better): string => `${better} is better`;

/** The scores after an epoch, counted from 1. */
export interface EpochScores {
  readonly epoch: number;
  readonly train?: Scores;
  readonly validation?: Scores;
}

/** Whether a score exists and is a finite number. */
export const known = (score: Score): score is number => typeof score === 'number' && Number.isFinite(score);
