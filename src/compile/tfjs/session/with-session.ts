/** Work with a session, which is closed afterwards whatever happens. */

import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../../base/error.js';
import type { Program } from '../../../dsl/index.js';
import type { Engine } from '../../../engine/index.js';
import { errorOf, openSession, type Session } from './session.js';
import type { Arrays } from './values.js';

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
