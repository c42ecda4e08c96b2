/** The output and the target of a trained program that pictures and figures of its answers compare. */

import * as E from 'fp-ts/lib/Either.js';
import { inputsOf, outputsOf, sameShape } from '../../dsl/index.js';
import { againstOf, answersOf, type Forms, type Learning, predictionOf } from '../learning.js';
import { isClassLoss, isProgramLoss, type LossSpec } from '../loss.js';

/** An output and the array that it should equal. */
export interface Compared {
  readonly output: string;
  readonly against: string;
  /** The names of the classes if the output has a logit for each; null if it predicts numbers. */
  readonly classes: readonly string[] | null;
  /** The array of weights of places, if there is one; places of weight 0 do not count. */
  readonly mask: string | null;
}

const named = (count: number): readonly string[] => Array.from({ length: count }, (_, k) => `${k}`);

/**
 * For a loss that the program computes: the output that has the shape of a target, or a logit for each class
 * of one.
 */
const comparedByShape = (
  outputs: Readonly<Record<string, readonly number[]>>,
  forms: Forms,
  targets: readonly string[],
): Compared | null => {
  const asked = targets.filter((name) => forms[name] !== undefined && forms[name].aside !== true);
  const { logits } = outputs;
  const classes = asked.filter(
    (name) =>
      forms[name].integer && logits !== undefined && sameShape(logits.slice(0, -1), forms[name].shape),
  );
  if (logits !== undefined && classes.length === 1)
    return {
      output: 'logits',
      against: classes[0],
      classes: forms[classes[0]].classes ?? named(logits[logits.length - 1]),
      mask: null,
    };
  const pairs = Object.entries(outputs).flatMap(([output, shape]) =>
    asked.filter((name) => sameShape(forms[name].shape, shape)).map((against) => ({ output, against })),
  );
  const pair =
    pairs.find(({ output }) => output === 'prediction') ?? (pairs.length === 1 ? pairs[0] : undefined);
  return pair === undefined ? null : { ...pair, classes: null, mask: null };
};

/**
 * The output and the target that a loss compares, for pictures: predicted classes with true ones, numbers
 * with numbers. Null if the loss compares something else, such as parts of a sample with each other.
 *
 * @param program with its loss, as `learningOf` returns it
 */
export const comparedIn = ({ program, aim }: Learning, loss: LossSpec, forms: Forms): Compared | null => {
  if (aim.kind === 'classes')
    return {
      output: 'logits',
      against: aim.label,
      classes: forms[aim.label].classes ?? named(aim.classes),
      mask: null,
    };
  const answers = answersOf(program, aim);
  if (isClassLoss(loss)) return null;
  if (isProgramLoss(loss)) {
    const taken = Object.keys(inputsOf(answers.graph));
    const targets = Object.keys(inputsOf(program.graph)).filter((name) => !taken.includes(name));
    return comparedByShape(outputsOf(answers.graph), forms, targets);
  }
  if (loss.name === 'contrastive' || loss.name === 'next-step') return null;
  const output = predictionOf(answers, loss);
  const against = againstOf(answers, loss, forms);
  return E.isRight(output) && E.isRight(against)
    ? { output: output.right, against: against.right, classes: null, mask: loss.mask ?? null }
    : null;
};
