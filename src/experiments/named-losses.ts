/** Losses of numbers by name, as programs that read a prediction and its target. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  contrastive,
  huber,
  type LossSums,
  meanAbsolute,
  meanSquared,
  nextStep,
  type Program,
  program,
  type Shape,
  type Tensor,
} from '../dsl/index.js';
import type { NumberLoss } from './loss.js';
import type { OwnScores } from './scores/own-scores.js';

/**
 * The inputs of a loss program: the prediction of the model, and arrays of the task under their own names.
 */
export interface LossInputs {
  readonly prediction: Shape;
  readonly against: { readonly name: string; readonly shape: Shape };
  readonly mask?: { readonly name: string; readonly shape: Shape };
}

/** The input that the prediction is read from. */
export const predictionInput = 'predicted-by-the-model';

/** Names of the outputs of a loss by name; a person's program cannot have them by chance. */
const names = { total: 'loss-total', count: 'loss-count' } as const;

/** The loss by name as outputs, and the scores that come with it. */
export interface NamedOutputs {
  readonly loss: { readonly output: string; readonly count: string };
  readonly scores: OwnScores;
}

/** Scores of differences that come with every loss of them. */
const differenceScores: OwnScores = {
  absoluteError: { output: 'absolute-error', count: 'absolute-error-count', better: 'less' },
  squaredError: { output: 'squared-error', count: 'squared-error-count', better: 'less' },
};

const isOfDifferences = ({ name }: NumberLoss): boolean =>
  name === 'mean-squared' || name === 'mean-absolute' || name === 'huber';

/** The outputs that a loss by name adds. */
export const namedOutputs = (loss: NumberLoss): NamedOutputs => ({
  loss: { output: names.total, count: names.count },
  scores: isOfDifferences(loss) ? differenceScores : {},
});

const sumsOf = (
  loss: NumberLoss,
  prediction: Tensor,
  against: Tensor,
  mask: Tensor | undefined,
): LossSums => {
  switch (loss.name) {
    case 'mean-squared':
      return meanSquared(prediction, against, mask);
    case 'mean-absolute':
      return meanAbsolute(prediction, against, mask);
    case 'huber':
      return huber(loss.delta)(prediction, against, mask);
    case 'contrastive':
      return contrastive(loss.temperature)(prediction, against);
    case 'next-step':
      return nextStep(prediction, against);
  }
};

/** The program of a loss by name. Refuses shapes that do not match. */
export const lossProgram = (loss: NumberLoss, { prediction, against, mask }: LossInputs): Program => {
  const shapes: Readonly<Record<string, Shape>> = {
    [predictionInput]: prediction,
    [against.name]: against.shape,
    ...(mask === undefined ? {} : { [mask.name]: mask.shape }),
  };
  return program(shapes, (of) => {
    const [y, x, m] = [of[predictionInput], of[against.name], mask === undefined ? undefined : of[mask.name]];
    const { total, count } = sumsOf(loss, y, x, m);
    const beside = (sums: LossSums, output: string, counted: string): Readonly<Record<string, Tensor>> => ({
      [output]: sums.total,
      [counted]: sums.count,
    });
    return pipe(
      { [names.total]: total, [names.count]: count },
      (outputs): Readonly<Record<string, Tensor>> =>
        isOfDifferences(loss)
          ? {
              ...outputs,
              ...beside(meanAbsolute(y, x, m), 'absolute-error', 'absolute-error-count'),
              ...beside(meanSquared(y, x, m), 'squared-error', 'squared-error-count'),
            }
          : outputs,
    );
  });
};
