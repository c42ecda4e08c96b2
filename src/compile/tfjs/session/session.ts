/** A session in this thread: one program on one engine, taking and giving plain arrays. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../../../base/error.js';
import type { Program } from '../../../dsl/index.js';
import type { Engine } from '../../../engine/index.js';
import { openBestLane } from './best-lane.js';
import { type SharedSession, sessionOver } from './share.js';
import type { Arrays } from './values.js';

export { errorOf } from './fault.js';
export type {
  Arrays,
  Gradients,
  Labelled,
  Lossy,
  Samples,
  Session,
} from './values.js';

/**
 * Opens a session with these parameters. The program's `logits` [..., K] are what is trained. `openPool` opens one
 * over several threads, with the same results.
 *
 * **Errors** ProgramError as `compile`.
 *
 * @example
 * pipe(openSession(engine, nwm, initialParameters(nwm.graph, 0)), E.map((session) => session.gradients(batch, [8, 8])))
 */
export const openSession = (
  engine: Engine,
  program: Program,
  parameters: Arrays,
): E.Either<ProgramError, SharedSession> =>
  pipe(
    openBestLane(engine, program, parameters),
    E.map((lane) =>
      sessionOver(program, { engine: engine.name, lanes: [lane], load: lane.load, close: lane.close }),
    ),
  );
