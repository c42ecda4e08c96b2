/** Experiments as plain data: task, model, loss, training, seeds, scores and pictures. */

import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { choice, decodeWith, record, text, where, whole, withDefault, withOptional } from '../base/codec.js';
import type { Checked } from '../base/error.js';
import { grouped, limits } from '../base/limits.js';
import { augmentCodec } from '../data/augment.js';
import { taskCodec } from '../data/task.js';
import { lossCodec, publishedLoss } from './loss.js';
import { anyModelCodec } from './model.js';
import { notesCodec, originCodec } from './origin.js';
import { type OwnScores, ownScoresCodec } from './scores/own-scores.js';
import { publishedTraining, type Training, trainingCodec } from './training/training.js';

export { type Training, trainingCodec } from './training/training.js';

/** A list without repetitions. */
const distinct = <A>(codec: t.Type<A, A, unknown>, what: string) =>
  where(t.readonlyArray(codec), (list) =>
    new Set(list).size < list.length ? `${what} is listed twice` : null,
  );

/** Seeds enter names, random streams and tables for other tools, some of which support only 32 bits. */
export const largestSeed = 2 ** 32 - 1;

const seedList = where(distinct(whole(0, largestSeed), 'a seed'), (list) =>
  list.length === 0
    ? 'at least one seed is needed'
    : list.length > limits.seeds
      ? `there are ${grouped(list.length)} seeds, and ${grouped(limits.seeds)} is the limit`
      : null,
);

/** A list of seeds; a single number and `0,1,2` are accepted as lists. */
const seeds: t.Type<readonly number[], readonly number[], unknown> = new t.Type(
  'a list of seeds, such as [0, 1, 2]',
  seedList.is,
  (u, context) => {
    if (typeof u === 'number') return seedList.validate([u], context);
    return typeof u === 'string' && u.length < 20 * limits.seeds && /^\s*\d+(\s*,\s*\d+)*\s*$/.test(u)
      ? seedList.validate(u.split(',').map(Number), context)
      : seedList.validate(u, context);
  },
  t.identity,
);

/** A name is a path of folders; operating systems limit its length. */
const longestName = 200;

/** The name of an experiment or a sweep: parts that are valid folder names, without `..`. */
export const experimentName = where(text, (name) =>
  name.length > longestName
    ? `a name has at most ${longestName} letters, this one has ${name.length}`
    : /^[a-z0-9][a-z0-9_.-]*(\/[a-z0-9][a-z0-9_.-]*)*$/i.test(name)
      ? null
      : "a name has letters, digits, '_', '-', '.' and '/' between parts",
);

/** Scores that a table or a summary can show; all of them are always recorded. */
export const scoreNames = [
  'loss',
  'foregroundLoss',
  'accuracy',
  'iou',
  'foregroundAccuracy',
  'foregroundIou',
  'classMeanIou',
  'dice',
] as const;
export type ScoreName = (typeof scoreNames)[number];

/** Pictures that can be drawn of a finished run at any time. */
export const outputNames = ['waves', 'segmentations', 'curves', 'answers'] as const;
export type OutputName = (typeof outputNames)[number];

/** The largest length of a label, which shares a line with others. */
const longestOwnLabel = 40;

/** A person's label for an experiment; one line. */
export const labelCodec = where(text, (label) => {
  if (/[\p{Cc}\p{Cs}]/u.test(label) || label.trim() !== label)
    return 'a label is one line, without spaces before or behind';
  return Array.from(label).length > longestOwnLabel
    ? `a label has at most ${longestOwnLabel} letters, this one has ${Array.from(label).length}`
    : null;
});

/** Names of scores of classes, or scores that the program computes. */
const scoreList = distinct(choice(...scoreNames), 'a score');
const scores: t.Type<readonly ScoreName[] | OwnScores, readonly ScoreName[] | OwnScores, unknown> =
  new t.Type(
    'a list of names of scores, or scores of the program, such as { iou: { output: both, better: more } }',
    (u): u is readonly ScoreName[] | OwnScores => scoreList.is(u) || ownScoresCodec.is(u),
    (u, context): t.Validation<readonly ScoreName[] | OwnScores> =>
      t.UnknownRecord.is(u) && !Array.isArray(u)
        ? ownScoresCodec.validate(u, context)
        : scoreList.validate(u, context),
    t.identity,
  );

const fields = {
  /** Usually `task/model`; also the folder of its runs. */
  name: experimentName,
  task: taskCodec,
  model: anyModelCodec,
  loss: withDefault(lossCodec, publishedLoss),
  training: withDefault(trainingCodec, publishedTraining),
  seeds: withDefault(seeds, [0]),
  /** Scores to show: the published ones, which ignore false positives on background, and the two that count them. */
  scores: withDefault<readonly ScoreName[] | OwnScores>(scores, scoreNames),
  /** Pictures to draw. */
  outputs: withDefault<readonly OutputName[]>(distinct(choice(...outputNames), 'a picture'), outputNames),
};

/**
 * `label` replaces the name in tables and charts and `notes` are kept with the run; both change no result.
 * `from` is the run whose weights the training begins with; `augment` changes the training samples.
 */
const base = pipe(
  record('experiment', fields, ['label', 'notes', 'from', 'augment']),
  (codec) => withOptional(codec, 'label', labelCodec),
  (codec) => withOptional(codec, 'notes', notesCodec),
  (codec) => withOptional(codec, 'from', originCodec),
  (codec) => withOptional(codec, 'augment', augmentCodec),
);

export const experimentCodec = where(base, ({ task, training }) =>
  training.patience !== null && 'validation' in task && task.validation === 0
    ? 'training.patience waits for a better validation loss, but task.validation is 0'
    : null,
);
export type Experiment = t.TypeOf<typeof experimentCodec>;

/**
 * Decodes an experiment.
 *
 * **Errors** DecodeError with all problems, their paths and the nearest valid names.
 */
export const decodeExperiment = (value: unknown, source = 'experiment'): Checked<Experiment> =>
  decodeWith(experimentCodec, source)(value);

/** The experiment with some of its training settings changed. */
export const withTraining = (experiment: Experiment, changes: Partial<Training>): Experiment => ({
  ...experiment,
  training: { ...experiment.training, ...changes },
});
