/** Checks of an experiment before anything takes time: that its settings fit its task, its data and its program. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, errorMessage, unlessProblems } from '../../base/error.js';
import { augmentProblems } from '../../data/augment.js';
import { isArrayTask, statedData } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { matchOf, nearPattern } from '../../dsl/glob.js';
import { type Program, parametersOf } from '../../dsl/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import {
  type Forms,
  inputsOfLearning,
  type Learning,
  readBy,
  unreadProblems,
} from '../../experiments/learning.js';
import { isClassLoss } from '../../experiments/loss.js';
import { formsOfSizes, isSizes, learningFor } from '../../experiments/model.js';
import { samplesPerStep } from '../training/train.js';
import { canWatch } from './watched-score.js';

/** The problems of several checks, all at once. */
const allOf = ({ name }: Experiment, checks: readonly Checked<unknown>[]): Checked<void> => {
  const errors = checks.flatMap((check) => (E.isLeft(check) ? [check.left] : []));
  const [only, other] = errors;
  if (only === undefined) return E.right(undefined);
  if (other === undefined) return E.left(only);
  const problems = errors.flatMap((error) =>
    error._tag === 'DecodeError' ? error.problems : [errorMessage(error)],
  );
  return E.left(decodeError(name, problems));
};

/**
 * The program, loss and scores of an experiment, checked with the settings that refer to its scores and
 * parameters.
 */
export const fitsLearning = (experiment: Experiment, learning: Checked<Learning>): Checked<void> => {
  const { model } = experiment;
  const written = model.name === 'program' ? model : null;
  const program = E.isRight(learning) ? learning.right.program : written;
  return allOf(experiment, [
    learning,
    canWatch(experiment),
    ...(program === null ? [] : [groupsMatch(experiment, program)]),
  ]);
};

/**
 * Checks an experiment against the arrays of a person's files: each must be read by something, and there must be enough
 * samples. A split without any is refused by who reads the files.
 */
export const fitsArrays = (experiment: Experiment, forms: Forms, counts: Counts): Checked<void> => {
  const learning = learningFor(experiment, forms);
  const problems = E.isLeft(learning)
    ? []
    : [...unreadProblems(learning.right, forms), ...unaugmented(experiment, learning.right, forms)];
  return allOf(experiment, [
    fitsLearning(experiment, learning),
    unlessProblems(experiment.name, problems, undefined),
    ...(counts.train === 0 ? [] : [areEnough(experiment, counts)]),
  ]);
};

/** Checks that the samples of a task can be changed as the experiment asks. */
export const canAugment = (experiment: Experiment, learning: Learning, forms: Forms): Checked<void> => {
  const problems = unaugmented(experiment, learning, forms);
  return unlessProblems(experiment.name, problems, undefined);
};

/** The changes of an experiment that the samples of these arrays do not support. */
const unaugmented = ({ augment }: Experiment, learning: Learning, forms: Forms): readonly string[] =>
  augment === undefined ? [] : augmentProblems(augment, forms, readBy(learning), inputsOfLearning(learning));

export const weightsFit = (
  { name, loss }: Experiment,
  classes: number,
  names: readonly string[] = [],
): Checked<void> =>
  !isClassLoss(loss) || loss.weights.length === 0 || loss.weights.length === classes
    ? E.right(undefined)
    : E.left(
        decodeError(
          name,
          `loss.weights: ${loss.weights.length} of them for ${classes} classes${names.length === 0 ? '' : `, which are ${names.join(', ')}`}`,
        ),
      );

/** Checks that each group matches some parameters. */
const groupsMatch = ({ name, training }: Experiment, program: Program): Checked<void> => {
  const names = parametersOf(program.graph).map((declared) => declared.name);
  const problems = training.groups.flatMap(({ match }, i) => {
    if (names.some((one) => matchOf(match, one) !== null)) return [];
    const near = nearPattern(match, names);
    return [
      `training.groups.${i}.match: no parameter is named '${match}'${near === undefined ? '' : `; did you mean '${near}'?`}${near === undefined ? '.' : ''} There are: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`,
    ];
  });
  return unlessProblems(name, problems, undefined);
};

export const allFrozen = ({ training }: Experiment, program: Program): boolean => {
  const names = parametersOf(program.graph).map((declared) => declared.name);
  const isFrozen = (name: string): boolean =>
    training.groups.find(({ match }) => matchOf(match, name) !== null)?.frozen === true;
  return names.length > 0 && names.every(isFrozen);
};

const samplesOf = ({ task }: Experiment): string => (isArrayTask(task) ? 'samples' : 'images');

/** Checks that there are validation samples for early stopping. */
const canWait = (experiment: Experiment, held: number): Checked<void> =>
  experiment.training.patience === null || held > 0
    ? E.right(undefined)
    : E.left(
        decodeError(
          experiment.name,
          `training.patience waits for a better validation loss, but there are no validation ${samplesOf(experiment)}; ` +
            `raise task.${'validation' in experiment.task ? 'validation' : 'validationShare'}, or leave patience out`,
        ),
      );

const fillsStep = (experiment: Experiment, count: number): Checked<void> => {
  const { name, training } = experiment;
  const { batch, accumulate } = training;
  return count >= samplesPerStep(training)
    ? E.right(undefined)
    : E.left(
        decodeError(
          name,
          `training.batch: ${accumulate === 1 ? `${batch} is` : `${accumulate} batches of ${batch} are`} more than the ${count} training ${samplesOf(experiment)}`,
        ),
      );
};

/** Samples of the splits that a training reads. */
export interface Counts {
  readonly train: number;
  readonly validation: number;
}

/** Checks that there are samples enough for a step, and for early stopping. */
export const areEnough = (experiment: Experiment, { train, validation }: Counts): Checked<void> =>
  allOf(experiment, [fillsStep(experiment, train), canWait(experiment, validation)]);

/**
 * Checks an experiment against the shapes and counts that its task states, before any image is made. Tasks of files
 * state none.
 */
export const fitsTask = (experiment: Experiment): Checked<void> => {
  const { task } = experiment;
  const stated = statedData(task);
  // Tasks of files are checked once the files are read; pictures have the scores of classes.
  if (stated === null) return isArrayTask(task) ? E.right(undefined) : canWatch(experiment);
  const classes = taskClasses(task);
  const learning = learningFor(experiment, stated);
  const forms = isSizes(stated) ? formsOfSizes(stated) : stated;
  return allOf(experiment, [
    fitsLearning(experiment, learning),
    ...(E.isRight(learning) ? [canAugment(experiment, learning.right, forms)] : []),
    ...(classes === null ? [] : [weightsFit(experiment, classes.length)]),
    ...('train' in task ? [areEnough(experiment, task)] : []),
  ]);
};
