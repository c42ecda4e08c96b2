/** `drumhead sweep`: experiments that belong together, so many at a time. */

import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, DrumheadError, Effect } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { askedKernels, parseEngineChoice } from '../../engine/index.js';
import type { Sweep } from '../../experiments/sweep/sweep.js';
import { type Job, processJob } from '../../runner/sweep/job.js';
import { runSweep, type SweepEnvironment, type SweepOutcome } from '../../runner/sweep/run.js';
import { interruptible, remark } from '../edge.js';
import { type ChangeFlags, overridesOf, wholeFlag } from '../flags/flags.js';
import { seconds } from '../session.js';
import { anotherEngine } from '../source/begun.js';
import { amongRuns } from '../source/names-here.js';
import { asSweep, namedFrom, withRemarks } from '../source/source.js';
import { barSweepTeller, nameOf, plainSweepTeller } from '../terminal/sweep-progress.js';
import { inTimeBox } from '../time-box.js';

export interface SweepFlags extends ChangeFlags {
  readonly preset: string;
  readonly jobs?: string;
  readonly workers?: string;
  readonly seed?: string;
  readonly epochs?: string;
  readonly minutes?: string;
  readonly engine: string;
  readonly runs: string;
  readonly pictures: boolean;
}

// An engine's heap grows to 4 GiB at most; a machine with less for each is better off with fewer.
const bytesOfAJob = 4 * 2 ** 30;

/** Runs at a time, and threads of each, so that together they are not more than the cores. */
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

const optional = <B>(value: string | undefined, parse: (value: string) => Checked<B>): Effect<B | null> =>
  TE.fromEither<DrumheadError, B | null>(value === undefined ? E.right(null) : parse(value));

const said = (name: string, { record, total, finished, failed, unfinished }: SweepOutcome): string =>
  [
    `${name}: ${finished} of ${total} runs finished` +
      `${failed.length === 0 ? '' : `, ${failed.length} failed`}` +
      `${unfinished === 0 ? '' : `, ${unfinished} unfinished; the same command goes on`}`,
    ...failed.map(({ run, message }) => `  ${nameOf(run)}: ${message}`),
    `  record: ${record}`,
  ].join('\n');

/** Draws, listens for Ctrl-C, and leaves the terminal as it was. */
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
      const text = said(sweep.name, outcome.right);
      if (both.aborted && outcome.right.unfinished > 0)
        return E.left({ _tag: 'Interrupted', message: `stopped. ${text}` });
      if (outcome.right.failed.length > 0) process.exitCode = 1;
      return E.right(text);
    } finally {
      teller.close();
      done();
    }
  };

export const sweep = (name: string, flags: SweepFlags, job: Job = processJob): Effect<string> =>
  inTimeBox(flags.minutes, (until) =>
    pipe(
      TE.Do,
      TE.bind('jobs', () => optional(flags.jobs, wholeFlag('--jobs', 1, limits.workers))),
      TE.bind('workers', () => optional(flags.workers, wholeFlag('--workers', 1, limits.workers))),
      TE.bind('overrides', () => TE.fromEither(overridesOf(flags))),
      TE.bind('engine', () => TE.fromEither(parseEngineChoice(flags.engine))),
      TE.bind('value', ({ overrides }) =>
        pipe(namedFrom(name, flags.preset, { ...flags, overrides }), amongRuns(flags.runs), withRemarks),
      ),
      TE.bind('asked', () => TE.fromEither(askedKernels())),
      TE.tapIO(({ engine, value }) => () => {
        for (const note of anotherEngine(name, value.engine, engine)) remark(`note: ${note}`);
      }),
      TE.flatMap(({ jobs, workers, engine, value, asked }) => {
        // What lies in a folder goes on as it was begun, unless a person asks for something else.
        const kernels = asked ?? value.kernels;
        return withTerminal(
          {
            ...shareCores(availableParallelism(), totalmem(), jobs, workers),
            engine: engine === 'auto' ? (value.engine ?? 'auto') : engine,
            ...(kernels === null ? {} : { kernels }),
            remarked: true,
            runs: flags.runs,
            cache: join(flags.runs, '.cache'),
            pictures: flags.pictures,
            job,
          },
          until,
          asSweep(value),
        );
      }),
    ),
  );
