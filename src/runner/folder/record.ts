/**
 * The record of a run, written before its first step: run.json seals what is run (experiment.json and
 * program.json), environment.json describes what computes it.
 */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import type { Effect } from '../../base/error.js';
import type { Task } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { Kernels } from '../../engine/index.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import { files, readJson } from './files.js';
import { readChecked } from './sealed-json.js';

/** The codec of run.json. */
export const runCodec = t.intersection([
  t.type({
    /** Hash of task, program, training, seed and engine. */
    identity: t.string,
    name: t.string,
    seed: t.number,
    epochs: t.number,
    /** SHA-256 of experiment.json and program.json. */
    experiment: t.string,
    program: t.string,
  }),
  t.partial({
    /** The names of the classes, in the order of their labels. Records of earlier versions have none. */
    classes: t.readonlyArray(t.string),
    /** The digest of the data, if they come from a person's files. */
    data: t.string,
    /** Whether figures.json carries its checksum and the identity; earlier versions wrote it without. */
    figures: t.literal('sealed'),
  }),
]);
/** What run.json holds. */
export type RunRecord = t.TypeOf<typeof runCodec>;

/** The record of a run folder. **Errors** FileError, DecodeError. */
export const readRunRecord = (folder: string): Effect<RunRecord> =>
  readChecked(join(folder, files.run), runCodec);

/** The experiment of a run folder. **Errors** FileError, DecodeError. */
export const readExperiment = (folder: string): Effect<Experiment> => {
  const path = join(folder, files.experiment);
  return pipe(
    readJson(path),
    TE.flatMapEither((json) => decodeExperiment(json, path)),
  );
};

/** The digest of the data that a run was trained on; null if its record has none. */
export const dataDigestIn = (folder: string): T.Task<string | null> =>
  pipe(
    readRunRecord(folder),
    TE.match(
      () => null,
      ({ data }) => data ?? null,
    ),
  );

/**
 * The names of the classes that a run was trained on. For runs of earlier versions: those of its task, or
 * null if only files have them.
 */
export const trainedClassesIn = (folder: string, task: Task | null): T.Task<readonly string[] | null> =>
  pipe(
    readRunRecord(folder),
    TE.match(
      () => null,
      ({ classes }) => classes ?? null,
    ),
    T.map((classes) => classes ?? (task === null ? null : taskClasses(task))),
  );

/** Versions and settings that could change numbers: recorded, and compared when a run continues. */
const settingsCodec = t.type({
  drumhead: t.string,
  commit: t.union([t.string, t.null]),
  language: t.number,
  node: t.string,
  platform: t.string,
  processor: t.string,
  engine: t.string,
  engineVersion: t.string,
  /** Images of each micro-batch of a step. */
  cut: t.readonlyArray(t.number),
});
/** Versions and settings that could change numbers. */
export type Settings = t.TypeOf<typeof settingsCodec>;

const changeCodec = t.type({ what: t.string, from: t.string, to: t.string });
/** The codec of environment.json. */
export const environmentCodec = t.intersection([
  settingsCodec,
  t.type({
    why: t.string,
    workers: t.number,
    /** The changes at each continuation of the run, in order. */
    changes: t.readonlyArray(changeCodec),
  }),
  /**
   * The number of the engine's arithmetic (left out: 1), and its kernels where it has a choice. Another arithmetic is
   * another run.
   */
  t.partial({ arithmetic: t.number, kernels: Kernels }),
]);
/** The content of environment.json. */
export type Recorded = t.TypeOf<typeof environmentCodec>;
