/** A pool: one program on several engines of the same kind, each in a worker thread with a heap of its own. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defect, type Effect, errorMessage } from '../../../base/error.js';
import type { Program } from '../../../dsl/index.js';
import { encodeProgram } from '../../../dsl/index.js';
import type { Engine } from '../../../engine/index.js';
import { hasRoomForThreads } from '../../../engine/wasm/address-space.js';
import { compile } from '../compile.js';
import { closedFault, errorOf, type SessionFault } from './fault.js';
import { parametersIn, type Setup, shareParameters } from './protocol.js';
import { type RemoteLane, startRemoteLane } from './remote.js';
import { openSession } from './session.js';
import { type SharedSession, sessionOver } from './share.js';
import type { Arrays } from './values.js';

/** A session on one or several threads. */
export interface Pool extends SharedSession {
  /** Threads that compute; 1 is this thread. */
  readonly workers: number;
  /** Where it computes and why, one sentence for the run's record. */
  readonly why: string;
}

/**
 * Opens a session whose micro-batches are computed by `workers` threads at a time.
 *
 * The bits of its results depend on the micro-batches alone: a session in this thread computes the same. With fewer
 * micro-batches than workers, some workers are idle. Each worker holds one micro-batch at a time, so the pool needs
 * `workers` times the memory of one. Parameters are copied once into memory that all threads share; the inputs of a
 * micro-batch are copied once, its results not at all. An open pool keeps the process alive only while it computes;
 * `close` it all the same.
 *
 * It computes in this thread instead, and says so in `why`, with one worker, with an engine that shares one device among
 * threads, where workers do not start, and where `ulimit -v` leaves no addresses for them. When a worker ends, all open calls are rejected, and so are all later ones.
 *
 * **Errors** ProgramError as `compile`; Defect when `parameters` are not those of the program.
 *
 * @example
 * const pool = await openPool(engine, nwm, initialParameters(nwm.graph, 0), 2)()   // right({ workers: 2, ... })
 */
export const openPool = (
  engine: Engine,
  program: Program,
  parameters: Arrays,
  workers: number,
): Effect<Pool> => {
  const here = (why: string): Effect<Pool> =>
    TE.fromEither(
      pipe(
        E.tryCatch(() => openSession(engine, program, parameters), defect),
        E.flattenW,
        E.map((session): Pool => ({ ...session, workers: 1, why: `in this thread: ${why}` })),
      ),
    );
  if (workers <= 1) return here('one worker was asked for');
  if (engine.name === 'tensorflow') return here('tensorflow has threads or a device of its own');
  if (!hasRoomForThreads(workers)) return here('its addresses are limited (ulimit -v)');
  return pipe(
    TE.fromEither(compile(engine.tf, program)),
    TE.flatMap(() => TE.tryCatch(() => startPool(engine, program, parameters, workers), errorOf)),
    TE.orElse((error) =>
      error._tag === 'EngineError' ? here(`workers did not start (${errorMessage(error)})`) : TE.left(error),
    ),
  );
};

const startPool = async (
  { name: engine, fused }: Engine,
  program: Program,
  parameters: Arrays,
  workers: number,
): Promise<Pool> => {
  const memory = shareParameters(program);
  const shared = parametersIn(program, memory);
  for (const [name, values] of Object.entries(shared)) {
    if (parameters[name]?.length !== values.length)
      throw new Error(`the parameters have no '${name}' of ${values.length} values`);
    values.set(parameters[name]);
  }
  const setup: Setup = { engine, fused, program: encodeProgram(program), parameters: memory };

  const lanes: RemoteLane[] = [];
  const end = (fault: SessionFault): void => {
    for (const lane of lanes) lane.end(fault);
  };
  const started = await Promise.allSettled(
    Array.from({ length: workers }, () => startRemoteLane(setup, end)),
  );
  for (const start of started) if (start.status === 'fulfilled') lanes.push(start.value);
  for (const start of started) {
    if (start.status === 'fulfilled') continue;
    end(closedFault(engine));
    throw start.reason;
  }

  const session = sessionOver(program, {
    engine,
    lanes,
    // no lane computes now, and each reads the parameters before it computes again, so none sees half of an update
    load: (values) => {
      const names = Object.keys(values).filter((name) => name in shared);
      for (const name of names) shared[name].set(values[name]);
      for (const lane of lanes) lane.load(names);
    },
    close: () => end(closedFault(engine)),
  });
  return { ...session, workers, why: `in ${workers} threads, each with an engine of its own` };
};
