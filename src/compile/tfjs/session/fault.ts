/** The rejection of a session's promise: an Error that carries the error as a value. */

import { type DrumheadError, defect, engineError, errorMessage } from '../../../base/error.js';
import type { EngineName } from '../../../engine/index.js';

/** An error of a session, in a rejection. */
export class SessionFault extends Error {
  readonly error: DrumheadError;
  constructor(error: DrumheadError) {
    super(errorMessage(error));
    this.name = 'SessionFault';
    this.error = error;
  }
}

/** A fault of the engine: it is lost, or never opened. */
export const engineFault = (engine: EngineName, message: string): SessionFault =>
  new SessionFault(engineError(engine, message));

export const closedFault = (engine: EngineName): SessionFault => engineFault(engine, 'the session is closed');

/**
 * The error of a rejected promise of a session.
 *
 * @example
 * TE.tryCatch(() => session.gradients(batch, microBatches), errorOf)
 */
export const errorOf = (cause: unknown): DrumheadError =>
  cause instanceof SessionFault ? cause.error : defect(cause);
