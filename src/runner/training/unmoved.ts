/** Parameters that a training left as they were: a network of which a part is dead does not learn with it. */

import type { Arrays } from '../../compile/tfjs/session/session.js';
import { type Graph, parametersOf } from '../../dsl/index.js';
import type { Training } from '../../experiments/training/training.js';
import { wayIn } from './steps.js';

const equal = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

/**
 * The names of parameters that were to be trained and ended with the bits that they began with.
 *
 * Parameters that are frozen, or whose rate is zero, are left out.
 */
export const unmovedOf = (
  graph: Graph,
  training: Training,
  began: Arrays,
  ended: Arrays,
): readonly string[] => {
  const way = wayIn(training);
  return parametersOf(graph).flatMap(({ name, trainable }) => {
    const { frozen, rate } = way(name);
    return trainable && !frozen && rate * training.rate !== 0 && equal(began[name], ended[name])
      ? [name]
      : [];
  });
};

/**
 * What it means that parameters did not move, in words; null if all did.
 *
 * @example
 * unmovedWords(['omega/conv1/weight'])
 * // '1 parameter ended with the bits it began with, since its gradient was zero at every step: omega/conv1/weight; …'
 */
export const unmovedWords = (names: readonly string[]): string | null => {
  if (names.length === 0) return null;
  const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
  return names.length === 1
    ? `1 parameter ended with the bits it began with, since its gradient was zero at every step: ${some}; another seed may do better, or a unit behind it that is not always zero`
    : `${names.length} parameters ended with the bits they began with, since their gradients were zero at every step: ${some}; another seed may do better, or units behind them that are not always zero`;
};
