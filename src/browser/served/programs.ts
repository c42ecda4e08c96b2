/** Programs that are open in a worker, by their handles. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, type DrumheadError, engineError, unlessProblems } from '../../base/error.js';
import { type Arrays, initialParameters } from '../../compile/parameters.js';
import { SessionFault } from '../../compile/tfjs/session/fault.js';
import { openFusedLane } from '../../compile/tfjs/session/fused-lane.js';
import type { LocalLane } from '../../compile/tfjs/session/lane.js';
import { type SharedSession, sessionOver } from '../../compile/tfjs/session/share.js';
import { decodeProgram } from '../../dsl/codec.js';
import { inputsOf, outputsOf, parametersOf } from '../../dsl/graph.js';
import { hashProgram, type Program, signature } from '../../dsl/program.js';
import { type Shape, volume } from '../../dsl/shape.js';
import type { OpenedProgram } from '../asks.js';

/** The program in some data, with its parameters: the given ones, and the others drawn from the seed. */
export const programWith = (
  data: unknown,
  weights: Arrays,
  seed: number,
): Checked<{ readonly program: Program; readonly parameters: Arrays }> =>
  pipe(
    decodeProgram(data),
    E.mapLeft((error): DrumheadError => error),
    E.flatMap((program) =>
      pipe(
        checkedWeights(program, weights),
        E.map(() => ({ program, parameters: { ...initialParameters(program.graph, seed), ...weights } })),
      ),
    ),
  );

/** Refuses weights that the program does not have, or of another size. */
export const checkedWeights = (program: Program, weights: Arrays): Checked<void> => {
  const declared = new Map(parametersOf(program.graph).map(({ name, shape }) => [name, volume(shape)]));
  const problems = Object.entries(weights).flatMap(([name, values]) => {
    const size = declared.get(name);
    if (size === undefined) return [`${name}: the program has no such parameter`];
    return size === values.length ? [] : [`${name}: it has ${values.length} values, not ${size}`];
  });
  return unlessProblems('weights', problems, undefined);
};

/** Refuses inputs that are missing, or of another size. */
export const checkedInputs = (program: Program, count: number, inputs: Arrays): Checked<void> => {
  const problems = Object.entries(inputsOf(program.graph)).flatMap(([name, shape]) => {
    const [size, given] = [count * volume(shape), inputs[name]?.length];
    return size === given ? [] : [`${name}: it has ${given ?? 'no'} values, not ${size}`];
  });
  return unlessProblems('inputs', problems, undefined);
};

/** An open program. */
export interface Open {
  readonly program: Program;
  readonly session: SharedSession;
  /** Computes one micro-batch, which another worker sends. */
  readonly lane: LocalLane;
  weights: Arrays;
}

/**
 * The refusal of what no fused kernel computes.
 *
 * @param elsewhere what computes it
 */
const notFused = (what: string, elsewhere: string): DrumheadError =>
  engineError(
    'wasm',
    `${what} has no fused kernels; \`fusionPlan\` says which part and why, and ${elsewhere}`,
  );

/** A session in this thread, and the outputs that fused kernels compute. */
export interface OpenedSession {
  readonly session: SharedSession;
  readonly lane: LocalLane;
  readonly fused: readonly string[];
}

const sessionOf = (program: Program, lane: LocalLane, engine: 'wasm' | 'cpu'): SharedSession =>
  sessionOver(program, { engine, lanes: [lane], load: lane.load, close: lane.close });

/**
 * A session of fused kernels in this thread, without TensorFlow.js.
 *
 * @param elsewhere what computes the rest, as in `notFused`
 */
export const openSession = (
  program: Program,
  parameters: Arrays,
  elsewhere: string,
): Checked<OpenedSession> => {
  const lane = openFusedLane(program, parameters, () =>
    Promise.reject(new SessionFault(notFused('what was asked for', elsewhere))),
  );
  return lane === undefined
    ? E.left(notFused('no output of the program', elsewhere))
    : pipe(
        lane,
        E.mapLeft((error): DrumheadError => error),
        E.map((made) => ({
          session: sessionOf(program, made, 'wasm'),
          lane: made,
          fused: Object.keys(outputsOf(program.graph)).filter(made.fits),
        })),
      );
};

/** A session of TensorFlow.js in this thread, which loads with the first one. */
export const openSlowSession = async (
  program: Program,
  parameters: Arrays,
): Promise<Checked<OpenedSession>> => {
  const { openOpByOp } = await import('./op-by-op.js');
  return pipe(
    await openOpByOp(program, parameters),
    E.map((lane) => ({ session: sessionOf(program, lane, 'cpu'), lane, fused: [] })),
  );
};

/** The description of an open program. */
export const described = (handle: number, program: Program, fused: readonly string[]): OpenedProgram => ({
  handle,
  signature: signature(program),
  hash: hashProgram(program),
  inputs: listed(inputsOf(program.graph)),
  outputs: listed(outputsOf(program.graph)),
  parameters: parametersOf(program.graph).map(({ name, shape, trainable }) => ({ name, shape, trainable })),
  fused,
});

const listed = (shapes: Readonly<Record<string, Shape>>): readonly { name: string; shape: Shape }[] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
