/** The parts of a training step from the settings: optimiser, rate, groups, average. */

import type { Arrays } from '../../compile/tfjs/session/session.js';
import { matchOf } from '../../dsl/glob.js';
import { wholeOptimiser } from '../../experiments/training/optimisers.js';
import { factorAt } from '../../experiments/training/schedule.js';
import type { Training } from '../../experiments/training/training.js';
import type { DescentSettings, OptimiserSettings, OwnWay } from './optimiser.js';

/** The learning rate of step `done` (from 0) of `total`. */
export const rateAt = ({ rate, schedule }: Training, done: number, total: number): number => {
  const fallen = (rate * (1 + Math.cos((Math.PI * done) / total))) / 2;
  switch (schedule) {
    case 'constant':
      return rate;
    case 'cosine':
      return fallen;
    case 'warm-cosine':
      // Adam's first steps at a high rate can ruin a network, since its moments are still unknown.
      return fallen * Math.min(1, (done + 1) / Math.ceil(total / 10));
    default:
      return rate * factorAt(schedule, done / total);
  }
};

/** The optimiser at this learning rate. */
export const optimiserOf = (
  { optimiser, weightDecay }: Training,
  learningRate: number,
): OptimiserSettings | DescentSettings => {
  const whole = wholeOptimiser(optimiser);
  switch (whole.name) {
    case 'sgd':
      return { ...whole, learningRate, weightDecay: whole.decay };
    case 'adam':
      return { ...whole, learningRate, weightDecay: whole.decay };
    case 'adamw':
      return { ...whole, learningRate, weightDecay };
  }
};

/** The settings of each parameter: those of the first group that matches its name. */
export const wayIn =
  ({ groups }: Training): ((name: string) => OwnWay) =>
  (name) => {
    const group = groups.find(({ match }) => matchOf(match, name) !== null);
    return {
      rate: group?.rate ?? 1,
      frozen: group?.frozen ?? false,
      ...(group?.decay === undefined ? {} : { decay: group.decay }),
    };
  };

/**
 * The average of weights after a step: a' = share a + (1 - share) p, in float64 and kept in float32. Running statistics are
 * averages already and are taken as they are.
 */
export const averaged = (share: number, before: Arrays, parameters: Arrays, statistics: Arrays): Arrays => ({
  ...Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [
      name,
      values.map((value, i) => share * before[name][i] + (1 - share) * value),
    ]),
  ),
  ...statistics,
});
