/** Scores by name: those of segmentation, or the experiment's own. */

/** Scores by name; null where there is nothing to score. `loss` and the number of samples are always among them. */
export type Measures = Readonly<Record<string, number | null>>;

/** Whether more of a score is better, or less. */
export type Better = 'more' | 'less';

/** Two sums whose quotient is a score. */
export interface Quotient {
  readonly total: number;
  readonly count: number;
}

/** The score of these sums; null where there is nothing to divide by. */
export const quotient = ({ total, count }: Quotient): number | null => (count === 0 ? null : total / count);

/** The score that is shown first. */
export interface Chief {
  readonly name: string;
  readonly value: number | null;
}

/**
 * Whether these are scores that an experiment declares, or scores of whole samples, and not those of
 * segmentation.
 */
export const areOwn = (scores: Measures): boolean => typeof scores.samples === 'number';

/**
 * The score that is shown first: for segmentation the foreground IoU, for objects the foreground ARI, else
 * the first that the experiment declares, else its loss.
 */
export const chiefScore = (scores: Measures): Chief => {
  if (!areOwn(scores)) {
    const name = scores.foregroundAri === undefined ? 'foregroundIou' : 'foregroundAri';
    return { name, value: scores[name] ?? null };
  }
  const name = Object.keys(scores).find((key) => key !== 'loss' && key !== 'samples') ?? 'loss';
  return { name, value: scores[name] };
};

/**
 * The chief score, if it is not the foreground IoU, which is always shown.
 *
 * @param whole whether whole images have a class: then it is the share of correct ones
 */
export const otherChief = (scores: Measures, whole: boolean): { readonly chief?: Chief } => {
  const chief =
    whole && !areOwn(scores) ? { name: 'accuracy', value: scores.accuracy ?? null } : chiefScore(scores);
  return chief.name === 'foregroundIou' ? {} : { chief };
};

/** What an event of a run says of its scores. */
export interface ScoreNews {
  readonly foregroundIou: number | null;
  readonly chief?: Chief;
}

/** The score beside the loss that a line of progress shows; null where there is none, as with a loss of its own alone. */
export const shownChief = ({ foregroundIou, chief }: ScoreNews): Chief | null => {
  if (chief !== undefined) return chief.name === 'loss' ? null : chief;
  return foregroundIou === null ? null : { name: 'foregroundIou', value: foregroundIou };
};

const words: Readonly<Record<string, string | undefined>> = {
  foregroundIou: 'foreground IoU',
  foregroundAri: 'foreground ARI',
};

/** `absoluteError` becomes `absolute error`. */
const spaced = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** A score's name in words, for a line of progress. */
export const chiefWords = ({ name }: Pick<Chief, 'name'>): string => words[name] ?? spaced(name);
