/** Settings without effect: settings that were written but change no run, with reasons. */

import * as E from 'fp-ts/lib/Either.js';
import { canonical } from '../../base/canonical.js';
import { changes } from '../../data/augment.js';
import { decodeExperiment, type Experiment } from '../experiment.js';
import { shapingOf } from '../identity.js';
import { labelsOf } from '../label.js';
import { isClassLoss } from '../loss.js';
import { type Idle, lossIdle, modelIdle, trainingIdle } from '../settings/idle-paths.js';
import { at } from '../settings/settings.js';
import { pathOf } from './check-axes.js';
import type { Sweep } from './sweep.js';

const outputsIdle = ({ model, outputs }: Experiment): readonly Idle[] => [
  ...(outputs.includes('waves') && (model.name === 'cnn' || model.name === 'unet')
    ? [{ path: 'outputs', why: `a ${model.name} has no waves to draw` }]
    : []),
];

const augmentIdle = ({ augment }: Experiment): readonly Idle[] =>
  augment === undefined || changes(augment)
    ? []
    : [{ path: 'augment', why: 'it changes nothing of a sample' }];

/**
 * The settings that were written but have no effect, one sentence each.
 *
 * @param written whether a path was written explicitly
 *
 * @example
 * idleSettings(experiment, (path) => path === 'training.weightDecay')
 * // ['training.weightDecay does nothing here: only adamw has a weight decay']
 */
export const idleSettings = (experiment: Experiment, written: (path: string) => boolean): readonly string[] =>
  [
    ...trainingIdle(experiment),
    ...modelIdle(experiment),
    ...lossIdle(experiment),
    ...outputsIdle(experiment),
    ...augmentIdle(experiment),
  ]
    .filter(({ path }) => written(path))
    .map(({ path, why }) => `${path} does nothing here: ${why}`);

/** Whether a file sets a path: a file of an experiment, or of a sweep with its experiment. */
export const isWritten = (value: unknown, path: string): boolean =>
  at(value, path) !== undefined || at(at(value, 'experiment'), path) !== undefined;

/** The settings that determine the runs of an experiment, without settings that have no effect. */
const effectOf = (experiment: Experiment): string => {
  const idle = new Set([...trainingIdle(experiment), ...modelIdle(experiment)].map(({ path }) => path));
  const { training, model } = experiment;
  const kept = (section: string, value: object): object =>
    Object.fromEntries(Object.entries(value).filter(([key]) => !idle.has(`${section}.${key}`)));
  return canonical({
    ...shapingOf(experiment, { program: canonical(kept('model', model)) }),
    training: kept('training', training),
    seeds: experiment.seeds,
  });
};

/**
 * The experiment with the simplest equivalent loss: equal weights become none, focal with gamma 0 becomes
 * cross-entropy.
 */
const withPlainLoss = (experiment: Experiment): Experiment => {
  const { loss } = experiment;
  if (!isClassLoss(loss)) return experiment;
  const weights = new Set(loss.weights).size === 1 ? [] : loss.weights;
  return {
    ...experiment,
    loss:
      loss.name === 'focal' && loss.gamma === 0
        ? { name: 'cross-entropy', target: loss.target, weights }
        : { ...loss, weights },
  };
};

/** All settings of the runs, including those without effect. */
const wholeOf = ({ task, model, loss, training, seeds, augment }: Experiment): string =>
  canonical({ task, model, loss, training, seeds, augment });

const differentIn = (keys: readonly string[]): boolean => new Set(keys).size > 1;

/**
 * One sentence for each group of members that are the same runs, or compute the same, although their axes
 * differ: the difference has no effect, or the values are two spellings of one.
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

/** Whether a setting differs from its default. */
const isUnusual = ({ name, task, model, loss, ...rest }: Experiment): ((path: string) => boolean) => {
  const usual = decodeExperiment({
    name,
    task,
    model: { name: model.name },
    loss: 'name' in loss ? { name: loss.name } : loss,
  });
  const experiment = { name, task, model, loss, ...rest };
  return (path) =>
    E.isRight(usual) && canonical(at(experiment, path) ?? null) !== canonical(at(usual.right, path) ?? null);
};

/** Combines sentences about members for the whole sweep. */
export const saidOfMembers = (notes: readonly (readonly string[])[]): readonly string[] => {
  const said = new Map<string, number>();
  for (const note of notes.flat()) said.set(note, (said.get(note) ?? 0) + 1);
  const all = notes.length;
  return [...said].map(([note, count]) => (count === all ? note : `in ${count} of ${all} members ${note}`));
};

/**
 * The settings of a sweep without effect, if only its values are known and not the text that was written: settings that
 * are axes or differ from their defaults; and members that are equal for that reason.
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
