/** What a training minimises, and how samples are scored: arrays, requests to a session, sums. */

import type { Lossy } from '../../compile/tfjs/session/session.js';
import type { ArrayValues } from '../../data/arrays.js';
import type { Measures } from '../../experiments/scores/measures.js';

/** Scores of a split, and the training loss over it. */
export interface Evaluation {
  readonly scores: Measures;
  /** The loss of the training over the whole split; equal to the score if it is one of them. */
  readonly loss: number | null;
}

/** The scores so far. Pure: adding samples gives another scorer, so that scoring is a fold. */
export interface Scorer {
  /**
   * The scorer with some more samples.
   *
   * @param outputs of the program, for these samples
   * @param values the arrays that `Objective.reads` names
   */
  readonly add: (outputs: ArrayValues, values: ArrayValues, samples: number) => Scorer;
  readonly evaluation: () => Evaluation;
}

/** What a training minimises and scores. */
export interface Objective {
  /** The arrays of the data that a step and a scoring read. */
  readonly reads: readonly string[];
  /** The request of a step to a session, from these arrays. */
  readonly step: (values: ArrayValues, samples: number) => Lossy;
  /** The inputs that a scoring feeds, and the outputs that it reads. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The scorer before the first sample. */
  readonly scorer: Scorer;
}
