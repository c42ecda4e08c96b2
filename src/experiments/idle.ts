/** Settings that do nothing: what of an experiment was written and changes nothing of its runs, and why. */

import * as E from 'fp-ts/lib/Either.js';
import { canonical } from '../base/canonical.js';
import { decodeExperiment, type Experiment, shapingOf } from './experiment.js';
import { labelsOf } from './label.js';
import { type Idle, lossIdle, modelIdle, trainingIdle } from './settings/idle-paths.js';
import { at } from './settings/settings.js';
import { pathOf } from './sweep/held.js';
import type { Sweep } from './sweep/sweep.js';

const outputsIdle = ({ model, outputs }: Experiment): readonly Idle[] => [
  ...(outputs.includes('waves') && (model.name === 'cnn' || model.name === 'unet')
    ? [{ path: 'outputs', why: `a ${model.name} has no waves to draw` }]
    : []),
];

/**
 * What of the settings that were written does nothing, a sentence each.
 *
 * @param written whether a path was written by the person
 *
 * @example
 * idleSettings(experiment, (path) => path === 'training.weightDecay')
 * // ['training.weightDecay does nothing here: only adamw has a weight decay']
 */
export const idleSettings = (experiment: Experiment, written: (path: string) => boolean): readonly string[] =>
  [...trainingIdle(experiment), ...modelIdle(experiment), ...lossIdle(experiment), ...outputsIdle(experiment)]
    .filter(({ path }) => written(path))
    .map(({ path, why }) => `${path} does nothing here: ${why}`);

/** Whether a file says something of a path: of an experiment, or of a sweep and the experiment in it. */
export const isWritten = (value: unknown, path: string): boolean =>
  at(value, path) !== undefined || at(at(value, 'experiment'), path) !== undefined;

/** What shapes the runs of an experiment, without what does nothing. */
const effectOf = (experiment: Experiment): string => {
  const idle = new Set([...trainingIdle(experiment), ...modelIdle(experiment)].map(({ path }) => path));
  const { training, model } = experiment;
  const kept = (section: string, value: object): object =>
    Object.fromEntries(Object.entries(value).filter(([key]) => !idle.has(`${section}.${key}`)));
  return canonical({
    ...shapingOf(experiment, canonical(kept('model', model))),
    training: kept('training', training),
    seeds: experiment.seeds,
  });
};

/** The experiment with the plainest loss that is the same: equal weights are none, focal with gamma 0 is the cross-entropy. */
const withPlainLoss = (experiment: Experiment): Experiment => {
  const { loss } = experiment;
  const weights = new Set(loss.weights).size === 1 ? [] : loss.weights;
  return {
    ...experiment,
    loss:
      loss.name === 'focal' && loss.gamma === 0
        ? { name: 'cross-entropy', target: loss.target, weights }
        : { ...loss, weights },
  };
};

/** Everything that shapes the runs, what does nothing too. */
const wholeOf = ({ task, model, loss, training, seeds }: Experiment): string =>
  canonical({ task, model, loss, training, seeds });

const differentIn = (keys: readonly string[]): boolean => new Set(keys).size > 1;

/**
 * Members that are the same runs, or compute the same, though their axes differ, a sentence for each such group: what they
 * differ in does nothing, or is one value in two spellings.
 */
export const equalMembers = ({ members }: Sweep): readonly string[] => {
  const names = labelsOf(members).map(({ name }) => name);
  const groups = new Map<string, readonly { readonly name: string; readonly experiment: Experiment }[]>();
  members.forEach(({ experiment }, i) => {
    const key = effectOf(withPlainLoss(experiment));
    groups.set(key, [...(groups.get(key) ?? []), { name: names[i], experiment }]);
  });
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const all = group.map(({ experiment }) => experiment);
      const why = differentIn(all.map(effectOf))
        ? 'have the same result, up to rounding, in runs of their own, since what they differ in does nothing'
        : differentIn(all.map(wholeOf))
          ? 'are the same runs, since what they differ in does nothing'
          : 'are the same runs, since what they differ in is one value in two spellings';
      return `these members ${why}: ${group.map(({ name }) => name).join('; ')}`;
    });
};

/** Whether a setting is another than where nothing is said of it. */
const isUnusual = ({ name, task, model, loss, ...rest }: Experiment): ((path: string) => boolean) => {
  const usual = decodeExperiment({ name, task, model: { name: model.name }, loss: { name: loss.name } });
  const experiment = { name, task, model, loss, ...rest };
  return (path) =>
    E.isRight(usual) && canonical(at(experiment, path) ?? null) !== canonical(at(usual.right, path) ?? null);
};

/** A sentence of some members, as it is said of the whole sweep. */
export const saidOfMembers = (notes: readonly (readonly string[])[]): readonly string[] => {
  const said = new Map<string, number>();
  for (const note of notes.flat()) said.set(note, (said.get(note) ?? 0) + 1);
  const all = notes.length;
  return [...said].map(([note, count]) => (count === all ? note : `in ${count} of ${all} members ${note}`));
};

/**
 * What of a sweep does nothing, where only its values are known and not what was written: settings that are axes, or not as
 * they are by themselves; and members that are the same for that reason.
 */
export const idleInValues = (sweep: Sweep): readonly string[] => [
  ...saidOfMembers(
    sweep.members.map(({ axes, experiment }) => {
      const unusual = isUnusual(experiment);
      const moved = Object.keys(axes).map((axis) => pathOf(experiment, axis) ?? axis);
      return idleSettings(experiment, (path) => moved.includes(path) || unusual(path));
    }),
  ),
  ...equalMembers(sweep),
];
