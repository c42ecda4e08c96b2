/** The environment of a command: common flags, the terminal, the clock, Ctrl-C. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../base/error.js';
import { limits } from '../base/limits.js';
import { type Kernels, parseEngineChoice } from '../engine/index.js';
import type { Environment } from '../runner/environment.js';
import { generatorOf } from './document/generators.js';
import { interruptible, remark } from './edge.js';
import { allFlags } from './flags/all-flags.js';
import { wholeFlag } from './flags/flags.js';
import { barTeller, plainTeller } from './terminal/progress.js';

/** Flags of every command that computes. */
export interface CommonFlags {
  readonly engine: string;
  /** The kernels with which a run began; if left out, `--fuse` decides. */
  readonly kernels?: Kernels;
  readonly runs: string;
  readonly workers: string;
  /** `--no-pictures` makes it false. */
  readonly pictures: boolean;
  /** Aborted when the time limit is reached. */
  readonly until?: AbortSignal;
}

/** Seconds on a clock that only goes forward. */
export const seconds = (): number => performance.now() / 1000;

/** The engine and the number of workers. **Errors** UnknownName for the engine; DecodeError for --workers. */
export const environmentFlags = ({ engine, workers }: Pick<CommonFlags, 'engine' | 'workers'>) =>
  allFlags({
    engine: parseEngineChoice(engine),
    workers: wholeFlag('--workers', 1, limits.workers)(workers),
  });

/** Runs work in the environment that the flags describe, and restores the terminal. */
export const withEnvironment = <A>(
  flags: CommonFlags,
  work: (environment: Environment) => Effect<A>,
): Effect<A> =>
  pipe(
    TE.fromEither(environmentFlags(flags)),
    TE.flatMap(({ engine, workers }) => async () => {
      const teller = process.stderr.isTTY ? barTeller(process.stderr) : plainTeller(remark, seconds);
      const { signal, done } = interruptible();
      try {
        return await work({
          engine,
          ...(flags.kernels === undefined ? {} : { kernels: flags.kernels }),
          workers,
          pictures: flags.pictures,
          runs: flags.runs,
          cache: join(flags.runs, '.cache'),
          generatorOf,
          now: seconds,
          tell: teller.tell,
          signal: flags.until === undefined ? signal : AbortSignal.any([signal, flags.until]),
        })();
      } finally {
        teller.close();
        done();
      }
    }),
  );
