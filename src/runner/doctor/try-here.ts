/** Tries an engine in this process: opens it, compares it with a parity case, and times its training. */

import { availableParallelism } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, errorMessage } from '../../base/error.js';
import { type Engine, type EngineChoice, kernelsOf, makeCurrent, openEngine } from '../../engine/index.js';
import { experimentNamed } from '../../experiments/catalogue.js';
import { measureSpeed, type Speed } from '../run/estimate.js';
import { agreement } from './agreement.js';
import type { Taken, Trial } from './messages.js';

const instructionsOf = ({ name, native }: Engine): string => {
  switch (name) {
    case 'native':
      return native === undefined ? 'unknown' : native.code.levels()[native.level];
    case 'wasm':
      return 'simd128';
    case 'cpu':
      return 'JS';
    case 'tensorflow':
      return 'its own';
  }
};

/** What is timed: an experiment of the catalogue and the size of its images. */
const timedExperiment = 'tetrominoes/nwm-linear';
const timedSizes = { height: 16, width: 16, channels: 3, classes: 6 };

const speedOf = (engine: Engine, seconds: number, now: () => number): Effect<Speed> =>
  pipe(
    TE.fromEither(experimentNamed(timedExperiment, 'quick')),
    TE.flatMap((experiment) =>
      measureSpeed(experiment, timedSizes, engine, now, { seconds, times: Number.POSITIVE_INFINITY }),
    ),
  );

const failing = (reason: string): Trial => ({ state: 'fails', reason });

/** Tests whether an open engine computes correctly, and how fast. */
export const tested = async (engine: Engine, seconds: number, now: () => number): Promise<Trial> => {
  const parity = await agreement(engine)();
  if (E.isLeft(parity)) return failing(errorMessage(parity.left));
  // The parity case opens an engine of its own.
  makeCurrent(engine);
  const speed = await speedOf(engine, seconds, now)();
  if (E.isLeft(speed)) return failing(errorMessage(speed.left));
  const { imagesPerSecond, flopsPerSecond } = speed.right;
  return {
    state: parity.right.holds ? 'works' : 'wrong',
    version: engine.version,
    instructions: instructionsOf(engine),
    kernels: kernelsOf(engine),
    threads: engine.name === 'tensorflow' ? null : availableParallelism(),
    limitBytes: engine.limitBytes,
    parity: parity.right,
    speed: {
      of: `${timedExperiment} (quick) on ${timedSizes.height}x${timedSizes.width} pixels`,
      imagesPerSecond,
      flopsPerSecond,
    },
  };
};

/** The trial of an engine by its name; an engine that does not open is unusable. */
export const tryHere = async (
  engine: EngineChoice,
  seconds: number,
  now: () => number = () => performance.now() / 1000,
): Promise<Trial> => {
  const open = await openEngine(engine)();
  if (E.isRight(open)) return tested(open.right, seconds, now);
  const { left } = open;
  return { state: 'unusable', reason: left._tag === 'EngineError' ? left.message : errorMessage(left) };
};

/** The engine that `auto` takes here. */
export const takenHere = async (): Promise<Taken> => {
  const open = await openEngine('auto')();
  return E.isRight(open)
    ? { engine: open.right.name, why: open.right.why }
    : { engine: null, why: errorMessage(open.left) };
};
