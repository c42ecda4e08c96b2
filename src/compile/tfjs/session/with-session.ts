/** Work with a session, which is closed afterwards whatever happens. */

import { identity, pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../../base/error.js';
import type { Program } from '../../../dsl/index.js';
import type { Engine } from '../../../engine/index.js';
import { openPool } from './pool.js';
import { errorOf, openSession, type Session } from './session.js';
import type { Arrays } from './values.js';

/**
 * Opens a pool, does work with it and closes it.
 *
 * **Errors** as `openPool` and as the work; what the work throws is an error of the engine.
 */
export const withPool = <A>(
  engine: Engine,
  program: Program,
  parameters: Arrays,
  workers: number,
  use: (session: Session) => Effect<A>,
): Effect<A> =>
  TE.bracket(
    openPool(engine, program, parameters, workers),
    (session) =>
      pipe(
        TE.tryCatch(async () => use(session)(), errorOf),
        TE.flatMapEither(identity),
      ),
    (session) => TE.fromIO(session.close),
  );

/**
 * Opens a session in this thread, uses it and closes it.
 *
 * **Errors** ProgramError as `openSession`; those that `use` rejects with.
 *
 * @example
 * withSession(engine, nwm, parameters, (session) => session.infer(samples, ['waves']))
 */
export const withSession = <A>(
  engine: Engine,
  program: Program,
  parameters: Arrays,
  use: (session: Session) => Promise<A>,
): Effect<A> =>
  TE.bracket(
    TE.fromEither<DrumheadError, Session>(openSession(engine, program, parameters)),
    (session) => TE.tryCatch(async () => use(session), errorOf),
    (session) => TE.fromIO(session.close),
  );
