/** What a training minimises, and how samples are scored: the arrays, the requests to a session, the sums. */

import type { Lossy } from '../../compile/tfjs/session/session.js';
import type { ArrayValues } from '../../data/arrays.js';
import type { Measures } from '../../experiments/scores/measures.js';

/** Scores of a split, and the training loss over it. */
export interface Evaluation {
  readonly scores: Measures;
  /** The loss of the training over the whole split; where it is one of the scores, the same. */
  readonly loss: number | null;
}

/** The scores so far. Pure: adding samples gives another scorer, so that scoring is a fold. */
export interface Scorer {
  /**
   * With some more samples.
   *
   * @param outputs of the program, for these samples
   * @param values the arrays that `Objective.reads` names
   */
  readonly add: (outputs: ArrayValues, values: ArrayValues, samples: number) => Scorer;
  readonly evaluation: () => Evaluation;
}

/** What is minimised and scored. */
export interface Objective {
  /** The arrays of the data that a step and a scoring read. */
  readonly reads: readonly string[];
  /** What a session takes of these arrays, for a step. */
  readonly step: (values: ArrayValues, samples: number) => Lossy;
  /** The inputs that a scoring feeds, and the outputs that it asks for. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The scorer before the first sample. */
  readonly scorer: Scorer;
}
