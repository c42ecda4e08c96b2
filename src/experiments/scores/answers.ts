/**
 * The answers of a model on samples, in numbers that can be drawn: a confusion matrix, calibration, predicted
 * against true numbers, and the score against the difficulty of a sample. Pure folds over samples.
 */

import type { Better } from './measures.js';

/** Places whose answers had about the same probability. */
export interface SureBin {
  /** The number of places (pixels, steps or samples). */
  readonly count: number;
  /** The mean predicted probability of these answers, 0 to 1. */
  readonly confidence: number;
  /** The share of correct answers. */
  readonly right: number;
}

/** True and predicted classes. */
export interface ClassAnswers {
  /** Names in the order of their numbers. */
  readonly classes: readonly string[];
  /** Numbers of places by true class, then by predicted class. */
  readonly confusion: readonly (readonly number[])[];
  /** Bins of equal width from 0 to 1; empty ones are left out. */
  readonly calibration: readonly SureBin[];
}

/** True and predicted numbers. */
export interface NumberAnswers {
  readonly count: number;
  /** Some of them, evenly spaced: the true one and the predicted one. */
  readonly pairs: readonly (readonly [truth: number, predicted: number])[];
  readonly meanAbsolute: number;
  /**
   * 1 minus the squared error over that of always predicting the mean; null if all true numbers are equal.
   */
  readonly explained: number | null;
}

/** Samples of about the same difficulty. */
export interface HardBin {
  readonly count: number;
  /** The mean difficulty, and the least and the largest. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly mean: number;
  /** The standard error of the mean; 0 for one sample. */
  readonly error: number;
}

/** A score against the difficulty of samples. */
export interface GradedAnswers {
  readonly score: string;
  readonly better: Better;
  readonly bins: readonly HardBin[];
}

/** Numbers over time of one sample, as they were asked and answered. */
export interface SeriesAnswer {
  readonly sample: number;
  readonly rank: 'best' | 'worst';
  /** Which column it is, from 1, of how many. */
  readonly column: number;
  readonly columns: number;
  /** Steps from one number to the next. */
  readonly every: number;
  /** What was seen before; empty where the inputs do not say it. */
  readonly past: readonly number[];
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/** The answers of a model on the first samples of a split. */
export interface Answers {
  readonly samples: number;
  /** The number of samples of the split. */
  readonly of: number;
  /** What one answer belongs to. */
  readonly place: 'pixel' | 'step' | 'sample' | 'value';
  readonly classes: ClassAnswers | null;
  readonly numbers: NumberAnswers | null;
  readonly graded: GradedAnswers | null;
  /** Of numbers over time, some of the best and the worst samples; left out of others. */
  readonly series?: readonly SeriesAnswer[];
}

const binsOfConfidence = 10;
const mostPairs = 1500;
const mostHardBins = 10;

/** The sums of class answers so far; changed in place, since pixels are many. */
export interface ClassSums {
  readonly counts: readonly Float64Array[];
  readonly sure: readonly { count: number; confidence: number; right: number }[];
}

/** No answers yet. */
export const noClassAnswers = (classes: number): ClassSums => ({
  counts: Array.from({ length: classes }, () => new Float64Array(classes)),
  sure: Array.from({ length: binsOfConfidence }, () => ({ count: 0, confidence: 0, right: 0 })),
});

/** The most probable class of a row of logits, the first of equal ones, and its probability. */
const surest = (
  logits: ArrayLike<number>,
  from: number,
  classes: number,
): { readonly label: number; readonly confidence: number } => {
  let label = 0;
  for (let k = 1; k < classes; k++) if (logits[from + k] > logits[from + label]) label = k;
  let total = 0;
  for (let k = 0; k < classes; k++) total += Math.exp(logits[from + k] - logits[from + label]);
  return { label, confidence: 1 / total };
};

/**
 * Adds answers to the sums.
 *
 * @param logits [places, classes]
 * @param labels [places]; a place whose label is not a class does not count
 */
export const addClassAnswers = (
  { counts, sure }: ClassSums,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
): void => {
  const classes = counts.length;
  for (let place = 0; place < labels.length; place++) {
    const truth = labels[place];
    if (!(truth >= 0 && truth < classes)) continue;
    const { label, confidence } = surest(logits, place * classes, classes);
    counts[truth][label]++;
    const bin = sure[Math.min(binsOfConfidence - 1, Math.floor(confidence * binsOfConfidence))];
    bin.count++;
    bin.confidence += confidence;
    bin.right += label === truth ? 1 : 0;
  }
};

/** The answers of these sums. */
export const classAnswers = ({ counts, sure }: ClassSums, classes: readonly string[]): ClassAnswers => ({
  classes,
  confusion: counts.map((row) => [...row]),
  calibration: sure.flatMap(({ count, confidence, right }) =>
    count === 0 ? [] : [{ count, confidence: confidence / count, right: right / count }],
  ),
});

/**
 * The expected calibration error: the mean distance over all places between predicted probability and share
 * of correct answers.
 */
export const calibrationError = ({ calibration }: Pick<ClassAnswers, 'calibration'>): number => {
  const all = calibration.reduce((sum, { count }) => sum + count, 0);
  return calibration.reduce(
    (sum, { count, confidence, right }) => sum + (count / all) * Math.abs(confidence - right),
    0,
  );
};

/** The share of places with the correct class; null if no place counts. */
export const shareRight = ({ confusion }: Pick<ClassAnswers, 'confusion'>): number | null => {
  const all = confusion.flat().reduce((a, b) => a + b, 0);
  return all === 0 ? null : confusion.reduce((sum, row, k) => sum + row[k], 0) / all;
};

/** Sums over pairs of a true and a predicted number. */
export interface NumberSums {
  /** One pair in so many values is kept. */
  readonly every: number;
  readonly pairs: (readonly [number, number])[];
  count: number;
  absolute: number;
  squared: number;
  /** Running mean of the true ones, and the sum of squares about it (Welford). */
  mean: number;
  spread: number;
}

/**
 * The sums without any numbers.
 *
 * @param values how many will be added
 */
export const noNumberAnswers = (values: number): NumberSums => ({
  every: Math.max(1, Math.ceil(values / mostPairs)),
  pairs: [],
  count: 0,
  absolute: 0,
  squared: 0,
  mean: 0,
  spread: 0,
});

/** Adds numbers to the sums, in place. */
export const addNumberAnswers = (
  sums: NumberSums,
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  counts: (at: number) => boolean = () => true,
): void => {
  for (let i = 0; i < truth.length; i++) {
    if (!counts(i)) continue;
    const [y, x] = [predicted[i], truth[i]];
    if (sums.count % sums.every === 0) sums.pairs.push([x, y]);
    sums.count++;
    sums.absolute += Math.abs(y - x);
    sums.squared += (y - x) ** 2;
    const from = x - sums.mean;
    sums.mean += from / sums.count;
    sums.spread += from * (x - sums.mean);
  }
};

/** The answers of these sums; null without numbers. */
export const numberAnswers = ({
  pairs,
  count,
  absolute,
  squared,
  spread,
}: NumberSums): NumberAnswers | null =>
  count === 0
    ? null
    : {
        count,
        pairs,
        meanAbsolute: absolute / count,
        explained: spread > 0 ? 1 - squared / spread : null,
      };

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const hardBin = (samples: readonly (readonly [number, number])[]): HardBin => {
  const [hard, scores] = [samples.map(([at]) => at), samples.map(([, score]) => score)];
  const mean = meanOf(scores);
  const variance =
    samples.length < 2
      ? 0
      : scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (samples.length - 1);
  return {
    count: samples.length,
    at: meanOf(hard),
    from: Math.min(...hard),
    to: Math.max(...hard),
    mean,
    error: Math.sqrt(variance / samples.length),
  };
};

/**
 * Samples in bins by difficulty: one bin for each difficulty if these are few, else bins of about equal
 * numbers of samples. Samples of one difficulty are always in one bin.
 *
 * @param samples the difficulty and the score of each
 * @example
 * hardBins([[1, 0.9], [1, 0.7], [2, 0.5]]).map(({ at, mean }) => [at, mean])   // [[1, 0.8], [2, 0.5]]
 */
export const hardBins = (samples: readonly (readonly [number, number])[]): readonly HardBin[] => {
  const sorted = [...samples].sort(([a], [b]) => a - b);
  const distinct = new Set(sorted.map(([at]) => at));
  const least = distinct.size <= mostHardBins ? 1 : Math.ceil(sorted.length / mostHardBins);
  const bins: (readonly [number, number])[][] = [];
  for (const one of sorted) {
    const open = bins.at(-1);
    if (open === undefined || (open.length >= least && open.at(-1)?.[0] !== one[0])) bins.push([one]);
    else open.push(one);
  }
  return bins.map(hardBin);
};
