/**
 * What else is wrong with an experiment that cannot be read: problems of its program, its loss and its data, which would
 * otherwise be said only after those of its settings are mended.
 */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Checked, errorMessage } from '../../base/error.js';
import { loadTask } from '../../data/load.js';
import type { Asks } from '../../data/own/arrays.js';
import { settled } from '../../data/own/whereabouts.js';
import { type Experiment, experimentCodec } from '../../experiments/experiment.js';
import { fitsArrays, fitsTask } from './check-experiment.js';

/** Settings without which the rest of an experiment can still be judged. */
const apart = ['training', 'seeds', 'scores', 'outputs', 'label', 'notes', 'augment'];

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  t.UnknownRecord.is(value) ? value : {};

const without = (value: unknown, key: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).filter(([name]) => name !== key));

/** Any direction of a score stands for the one that is not given; the rest of a score that cannot be read is left out. */
const withScore = (scores: unknown, [name, ...within]: readonly string[]): unknown =>
  within.length === 1 && within[0] === 'better'
    ? { ...fieldsOf(scores), [name]: { ...fieldsOf(fieldsOf(scores)[name]), better: 'more' } }
    : without(scores, name);

const mended = (value: unknown, [field, ...within]: readonly string[]): unknown => {
  const fields = fieldsOf(value);
  if (within.length === 0 || (field !== 'scores' && field !== 'training')) return without(value, field);
  return {
    ...fields,
    [field]: field === 'scores' ? withScore(fields.scores, within) : without(fields.training, within[0]),
  };
};

interface Rest {
  readonly experiment: Experiment;
  /** The settings that cannot be read, for which their defaults stand. */
  readonly unread: readonly string[];
}

/** The experiment without the settings that cannot be read; null where the rest cannot be judged without them. */
const withoutUnread = (value: unknown): Rest | null => {
  const read = experimentCodec.decode(value);
  if (E.isRight(read)) return { experiment: read.right, unread: [] };
  const paths = read.left.map(({ context }) => context.map(({ key }) => key).filter((key) => key !== ''));
  if (!t.UnknownRecord.is(value) || paths.some(([field]) => field === undefined || !apart.includes(field)))
    return null;
  const whole = experimentCodec.decode(paths.reduce(mended, value));
  return E.isRight(whole) ? { experiment: whole.right, unread: paths.map((path) => path.join('.')) } : null;
};

/** Problems of what was read: the default of a setting is no fault of the person whose own cannot be read. */
const problemsIn = (checked: Checked<unknown>, { unread }: Rest): readonly string[] => {
  if (E.isRight(checked)) return [];
  const all = checked.left._tag === 'DecodeError' ? checked.left.problems : [errorMessage(checked.left)];
  return all.filter(
    (problem) =>
      !unread.some((path) => problem.startsWith(path) && /[.: ]/.test(problem.charAt(path.length))),
  );
};

/**
 * The further problems of a value that is no experiment. Files are read where the task has some; no sample is generated.
 *
 * @param anchored the experiment with whole paths
 */
export const furtherProblems = async (
  value: unknown,
  anchored: (experiment: Experiment) => Experiment,
): Promise<readonly string[]> => {
  const rest = withoutUnread(value);
  if (rest === null) return [];
  const experiment = anchored(rest.experiment);
  const { name } = experiment.task;
  if (name !== 'arrays' && name !== 'series' && name !== 'image-folders')
    return problemsIn(fitsTask(experiment), rest);
  const task = await settled(experiment.task);
  const asks: Asks = (forms, counts) => fitsArrays(experiment, forms, counts);
  return problemsIn(await loadTask(task, { asks })(), rest);
};
