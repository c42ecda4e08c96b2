/** A drum as a program of the language: the wave equation on its lattice, with the edge held fast. Nothing is learned. */

import type * as E from 'fp-ts/lib/Either.js';
import type { Defect, ProgramError } from '../base/error.js';
import {
  convolveWith,
  data,
  mul,
  oscillator,
  type Program,
  program,
  reshape,
  scan,
  scanWithFinal,
  slice,
  type Tensor,
  tryProgram,
  type Wave,
  zeros,
} from '../dsl/index.js';
import type { Lattice, Site } from './lattice.js';

/** A field over the box of a drum. */
type Field = Tensor<readonly [number, number, 1]>;

/** What is struck and how it is followed. */
export interface Membrane {
  readonly lattice: Lattice;
  /** The displacement at time 0, from rest: `rows * columns` values; what lies outside the drum is left out. */
  readonly pluck: ArrayLike<number>;
  /** Speed of the waves, in cells a unit of time. */
  readonly speed: number;
  /** Time step; stable iff speed * dt < 1 / sqrt 2. */
  readonly dt: number;
}

/** A displacement of 1 at one point. */
export const impulse = ({ rows, columns }: Lattice, { row, column }: Site): Float32Array => {
  const pluck = new Float32Array(rows * columns);
  pluck[row * columns + column] = 1;
  return pluck;
};

/** What the membrane is at the start, and one step of it: u_tt = c^2 lap(u), kick-drift. */
const dynamics = ({ lattice, pluck, speed, dt }: Membrane) => {
  const { rows, columns, inside } = lattice;
  const pull = speed * speed;
  const laplacian = data([0, pull, 0, pull, -4 * pull, pull, 0, pull, 0], 3, 3, 1, 1);
  const drum: Field = data(inside, rows, columns, 1);
  const rest: Wave<readonly [number, number, 1]> = {
    y: mul(drum, data(pluck, rows, columns, 1)),
    z: zeros(rows, columns, 1),
  };
  // A force only inside: what is outside starts at rest and stays there, which is the fixed edge.
  const force = (y: Field): Field => mul(drum, convolveWith(y, laplacian, 'zero'));
  return { rest, step: oscillator({ dt, coupling: force }) };
};

/**
 * The sound of a drum: its displacement at the microphone after each of `steps` steps. Outputs: `sound` [steps].
 *
 * Heard in blocks, a scan within a scan, because what a scan records is kept piece by piece until it ends: that
 * makes 64 + 64 pieces of 4,096 steps instead of 4,096.
 *
 * **Errors** ProgramError when the microphone lies outside of the box.
 */
export const soundProgram = (
  membrane: Membrane,
  microphone: Site,
  steps: number,
): E.Either<ProgramError | Defect, Program> =>
  tryProgram(() =>
    program({}, () => {
      const { rest, step } = dynamics(membrane);
      const block = blockOf(steps);
      const blocks = scan({
        steps: steps / block,
        init: { ...rest, heard: zeros(block, 1, 1, 1) },
        step: ({ y, z }) => {
          const { sequence, final } = scanWithFinal({
            steps: block,
            init: { y, z },
            step,
            observe: (state) => slice(state.y, [microphone.row, microphone.column, 0], [1, 1, 1]),
          });
          return { ...final, heard: sequence };
        },
        observe: ({ heard }) => heard,
      });
      return { sound: reshape(steps)(blocks) };
    }),
  );

/** The divisor of `steps` next below its square root. */
const blockOf = (steps: number): number => {
  let block = Math.floor(Math.sqrt(steps));
  while (block > 1 && steps % block !== 0) block -= 1;
  return Math.max(1, block);
};

/**
 * The waves of a drum, seen `frames` times, each time after `every` steps. Outputs: `waves` [frames, rows,
 * columns, 1].
 */
export const wavesProgram = (
  membrane: Membrane,
  frames: number,
  every: number,
): E.Either<ProgramError | Defect, Program> =>
  tryProgram(() =>
    program({}, () => {
      const { rest, step } = dynamics(membrane);
      return {
        waves: scan({
          steps: frames,
          init: rest,
          step: (state) => scanWithFinal({ steps: every, init: state, step, observe: ({ y }) => y }).final,
          observe: ({ y }) => y,
        }),
      };
    }),
  );
