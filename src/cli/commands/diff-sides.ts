/** The two sides of `drumhead diff`: their data, and the engines that computed them. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { canonical, hashOf } from '../../base/canonical.js';
import { errorMessage } from '../../base/error.js';
import { statedData } from '../../data/task.js';
import { hashProgram } from '../../dsl/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { memberName } from '../../experiments/label.js';
import { type DataShape, programFor } from '../../experiments/model.js';
import type { Member } from '../../experiments/sweep/sweep.js';
import { type ComputedOn, readComputedOn } from '../../runner/folder/computed-on.js';
import { readRunRecord } from '../../runner/folder/record.js';
import { type ResolvedData, resolveData } from '../../runner/run/identity.js';
import { remark } from '../edge.js';
import { madeDataHere } from '../source/data-folder.js';
import { calledAs, type Named } from '../source/source.js';

/**
 * The facts that distinguish runs of an experiment on a person's files: the digest of the data, and the sizes if they
 * were read.
 */
export interface Known {
  readonly data: string | undefined;
  readonly sizes: DataShape | null;
}

/** The facts on experiments on a person's files. */
export type Read = ReadonlyMap<Experiment, Known>;

/** The facts on a run in its own folder. */
export interface OfRun extends ComputedOn {
  readonly identity: string;
  readonly data: string | null;
}

/** The facts on a run; null for anything else, and if the run's record cannot be read. */
const ofRun = (named: Named): T.Task<OfRun | null> =>
  named.kind === 'sweep' || named.begun === null
    ? T.of(null)
    : pipe(
        TE.Do,
        TE.bind('record', () => readRunRecord(named.begun?.folder ?? '')),
        TE.bind('on', () => readComputedOn(named.begun?.folder ?? '')),
        TE.match(
          () => null,
          ({ record: { identity, data }, on }) => ({ identity, data: data ?? null, ...on }),
        ),
      );

/**
 * Reads the data of every experiment whose task is in files, each task once, since the identity of its runs depends on
 * them.
 */
export const readAll =
  (experiments: readonly Experiment[]): T.Task<Read> =>
  async () => {
    const byTask = new Map<string, ResolvedData | null>();
    const read = new Map<Experiment, Known>();
    for (const experiment of experiments) {
      const key = canonical(experiment.task);
      if (!byTask.has(key)) {
        const resolved = await resolveData(experiment, await madeDataHere())();
        if (E.isLeft(resolved))
          remark(
            `note: its runs are told by its settings alone, since its data cannot be read: ${errorMessage(resolved.left)}`,
          );
        byTask.set(key, E.isRight(resolved) ? resolved.right : null);
      }
      const resolved = byTask.get(key);
      if (resolved !== undefined && resolved !== null) read.set(experiment, resolved);
    }
    return read;
  };

/** If the sizes are known, models with the same program are equal. */
export const programOf =
  (read: Read) =>
  (experiment: Experiment): string => {
    const { model, loss, task } = experiment;
    const sizes = read.get(experiment)?.sizes ?? statedData(task);
    const program = sizes === null ? null : programFor(model, loss, sizes);
    return program === null || E.isLeft(program) ? hashOf(model) : hashProgram(program.right);
  };

/** One of the two sides, with the names of its members. */
export interface Side {
  readonly named: Named;
  readonly nameOf: (member: Member) => string;
  /** The facts in its folder, if it is a single run. */
  readonly run: OfRun | null;
}

export const sideOf = (named: Named): T.Task<Side> =>
  named.kind === 'sweep'
    ? T.of({ named, nameOf: memberName(named.sweep), run: null })
    : pipe(
        T.Do,
        T.bind('label', () => calledAs(named)),
        T.bind('run', () => ofRun(named)),
        T.map(({ label, run }) => ({ named, nameOf: () => label, run })),
      );

/** The data of a run are those in its record, even if the files have changed. */
export const withOwnData = (read: Read, sides: readonly Side[]): Read => {
  const known = new Map(read);
  for (const { named, run } of sides)
    if (named.kind === 'experiment' && run !== null && run.data !== null)
      known.set(named.experiment, {
        sizes: read.get(named.experiment)?.sizes ?? null,
        data: run.data,
      });
  return known;
};
