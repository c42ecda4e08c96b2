/** The engine of a sweep: `auto` is resolved once, when the sweep begins, and its record holds the result. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, type EngineError, engineError } from '../../base/error.js';
import {
  askedKernels,
  type Engine,
  type EngineChoice,
  type Kernels,
  openEngine,
  parseEngineChoice,
} from '../../engine/index.js';
import { readSweepSoFar } from '../folder/sweep-file.js';

/** The requested engine. */
interface Asked {
  readonly engine: EngineChoice;
  readonly kernels?: Kernels;
  /** The folder that holds all run folders. */
  readonly runs: string;
}

/**
 * Opens the engine of a sweep. With `auto`, a sweep that has begun continues with the engine of its record,
 * even if a faster one is found later, so that the runs of all shards, machines and days can be compared.
 *
 * **Errors** EngineError, also if a sweep began on an engine that is not here; FileError if the system refuses to read its
 * record.
 *
 * @example
 * openSweepEngine('paper/small', { engine: 'auto', runs: 'runs' })   // that of runs/sweeps/paper/small/sweep.json
 */
export const openSweepEngine = (name: string, { engine, kernels, runs }: Asked): Effect<Engine> =>
  engine !== 'auto'
    ? openEngine(engine, kernels)
    : pipe(
        TE.Do,
        TE.bind('asked', () => TE.fromEither(kernels === undefined ? askedKernels() : E.right(kernels))),
        TE.bind('read', () => readSweepSoFar(runs, name)),
        TE.flatMap(({ asked, read }) => {
          const began = read !== null && E.isRight(read) ? read.right : null;
          const [choice, own] = [parseEngineChoice(began?.engine ?? 'auto'), began?.kernels ?? 'fused'];
          // other kernels than the recorded ones make other runs
          if (began === null || E.isLeft(choice) || own !== (asked ?? own))
            return openEngine('auto', kernels);
          return pipe(
            openEngine(choice.right, own),
            TE.map((opened) => ({ ...opened, why: `auto: ${name} began on it` })),
            TE.mapError((error) => (error._tag === 'EngineError' ? elsewhere(name, error) : error)),
          );
        }),
      );

/**
 * The error of a sweep or run that began on an engine that is missing here: how to continue it, and how to
 * start it again.
 */
export const elsewhere = (name: string, { engine, message }: EngineError): EngineError =>
  engineError(
    engine,
    `${name} began on it, and goes on where it is; here: ${message}; another --engine makes other runs`,
  );
