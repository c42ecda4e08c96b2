/**
 * Pictures of drums: waves over time and modes, on finer lattices than those for sound, so that cells are not visible.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, DrumheadError, Effect } from '../base/error.js';
import type { Program } from '../dsl/index.js';
import type { Engine } from '../engine/index.js';
import { lowestModes, type Modes } from './eigen.js';
import type { Drum, DrumExperiment } from './experiment.js';
import { type Lattice, type Site, siteAt } from './lattice.js';
import { wavesProgram } from './membrane.js';
import { compute } from './run.js';
import { type DrumShape, latticeOf, outlineOf, refined } from './shape.js';

/** A drum on the lattice used for drawing. */
export interface Drawn {
  readonly name: string;
  readonly lattice: Lattice;
  /** Its edge in cells of that lattice; empty for a mask. */
  readonly outline: readonly (readonly [number, number])[];
  readonly strike: Site;
  readonly microphone: Site;
}

/** A drum and its waves. */
export interface DrumMovie extends Drawn {
  /** `frames * rows * columns` displacements, one frame after the other; the first is the stroke. */
  readonly waves: Float32Array;
  readonly frames: number;
  /** Time from one frame to the next, in the units of the experiment. */
  readonly interval: number;
}

/** A drum and its lowest modes. */
export interface DrumModes extends Drawn {
  readonly modes: Modes;
}

/** The largest drum is drawn about this many cells wide. */
const fineCells = 72;

const largestSide = (drums: readonly Drum[]): number =>
  Math.max(
    ...drums.map(({ shape }) => {
      const outline = outlineOf(shape);
      if (shape.kind === 'mask') return Math.max(shape.rows.length, shape.rows[0].length);
      const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
      return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    }),
  );

/** The refinement factor of all drums of a picture; it is the same for all, so that sizes can be compared. */
export const finenessOf = (drums: readonly Drum[]): number =>
  drums.some(({ shape }) => shape.kind === 'mask')
    ? 1
    : Math.max(1, Math.min(8, Math.floor(fineCells / largestSide(drums))));

const draw = (drum: Drum, factor: number): Checked<Drawn> => {
  const shape: DrumShape = refined(drum.shape, factor);
  return pipe(
    latticeOf(shape),
    E.map((lattice) => ({
      name: drum.name,
      lattice,
      outline: outlineOf(shape),
      strike: siteAt(lattice, drum.strike),
      microphone: siteAt(lattice, drum.microphone),
    })),
  );
};

/**
 * A smooth stroke, a Gaussian of height 1 and `width` cells: after an impulse only ripples of the lattice would be
 * visible.
 */
const stroke = ({ rows, columns }: Lattice, { row, column }: Site, width: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => {
    const [down, right] = [Math.floor(i / columns) - row, (i % columns) - column];
    return Math.exp(-(down * down + right * right) / (2 * width * width));
  });

const joined = (first: Float32Array, rest: Float32Array): Float32Array => {
  const all = new Float32Array(first.length + rest.length);
  all.set(first);
  all.set(rest, first.length);
  return all;
};

export interface MovieOptions {
  readonly frames?: number;
  /** Steps of the wave equation from one frame to the next. */
  readonly every?: number;
}

/**
 * The waves of some drums after a smooth stroke. All run at the same time step on lattices of the same fineness.
 *
 * **Errors** as `runDrums`.
 */
export const drumMovies = (
  { drums, speed, dt }: Pick<DrumExperiment, 'drums' | 'speed' | 'dt'>,
  engine: Engine,
  { frames = 96, every = 4 }: MovieOptions = {},
): Effect<readonly DrumMovie[]> => {
  const factor = finenessOf(drums);
  const width = Math.max(1, (largestSide(drums) * factor) / 26);
  return pipe(
    drums,
    TE.traverseSeqArray((drum) =>
      pipe(
        TE.fromEither(draw(drum, factor)),
        TE.flatMap((drawn) => {
          const pluck = stroke(drawn.lattice, drawn.strike, width);
          const first = pluck.map((value, i) => value * drawn.lattice.inside[i]);
          return pipe(
            TE.fromEither<DrumheadError, Program>(
              wavesProgram({ lattice: drawn.lattice, pluck, speed, dt }, frames - 1, every),
            ),
            TE.flatMap(compute(engine, 'waves')),
            TE.map((waves) => ({
              ...drawn,
              waves: joined(first, waves),
              frames,
              // Cells are smaller by `factor`, so a step takes less time.
              interval: (every * dt) / factor,
            })),
          );
        }),
      ),
    ),
  );
};

/**
 * The lowest modes of some drums.
 *
 * **Errors** DecodeError for a shape that has no points or is not connected.
 */
export const drumModes = (drums: readonly Drum[], count: number): Checked<readonly DrumModes[]> => {
  const factor = finenessOf(drums);
  return pipe(
    drums,
    E.traverseArray((drum) =>
      pipe(
        draw(drum, factor),
        E.map((drawn) => ({ ...drawn, modes: lowestModes(drawn.lattice, count) })),
      ),
    ),
  );
};
