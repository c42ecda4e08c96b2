/** Runs a sweep: several runs at a time, each in a process of its own, until every run is finished or has failed. */

import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { canonical } from '../../base/canonical.js';
import {
  type Checked,
  type DrumheadError,
  type Effect,
  errorMessage,
  unlessProblems,
} from '../../base/error.js';
import { type Engine, engineWords, kernelsOf } from '../../engine/index.js';
import { shapingOf } from '../../experiments/identity.js';
import { idleInValues } from '../../experiments/sweep/idle.js';
import { type Sweep, sweepProblems } from '../../experiments/sweep/sweep.js';
import type { Environment } from '../environment.js';
import { inFolder, workerAfterWaiting } from '../folder/ongoing/lock.js';
import { tidyFinished } from '../folder/ongoing/tidy.js';
import { readSweepSoFar, type SweepFile, sweepPath, writeSweep } from '../folder/sweep-file.js';
import { openSweepEngine } from './engine.js';
import type { Job } from './job.js';
import type { News, Outcome } from './messages.js';
import { type Assignment, isRecorded, mergedRecord, planSweep, recordOf, unfinished } from './plan.js';
import { settledSweep } from './settle.js';
import type { Shard } from './shard.js';

/** An event of a sweep, for progress bars and logs. */
export type SweepEvent =
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'plan'; readonly plan: readonly Assignment[]; readonly engine: string }
  | { readonly kind: 'begin'; readonly run: Assignment }
  | { readonly kind: 'news'; readonly run: Assignment; readonly news: News }
  | { readonly kind: 'end'; readonly run: Assignment; readonly outcome: Outcome };

/** The surroundings of a sweep. */
export interface SweepEnvironment extends Omit<Environment, 'tell'> {
  /** Runs at a time. */
  readonly jobs: number;
  readonly job: Job;
  /** Only this part of the sweep; other processes may run other parts at the same time. Default: all. */
  readonly shard?: Shard;
  /** Whether the caller has already reported settings without effect. */
  readonly remarked?: boolean;
  readonly tell: (event: SweepEvent) => void;
}

/** A run that failed, and why. */
export interface Failed {
  readonly run: Assignment;
  readonly message: string;
  /** Its process died; the run itself may be fine. */
  readonly lost: boolean;
}

/** How a sweep ended. */
export interface SweepOutcome {
  /** The file that says where its runs are. */
  readonly record: string;
  readonly total: number;
  readonly finished: number;
  readonly failed: readonly Failed[];
  /** Those that were stopped or did not begin. */
  readonly unfinished: number;
  /** Those that other processes work on. */
  readonly elsewhere: number;
}

/**
 * Runs the unfinished runs of a sweep. A run that fails, or whose process dies, is noted, and the others go on. The
 * folder of each run is recorded before the first begins. A shard does its own runs, beside others, and leaves a run that
 * another process works on.
 *
 * **Errors** those of axes that disagree with their members, of the plan and of the record, before anything
 * runs; FileError also while another process runs the same sweep.
 *
 * @example
 * runSweep(sweep)({ ...environment, jobs: 2, workers: 1, job: processJob })   // right({ finished: 6, total: 6, … })
 */
export const runSweep =
  (sweep: Sweep): RTE.ReaderTaskEither<SweepEnvironment, DrumheadError, SweepOutcome> =>
  (environment) =>
    pipe(
      TE.fromEither(truthful(sweep)),
      TE.flatMapTask((written) => () => settledSweep(written, process.cwd())),
      TE.flatMap(({ sweep: whole }) => runSettled(whole, environment)),
    );

/** Refuses a sweep whose labels disagree with its experiments. */
export const truthful = (sweep: Sweep): Checked<Sweep> => {
  const problems = sweepProblems(sweep);
  return unlessProblems(sweep.name, problems, sweep);
};

/** A whole sweep locks its folder; shards share it. */
const alone = <A>(folder: string, { shard }: SweepEnvironment, work: Effect<A>): Effect<A> =>
  shard === undefined ? inFolder(folder, work) : work;

const runSettled = (sweep: Sweep, environment: SweepEnvironment): Effect<SweepOutcome> =>
  alone(
    dirname(sweepPath(environment.runs, sweep.name)),
    environment,
    pipe(
      openSweepEngine(sweep.name, environment),
      TE.bindTo('opened'),
      TE.bind('before', () => readSweepSoFar(environment.runs, sweep.name)),
      TE.tapIO(
        ({ opened, before }) =>
          () =>
            tellNotes(sweep, opened, before, environment),
      ),
      TE.bind('plan', ({ opened }) => planSweep(sweep, opened, environment)),
      TE.bind('record', ({ opened, before, plan }) => keepRecord(sweep, opened, environment, plan, before)),
      TE.tapIO(
        ({ plan, opened }) =>
          () =>
            environment.tell({ kind: 'plan', plan, engine: engineWords(opened.name, kernelsOf(opened)) }),
      ),
      TE.bind('outcomes', ({ plan, opened }) => TE.fromTask(work(plan, opened, environment))),
      TE.tap(({ opened, before, plan, outcomes }) =>
        // Folders that depend on data are known now.
        keepRecord(
          sweep,
          opened,
          environment,
          plan.map((run) => ({ ...run, folder: outcomes.get(run)?.folder ?? run.folder })),
          before,
        ),
      ),
      TE.map(({ plan, record, outcomes }) => summed(plan, record, outcomes)),
    ),
  );

/** The record as the sweep found it. */
type SoFar = Checked<SweepFile> | null;

/**
 * Writes the folders of runs, unless the record has them already, so that shards that begin together write no
 * more than necessary.
 */
const keepRecord = (
  sweep: Sweep,
  engine: Engine,
  { runs, shard }: SweepEnvironment,
  plan: readonly Assignment[],
  before: SoFar,
): Effect<string> => {
  const path = sweepPath(runs, sweep.name);
  if (shard === undefined) return writeSweep(runs, recordOf(sweep, engine, runs, plan));
  // As the part began; a record never loses a folder, so that it still has these.
  if (before !== null && E.isRight(before) && isRecorded(before.right, sweep, engine, runs, plan))
    return TE.right(path);
  return pipe(
    readSweepSoFar(runs, sweep.name),
    TE.flatMap((read) => {
      const before = read !== null && E.isRight(read) ? read.right : null;
      const next = mergedRecord(before, sweep, engine, runs, plan);
      return before !== null && canonical(before) === canonical(next)
        ? TE.right(path)
        : writeSweep(runs, next);
    }),
  );
};

/** Notes before the first run: on settings without effect, on a record that cannot be read, and on runs of another engine. */
const tellNotes = (
  sweep: Sweep,
  opened: Engine,
  before: SoFar,
  { tell, remarked = false }: SweepEnvironment,
): void => {
  const note = (message: string): void => tell({ kind: 'note', message });
  if (!remarked) idleInValues(sweep).forEach(note);
  if (before === null) return;
  if (E.isLeft(before)) {
    note(
      `the record of ${sweep.name} cannot be read and is written anew; finished runs stand, but \`--engine auto\` may now take another engine, which makes other runs: ${errorMessage(before.left)}`,
    );
    return;
  }
  const [was, now] = [
    engineWords(before.right.engine, before.right.kernels ?? null),
    engineWords(opened.name, kernelsOf(opened)),
  ];
  if (was !== now)
    note(
      `${sweep.name} was run on ${was} before, and is on ${now} now: other runs; those stay in their folders`,
    );
};

type Outcomes = ReadonlyMap<Assignment, Ended>;

/** How a run ended, and its folder if it reported one. */
interface Ended {
  readonly outcome: Outcome;
  readonly folder: string | null;
}

const work =
  (plan: readonly Assignment[], engine: Engine, environment: SweepEnvironment) =>
  async (): Promise<Outcomes> => {
    const { jobs, signal } = environment;
    const open = unfinished(plan);
    // A process may have been killed after writing a result and before tidying up.
    for (const { result, folder } of plan) if (result !== null && folder !== null) await tidyFinished(folder);
    // Two members may be the same run, which is run once and counts for both.
    const leaders = new Map([...open].reverse().map((run) => [runKey(run), run]));
    const leader = (run: Assignment): Assignment => leaders.get(runKey(run)) ?? run;
    const waiting = open.filter((run) => leader(run) === run);
    // Shared by all lanes.
    const next = waiting.values();
    const ended = new Map<Assignment, Ended>();
    const lane = async (): Promise<void> => {
      for (const run of next) {
        if (signal.aborted) return;
        ended.set(run, await doRun(run, engine, environment));
      }
    };
    await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, lane));
    for (const run of open) {
      const end = ended.get(leader(run));
      if (end === undefined || ended.has(run)) continue;
      ended.set(run, end);
      environment.tell({ kind: 'end', run, outcome: end.outcome });
    }
    return ended;
  };

/** What two assignments share if they are the same run: the folder, else the settings. */
const runKey = ({ folder, member: { experiment }, seed }: Assignment): string =>
  folder ?? canonical({ ...shapingOf(experiment, { program: canonical(experiment.model) }), seed });

const doRun = async (
  run: Assignment,
  engine: Engine,
  { job, tell, signal, runs, cache, workers, pictures, shard }: SweepEnvironment,
): Promise<Ended> => {
  const { member, seed } = run;
  let folder = run.folder;
  tell({ kind: 'begin', run });
  const worker = shard === undefined || folder === null ? null : await workerAfterWaiting(folder, signal);
  if (worker !== null) {
    const outcome = { kind: 'elsewhere', message: `${worker.where} works on it` } as const;
    tell({ kind: 'end', run, outcome });
    return { outcome, folder };
  }
  const kernels = kernelsOf(engine);
  const outcome = await job(
    {
      kind: 'run',
      experiment: member.experiment,
      seed,
      engine: engine.name,
      why: engine.why,
      ...(kernels === null ? {} : { kernels }),
      ...(folder === null ? {} : { placed: folder }),
      runs,
      cache,
      workers,
      pictures,
    },
    (news) => {
      if (news.kind === 'begins') folder = news.folder;
      tell({ kind: 'news', run, news });
    },
    signal,
  );
  tell({ kind: 'end', run, outcome });
  return { outcome, folder: outcome.kind === 'finished' ? outcome.folder : folder };
};

const summed = (plan: readonly Assignment[], record: string, outcomes: Outcomes): SweepOutcome => {
  const failed = plan.flatMap((run): readonly Failed[] => {
    const outcome = outcomes.get(run)?.outcome;
    return outcome?.kind === 'failed' ? [{ run, message: outcome.message, lost: outcome.lost === true }] : [];
  });
  const finished = plan.filter(
    (run) => run.result !== null || outcomes.get(run)?.outcome.kind === 'finished',
  ).length;
  const elsewhere = plan.filter((run) => outcomes.get(run)?.outcome.kind === 'elsewhere').length;
  return {
    record,
    total: plan.length,
    finished,
    failed,
    unfinished: plan.length - finished - failed.length - elsewhere,
    elsewhere,
  };
};
