/** Evaluation: runs a split through the program and scores it, in memory for a few samples. */

import type { MicroBatches } from '../../compile/micro-batches.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import type { ArraySplit } from '../../data/arrays.js';
import { only } from './classes.js';
import type { Evaluation, Objective, Scorer } from './objective.js';

const partsAtOnce = 4;

/** How a split is evaluated. */
export interface EvaluationPlan {
  readonly objective: Objective;
  /** Samples of a part that is run at once; a fixed number, so that the same weights give the same bits. */
  readonly batch: number;
  readonly watch?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** The scores of a split under the session's weights; null for a split without samples, and when it was stopped. */
export const evaluate = async (
  session: Session,
  split: ArraySplit,
  { objective, batch, watch = () => {}, signal }: EvaluationPlan,
): Promise<Evaluation | null> => {
  if (split.count === 0) return null;
  let scorer: Scorer = objective.scorer;
  // several parts at a time, so that all threads are busy; a part's bits do not depend on the others
  const together = partsAtOnce * batch;
  for (let begin = 0; begin < split.count; begin += together) {
    if (signal?.aborted) return null;
    const indices = range(begin, Math.min(together, split.count - begin));
    const microBatches = range(0, Math.ceil(indices.length / batch)).map((part) =>
      Math.min(batch, indices.length - part * batch),
    );
    const values = await split.read(objective.reads, indices);
    const { outputs } = await session.infer(
      { count: indices.length, inputs: only(objective.inputs, values), samples: indices },
      objective.outputs,
      { microBatches },
    );
    scorer = scorer.add(outputs, values, indices.length);
    watch(begin + indices.length);
  }
  return scorer.evaluation();
};

/** Images of a part that is scored at once: the same for the same cut, so that the same weights give the same bits. */
export const evaluationBatchOf = (microBatches: MicroBatches): number =>
  Math.max(1, Math.min(16, ...microBatches));

/** begin, begin + 1, ... */
export const range = (begin: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => begin + i);
