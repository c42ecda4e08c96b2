/**
 * Programs on TensorFlow.js, op by op: also what has no fused kernels. Loaded only when a page asks for the engine `cpu`, and
 * TensorFlow.js with it.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, type DrumheadError, engineError } from '../../base/error.js';
import type { Arrays } from '../../compile/parameters.js';
import { type LocalLane, openLane } from '../../compile/tfjs/session/lane.js';
import type { Program } from '../../dsl/index.js';
import type { Engine } from '../../engine/engine.js';
import { openCpu } from '../../engine/in-page/cpu.js';

let engine: Promise<Engine | undefined> | undefined;

/** A lane of TensorFlow.js in this thread. */
export const openOpByOp = async (program: Program, parameters: Arrays): Promise<Checked<LocalLane>> => {
  engine ??= openCpu();
  const opened = await engine;
  return opened === undefined
    ? E.left(engineError('cpu', 'TensorFlow.js could not start its engine cpu in this browser'))
    : pipe(
        openLane(opened, program, parameters),
        E.mapLeft((error): DrumheadError => error),
      );
};
