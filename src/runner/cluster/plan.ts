/** The unfinished runs of a sweep, as parts for an array of tasks. */

import { dirname } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import type { Engine, EngineChoice, Kernels } from '../../engine/index.js';
import type { Sweep } from '../../experiments/sweep/sweep.js';
import { sweepPath, writeSweep } from '../folder/sweep-file.js';
import { openSweepEngine } from '../sweep/engine.js';
import { type Assignment, planSweep, recordOf, unfinished } from '../sweep/plan.js';
import { truthful } from '../sweep/run.js';
import { settledSweep } from '../sweep/settle.js';
import { queuedRuns, queueOf, submittedIn } from './slurm-queue.js';
import type { Parts } from './slurm-script.js';

/** A sweep before it is submitted. */
export interface ToSubmit {
  readonly sweep: Sweep;
  readonly engine: Engine;
  readonly plan: readonly Assignment[];
  /** Those that are neither finished nor in the queue. */
  readonly open: readonly Assignment[];
  /** Those in the queue. */
  readonly queued: number;
  readonly parts: Parts;
}

export interface Submitting {
  readonly engine: EngineChoice;
  readonly kernels?: Kernels;
  readonly runs: string;
  readonly cache: string;
  /** The most tasks of an array. */
  readonly arraySize: number;
}

/** The folder of a sweep's record. */
export const folderOfSweep = (runs: string, name: string): string => dirname(sweepPath(runs, name));

/** A sweep with whole folder paths, and the engine of its runs. **Errors** as `runSweep`, before anything runs. */
export const sweepHere = (
  written: Sweep,
  asked: Pick<Submitting, 'engine' | 'kernels' | 'runs'>,
): Effect<Pick<ToSubmit, 'sweep' | 'engine'>> =>
  pipe(
    TE.fromEither(truthful(written)),
    TE.flatMapTask((whole) => () => settledSweep(whole, process.cwd())),
    TE.map(({ sweep }) => sweep),
    TE.bindTo('sweep'),
    TE.bind('engine', ({ sweep }) => openSweepEngine(sweep.name, asked)),
  );

/**
 * The runs of a sweep that are to be submitted. Run folders say what is finished; Slurm, where it is, says
 * what is already in the queue. Nothing is written.
 *
 * **Errors** as `runSweep`, before anything runs; as `queueOf`, since runs that wait would be submitted twice.
 */
export const toSubmit = (
  written: Sweep,
  { engine: choice, kernels, runs, cache, arraySize }: Submitting,
): Effect<ToSubmit> =>
  pipe(
    sweepHere(written, { engine: choice, ...(kernels === undefined ? {} : { kernels }), runs }),
    TE.bind('plan', ({ sweep, engine }) => planSweep(sweep, engine, { runs, cache })),
    TE.bind('jobs', ({ sweep }) => submittedIn(folderOfSweep(runs, sweep.name))),
    TE.bind('found', ({ jobs }) => queueOf(jobs)),
    TE.map(({ sweep, engine, plan, jobs, found }): ToSubmit => {
      const queue = queuedRuns(jobs, found, plan.length);
      const left = unfinished(plan);
      const open = left.filter(({ index }) => queue[index] === null);
      const of = Math.min(plan.length, arraySize);
      const numbers = [...new Set(open.map(({ index }) => (index % of) + 1))].sort((a, b) => a - b);
      return { sweep, engine, plan, open, queued: left.length - open.length, parts: { numbers, of } };
    }),
  );

/** Writes the folders of a sweep's runs, which its tasks read. **Errors** FileError. */
export const recordSubmitted = (
  { sweep, engine, plan }: Pick<ToSubmit, 'sweep' | 'engine' | 'plan'>,
  runs: string,
): Effect<string> => writeSweep(runs, recordOf(sweep, engine, runs, plan));
