/** Simulates a system piece by piece, so that only the frames that are shown are kept. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { cost } from '../../compile/cost/index.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import { inputsOf, outputsOf, type Program, type Shape, volume } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import { buildSystem, type InputValues, type SystemSpec } from '../../models/systems/index.js';

/** The frames of a field. */
export interface Simulated {
  /** [frames, ...field], the first frame the initial state. */
  readonly values: Float32Array;
  readonly frames: number;
  /** Steps from one frame to the next. */
  readonly every: number;
  /** Shape of the field. */
  readonly shape: readonly number[];
}

/** The frames, the field and the seed of a simulation. */
export interface SimulationPlan {
  /** About this many frames; the steps between two frames follow from it. */
  readonly frames: number;
  /** Seed of the parameters. */
  readonly seed: number;
  /** The field to keep. */
  readonly field: string;
}

/** The entries of a driving sequence for one piece, from step `begin` on. */
const piece = (values: Float32Array, shape: Shape, begin: number): Float32Array => {
  const step = volume(shape) / shape[0];
  return values.slice(begin * step, begin * step + volume(shape));
};

/**
 * Simulates a system from start to end, with a frame every few steps.
 *
 * The state at the end of a piece is the start of the next, so the system must not depend on time, except
 * through its drives.
 *
 * @param start its initial state, made once there is known to be room for it
 *
 * **Errors** ProgramError, EngineError, DecodeError for a field that does not exist, OutOfMemory before anything is made.
 */
export const simulateSystem = (
  engine: Engine,
  spec: SystemSpec,
  start: () => InputValues,
  { frames, seed, field }: SimulationPlan,
): Effect<Simulated> => {
  const every = Math.max(1, Math.floor(spec.steps / frames));
  const count = Math.max(1, Math.floor(spec.steps / every));
  return pipe(
    TE.fromEither(buildSystem({ ...spec, steps: every })),
    TE.flatMap((program) => {
      const fields = Object.keys(outputsOf(program.graph));
      if (!fields.includes(field))
        return TE.left(
          decodeError('--field', `there is no field '${field}'; there are ${fields.join(', ')}`),
        );
      return pipe(
        TE.fromEither(hasRoom(engine, program, { fields, field, every, count })),
        TE.flatMap(() =>
          withSession(engine, program, initialParameters(program.graph, seed), (session) =>
            simulatePieces(session, program, start(), { fields, field, every, count }),
          ),
        ),
      );
    }),
  );
};

interface Pieces {
  readonly fields: readonly string[];
  readonly field: string;
  readonly every: number;
  readonly count: number;
}

/**
 * Refuses a simulation that cannot fit into memory: the frames that are kept, and one piece (on an engine without
 * fused kernels all of its values, else its outputs).
 */
const hasRoom = (
  { name, limitBytes, fused }: Engine,
  program: Program,
  { fields, field, count }: Pieces,
): Checked<void> => {
  const given = outputsOf(program.graph);
  const bytes = (shape: Shape): number => 4 * volume(shape);
  const kept = (count + 1) * bytes(inputsOf(program.graph)[field]);
  const piece = fused
    ? fields.reduce((sum, each) => sum + bytes(given[each]), 0)
    : cost(program, { batch: 1 }).inference.peakBytes;
  const neededBytes = kept + piece;
  return neededBytes <= limitBytes
    ? E.right(undefined)
    : E.left({ _tag: 'OutOfMemory', engine: name, neededBytes, limitBytes });
};

const simulatePieces = async (
  session: Session,
  program: Program,
  start: InputValues,
  { fields, field, every, count }: Pieces,
): Promise<Simulated> => {
  const shapes = inputsOf(program.graph);
  const shape = shapes[field];
  const size = volume(shape);
  // An input longer than one piece is a driving sequence: it is passed piece by piece too.
  const driving = Object.keys(shapes).filter(
    (name) => !fields.includes(name) && start[name].length > volume(shapes[name]),
  );
  const values = new Float32Array((count + 1) * size);
  values.set(start[field]);
  let state = start;
  for (let frame = 1; frame <= count; frame++) {
    const pushed = driving.map(
      (name) => [name, piece(start[name], shapes[name], (frame - 1) * every)] as const,
    );
    const inputs = { ...state, ...Object.fromEntries(pushed) };
    const { outputs } = await session.infer({ count: 1, inputs }, fields);
    const ends = fields.map((name) => [name, outputs[name].slice(-volume(shapes[name]))] as const);
    state = { ...state, ...Object.fromEntries(ends) };
    values.set(state[field], frame * size);
  }
  return { values, frames: count + 1, every, shape };
};
