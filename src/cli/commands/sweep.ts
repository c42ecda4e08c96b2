/** `drumhead sweep`: experiments that belong together, several at a time. */

import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { askedKernels, parseEngineChoice } from '../../engine/index.js';
import type { Sweep } from '../../experiments/sweep/sweep.js';
import { collectRuns } from '../../runner/cluster/collect.js';
import { type Job, processJob } from '../../runner/sweep/job.js';
import { runSweep, type SweepEnvironment, type SweepOutcome } from '../../runner/sweep/run.js';
import { type Shard, shardFlag } from '../../runner/sweep/shard.js';
import { generatorOf } from '../document/generators.js';
import { interruptible, remark } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { type ChangeFlags, optionalFlag, overridesOf, wholeFlag } from '../flags/flags.js';
import { seconds } from '../session.js';
import { anotherEngine } from '../source/engine-notes.js';
import { amongRuns } from '../source/names-here.js';
import { asSweep, changesAsked, namedFrom, withRemarks } from '../source/source.js';
import { barSweepTeller, nameOf, plainSweepTeller } from '../terminal/sweep-progress.js';
import { inTimeBox, minutesFlag } from '../time-box.js';
import { type SlurmSetting, slurmOptions, sweepOnSlurm } from './sweep-slurm.js';

export interface SweepFlags extends ChangeFlags, Idle {
  readonly preset: string;
  readonly jobs?: string;
  readonly shard?: string;
  readonly slurm?: string | true;
  readonly sbatch?: readonly string[];
  readonly dryRun?: boolean;
  readonly probe?: boolean;
  readonly collect?: string;
  readonly workers?: string;
  readonly seed?: string;
  readonly epochs?: string;
  readonly minutes?: string;
  readonly engine: string;
  readonly runs: string;
  readonly pictures: boolean;
}

// An engine's heap grows to at most 4 GiB; if there is less memory per run, fewer runs at a time are faster.
const bytesOfAJob = 4 * 2 ** 30;

/** The exit code of a shard if one of its processes died: it may be tried again. */
export const lostCode = 75;

/** The number of runs at a time and the threads of each; their product is at most the number of cores. */
export const shareCores = (
  cores: number,
  memory: number,
  jobs: number | null,
  workers: number | null,
): { readonly jobs: number; readonly workers: number } => {
  const most = Math.max(1, Math.min(cores, Math.floor(memory / bytesOfAJob)));
  const taken = jobs ?? (workers === null ? most : Math.max(1, Math.min(most, Math.floor(cores / workers))));
  return { jobs: taken, workers: workers ?? Math.max(1, Math.floor(cores / taken)) };
};

const said = (
  name: string,
  { record, total, finished, failed, unfinished, elsewhere }: SweepOutcome,
  shard: Shard | null,
): string =>
  [
    `${name}${shard === null ? '' : `, part ${shard.part} of ${shard.of}`}: ${finished} of ${total} runs finished` +
      `${elsewhere === 0 ? '' : `, ${elsewhere} worked on elsewhere`}` +
      `${failed.length === 0 ? '' : `, ${failed.length} failed`}` +
      `${unfinished === 0 ? '' : `, ${unfinished} unfinished; the same command goes on`}`,
    ...failed.map(({ run, message }) => `  ${nameOf(run)}: ${message}`),
    `  record: ${record}`,
  ].join('\n');

/** Draws the progress, handles Ctrl-C, and restores the terminal. */
const withTerminal =
  (
    environment: Omit<SweepEnvironment, 'tell' | 'now' | 'signal'>,
    until: AbortSignal,
    sweep: Sweep,
  ): Effect<string> =>
  async () => {
    const teller = process.stderr.isTTY
      ? barSweepTeller(process.stderr, seconds)
      : plainSweepTeller(remark, seconds);
    const { signal, done } = interruptible();
    const both = AbortSignal.any([signal, until]);
    try {
      const outcome = await runSweep(sweep)({
        ...environment,
        tell: teller.tell,
        now: seconds,
        signal: both,
      })();
      teller.close();
      if (E.isLeft(outcome)) return outcome;
      const text = said(sweep.name, outcome.right, environment.shard ?? null);
      if (both.aborted && outcome.right.unfinished > 0)
        return E.left({ _tag: 'Interrupted', message: `stopped. ${text}` });
      // a shard of a sweep is started by a script, which reads from the exit code whether to try again
      const { failed } = outcome.right;
      const lost = environment.shard !== undefined && failed.some((one) => one.lost);
      if (failed.length > 0) process.exitCode = lost ? lostCode : 1;
      return E.right(text);
    } finally {
      teller.close();
      done();
    }
  };

/** All flags of `sweep`, checked before anything is read. */
const sweepFlags = (flags: SweepFlags) =>
  allFlags({
    idle: noneIdle(flags),
    minutes: optionalFlag(flags.minutes, minutesFlag),
    shard: optionalFlag(flags.shard, shardFlag),
    jobs: optionalFlag(flags.jobs, wholeFlag('--jobs', 1, limits.workers)),
    workers: optionalFlag(flags.workers, wholeFlag('--workers', 1, limits.workers)),
    overrides: overridesOf(flags),
    changes: changesAsked(flags.preset, flags),
    engine: parseEngineChoice(flags.engine),
    asked: askedKernels(),
  });

const collecting = (value: Sweep, from: string, setting: Parameters<typeof collectRuns>[2]): Effect<string> =>
  pipe(
    collectRuns(value, from, setting),
    TE.tapIO(({ notes }) => () => {
      for (const note of notes) remark(`note: ${note}`);
      if (notes.length > 0) process.exitCode = 1;
    }),
    TE.map(
      ({ total, before, copied, missing, notes }) =>
        `${value.name}: ${copied} of ${total} runs copied from ${from}, ${before} were here` +
        `${missing === 0 ? '' : `, ${missing} are not finished there`}${notes.length === 0 ? '' : `, ${notes.length} left as they are`}`,
    ),
  );

const submitting = (
  value: Sweep,
  { slurm = true, sbatch = [], dryRun = false, probe = false }: SweepFlags,
  setting: SlurmSetting,
): Effect<string> =>
  pipe(
    slurmOptions({ slurm, sbatch, dryRun }),
    TE.flatMap((options) => sweepOnSlurm(value, options, { dry: dryRun, probe }, setting)),
  );

/** Runs a sweep within the time of --minutes; with --slurm submits it. */
export const sweep = (name: string, flags: SweepFlags, job: Job = processJob): Effect<string> =>
  pipe(
    TE.fromEither(sweepFlags(flags)),
    TE.flatMap(({ minutes, jobs, workers, overrides, engine, asked, shard }) =>
      inTimeBox(minutes, (until) =>
        pipe(
          namedFrom(name, flags.preset, { ...flags, overrides }),
          amongRuns(flags.runs),
          withRemarks,
          TE.tapIO((value) => () => {
            for (const note of anotherEngine(name, value.engine, engine)) remark(`note: ${note}`);
          }),
          TE.flatMap((value) => {
            // A sweep from a folder continues with its own kernels, unless a person asks for others.
            const kernels = asked ?? value.kernels;
            const chosen = engine === 'auto' ? (value.engine ?? 'auto') : engine;
            const cache = join(flags.runs, '.cache');
            if (flags.collect !== undefined)
              return collecting(asSweep(value), flags.collect, {
                engine: chosen,
                ...(kernels === null ? {} : { kernels }),
                runs: flags.runs,
                cache,
              });
            if (flags.slurm !== undefined)
              return submitting(asSweep(value), flags, {
                engine: chosen,
                ...(kernels === null ? {} : { kernels }),
                runs: flags.runs,
                cache,
                pictures: flags.pictures,
              });
            return withTerminal(
              {
                ...shareCores(availableParallelism(), totalmem(), jobs, workers),
                engine: chosen,
                ...(kernels === null ? {} : { kernels }),
                remarked: true,
                runs: flags.runs,
                cache,
                generatorOf,
                pictures: flags.pictures,
                ...(shard === null ? {} : { shard }),
                job,
              },
              until,
              asSweep(value),
            );
          }),
        ),
      ),
    ),
  );
