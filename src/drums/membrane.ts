/** A drum as a program of the language: the wave equation on its lattice with a fixed edge. Nothing is learned. */

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

/** A membrane, its initial displacement, and its discretisation. */
export interface Membrane {
  readonly lattice: Lattice;
  /** The displacement at time 0, from rest: `rows * columns` values; values outside the drum are ignored. */
  readonly pluck: ArrayLike<number>;
  /** Speed of the waves, in cells per unit of time. */
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

/** The initial state of the membrane, and one step: u_tt = c^2 lap(u), kick-drift. */
const dynamics = ({ lattice, pluck, speed, dt }: Membrane) => {
  const { rows, columns, inside } = lattice;
  const pull = speed * speed;
  const laplacian = data([0, pull, 0, pull, -4 * pull, pull, 0, pull, 0], 3, 3, 1, 1);
  const drum: Field = data(inside, rows, columns, 1);
  const rest: Wave<readonly [number, number, 1]> = {
    y: mul(drum, data(pluck, rows, columns, 1)),
    z: zeros(rows, columns, 1),
  };
  // The force acts only inside: points outside start and stay at rest, which fixes the edge.
  const force = (y: Field): Field => mul(drum, convolveWith(y, laplacian, 'zero'));
  return { rest, step: oscillator({ dt, coupling: force }) };
};

/**
 * The sound of a drum: its displacement at the microphone after each of `steps` steps. Outputs: `sound` [steps].
 *
 * Recorded in blocks, a scan within a scan, because a scan keeps one piece for each step until it ends: 4,096 steps
 * then need 64 + 64 pieces instead of 4,096.
 *
 * **Errors** ProgramError if the microphone is outside of the box.
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

/** The largest divisor of `steps` up to its square root. */
const blockOf = (steps: number): number => {
  let block = Math.floor(Math.sqrt(steps));
  while (block > 1 && steps % block !== 0) block -= 1;
  return Math.max(1, block);
};

/** The waves of a drum in `frames` frames, `every` steps apart. Outputs: `waves` [frames, rows, columns, 1]. */
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
