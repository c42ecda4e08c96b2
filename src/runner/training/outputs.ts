/** A loss and scores that the program computes: outputs, summed over the samples. */

import type { ArrayValues } from '../../data/arrays.js';
import { inputsOf, type Program } from '../../dsl/index.js';
import type { OutputsAim } from '../../experiments/learning.js';
import type { ProgramLoss } from '../../experiments/loss.js';
import { type Quotient, quotient } from '../../experiments/scores/measures.js';
import { only } from './classes.js';
import type { Objective, Scorer } from './objective.js';

type Sums = Readonly<Record<string, Quotient>>;

/** A score as the quotient of two summed outputs. */
interface Scored {
  readonly output: string;
  readonly count?: string;
}

const total = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

const added = (
  all: Readonly<Record<string, Scored>>,
  sums: Sums,
  outputs: ArrayValues,
  samples: number,
): Sums =>
  Object.fromEntries(
    Object.entries(all).map(([name, { output, count }]): [string, Quotient] => [
      name,
      {
        total: sums[name].total + total(outputs[output]),
        count: sums[name].count + (count === undefined ? samples : total(outputs[count])),
      },
    ]),
  );

const scorerOf = (all: Readonly<Record<string, Scored>>, sums: Sums, samples: number): Scorer => ({
  add: (outputs, _, more) => scorerOf(all, added(all, sums, outputs, more), samples + more),
  evaluation: () => {
    const scores = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, quotient(sum)]));
    return { scores: { ...scores, samples }, loss: scores.loss };
  },
});

/** A loss and scores that are outputs of the program; every input is read. */
export const outputsObjective = (program: Program, { loss, scores }: OutputsAim): Objective => {
  const inputs = Object.keys(inputsOf(program.graph));
  const all: Readonly<Record<string, Scored>> = { loss, ...scores };
  const named = Object.values(all).flatMap(({ output, count }) =>
    count === undefined ? [output] : [output, count],
  );
  const nothing: Sums = Object.fromEntries(Object.keys(all).map((name) => [name, { total: 0, count: 0 }]));
  return {
    reads: inputs,
    step: (values, count) => ({ count, inputs: only(inputs, values), loss: minimised(loss) }),
    inputs,
    outputs: [...new Set(named)],
    scorer: scorerOf(all, nothing, 0),
  };
};

/** The loss as a request to a session. */
export const minimised = ({ output, count }: ProgramLoss) => ({
  output,
  ...(count === undefined ? {} : { count }),
});
