/** Calls Slurm's programs: submits a script, and asks which tasks wait and why. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Effect, errorMessage, mismatch } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { writeBytes } from '../../files/files.js';
import { readCheckedIfPresent, writeChecked } from '../folder/sealed-json.js';
import { callSlurm } from './slurm-program.js';
import type { Parts } from './slurm-script.js';

const jobCodec = t.type({
  /** Slurm's number of the array. */
  job: t.string,
  numbers: t.readonlyArray(t.number),
  of: t.number,
});
/** An array job that was submitted, and the parts of the sweep that its tasks do. */
export type Submitted = t.TypeOf<typeof jobCodec>;

const jobsCodec = t.type({ jobs: t.readonlyArray(jobCodec) });

/** The folder of a sweep's scripts and of the output of its tasks. */
export const slurmFolder = (sweepFolder: string): string => join(sweepFolder, 'slurm');

const jobsPath = (sweepFolder: string): string => join(slurmFolder(sweepFolder), 'jobs.json');

/** The jobs that a sweep has submitted so far. **Errors** FileError, DecodeError. */
export const submittedIn = (sweepFolder: string): Effect<readonly Submitted[]> =>
  pipe(
    readCheckedIfPresent(jobsPath(sweepFolder), jobsCodec),
    TE.map((found) => found?.jobs ?? []),
  );

/**
 * Submits a script and notes the job beside the sweep's record.
 *
 * **Errors** Mismatch where sbatch is absent, refuses or does not end; FileError.
 */
export const submit = (
  sweepFolder: string,
  script: string,
  parts: Parts,
  seconds: number = limits.submissionSeconds,
): Effect<Submitted> =>
  pipe(
    submittedIn(sweepFolder),
    TE.bindTo('before'),
    TE.bind('answer', () =>
      callSlurm('sbatch', ['--parsable'], {
        input: script,
        seconds,
        late: 'see with `squeue --me` whether it took the job all the same, cancel that with `scancel`, and submit again',
      }),
    ),
    TE.bind('made', ({ answer }) => {
      const job = answer.trim().split(';')[0];
      return /^\d+$/.test(job)
        ? TE.right({ job, ...parts })
        : TE.left(mismatch(`sbatch answered '${answer.trim()}', which is no number of a job`));
    }),
    TE.tap(({ made }) =>
      writeBytes(join(slurmFolder(sweepFolder), `${made.job}.sh`), new TextEncoder().encode(script)),
    ),
    TE.tap(({ before, made }) => writeChecked(jobsPath(sweepFolder), { jobs: [...before, made] })),
    TE.map(({ made }) => made),
  );

/** A task in the queue: its state in Slurm's words, and why it waits. */
export interface Queued {
  readonly state: string;
  readonly reason: string;
}

/** `12_[3-5,9%2]` or `12_3`: the numbers of tasks. */
const tasksOf = (text: string): readonly number[] =>
  text
    .replace(/[[\]]|%\d+/g, '')
    .split(',')
    .flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number);
      return Number.isSafeInteger(from) && Number.isSafeInteger(to) && to - from < 1e6
        ? Array.from({ length: to - from + 1 }, (_, i) => from + i)
        : [];
    });

/**
 * The tasks in an answer of `squeue --noheader --format %i|%T|%r`, by job and number.
 *
 * @example
 * queuedIn('12_[3-4%2]|PENDING|Resources\n').get('12_4'); // => { state: 'PENDING', reason: 'Resources' }
 */
export const queuedIn = (text: string): ReadonlyMap<string, Queued> =>
  new Map(
    text.split('\n').flatMap((row) => {
      const [id = '', state = '', reason = ''] = row.trim().split('|');
      const found = /^(\d+)_(.+)$/.exec(id);
      return found === null
        ? []
        : tasksOf(found[2]).map((number) => [`${found[1]}_${number}`, { state, reason }] as const);
    }),
  );

/** What Slurm says of jobs that ended long ago, if it is asked about no other. */
const unknownJobs = /invalid job id/i;

/**
 * The states of jobs in Slurm's queue; empty if Slurm is absent, or knows none of them any more.
 *
 * **Errors** Mismatch where squeue refuses or does not end: then nobody knows what waits.
 */
export const queueOf =
  (jobs: readonly Submitted[], seconds: number = limits.outerSeconds): Effect<ReadonlyMap<string, Queued>> =>
  async () => {
    if (jobs.length === 0) return E.right(new Map());
    const list = jobs.map(({ job }) => job).join();
    // jobs that ended long ago are not known any more; squeue then names them on stderr and lists the others
    const answer = await callSlurm('squeue', ['--noheader', '--format=%i|%T|%r', `--jobs=${list}`], {
      seconds,
      late: 'ask again when `sinfo` answers',
      absent: '',
    })();
    if (E.isRight(answer)) return E.right(queuedIn(answer.right));
    return unknownJobs.test(errorMessage(answer.left)) ? E.right(new Map()) : answer;
  };

/** The state in the queue of each run of a sweep, by its index. */
export const queuedRuns = (
  jobs: readonly Submitted[],
  queue: ReadonlyMap<string, Queued>,
  count: number,
): readonly (Queued | null)[] => {
  // A sweep may have been submitted many times: only jobs with a task in the queue are asked about its runs.
  const waiting = [...jobs].reverse().flatMap(({ job, numbers, of }) => {
    const tasks = new Map(
      numbers.flatMap((number) => {
        const found = queue.get(`${job}_${number}`);
        return found === undefined ? [] : [[number, found] as const];
      }),
    );
    return tasks.size === 0 ? [] : [{ tasks, of }];
  });
  return Array.from({ length: count }, (_, index) => {
    for (const { tasks, of } of waiting) {
      const found = tasks.get((index % of) + 1);
      if (found !== undefined) return found;
    }
    return null;
  });
};
