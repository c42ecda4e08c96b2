/** Runs the drums of an experiment on an engine, and compares their sounds with theory. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../base/error.js';
import { withSession } from '../compile/tfjs/session/with-session.js';
import type { Program } from '../dsl/index.js';
import type { Engine } from '../engine/index.js';
import { lowestModes } from './eigen.js';
import type { Drum, DrumExperiment } from './experiment.js';
import { type Lattice, type Site, siteAt, siteCount } from './lattice.js';
import { impulse, soundProgram } from './membrane.js';
import { latticeOf } from './shape.js';
import { type Peak, peaksOf, type Spectrum, spectrumOf } from './spectrum.js';
import {
  continuumFundamental,
  latticeFrequency,
  rectangleEigenvalue,
  squareArea,
  squareAreaError,
} from './tones.js';

/** One of the lowest tones: its frequency on the lattice, and its peak in the spectrum. */
export interface Tone {
  /** Exact frequency on the lattice, in cycles per unit of time. */
  readonly lattice: number;
  /** The peak within one bin of it; null if there is none, because the drum was struck or recorded at a node. */
  readonly heard: Peak | null;
}

/** The area of a square, measured from its fundamental. */
export interface HeardArea {
  /** L^2. */
  readonly theory: number;
  /** From the bin of the first peak. */
  readonly raw: number;
  /** From the first peak between the bins. */
  readonly heard: number;
  /** From the exact frequency on the lattice. */
  readonly lattice: number;
  /** Relative error due to the grid and the time step, to leading order. */
  readonly discretisation: number;
}

export interface DrumResult {
  readonly drum: Drum;
  readonly lattice: Lattice;
  /** The number of points that move. */
  readonly points: number;
  readonly strike: Site;
  readonly microphone: Site;
  /** Displacement at the microphone after each step. */
  readonly sound: Float32Array;
  readonly spectrum: Spectrum;
  readonly peaks: readonly Peak[];
  /** The lowest tones, as many as the experiment asks for; repeated by multiplicity. */
  readonly tones: readonly Tone[];
  /** The first peak. */
  readonly fundamental: Peak;
  /** The fundamental of the continuous membrane, if there is a formula; else null. */
  readonly continuum: number | null;
  /** For squares; null for other shapes. */
  readonly area: HeardArea | null;
  /** Wall-clock time of the simulation in seconds. */
  readonly seconds: number;
}

export interface DrumListening {
  /** Called before each drum. */
  readonly tell?: (drum: Drum, index: number) => void;
  readonly signal?: AbortSignal;
}

/** The values of a program's output, for a program without inputs and parameters. */
export const compute =
  (engine: Engine, output: string) =>
  (program: Program): Effect<Float32Array> =>
    withSession(engine, program, {}, async (session) => {
      const { outputs } = await session.infer({ count: 1, inputs: {} }, [output]);
      return outputs[output];
    });

/** The lowest eigenvalues of a shape's lattice, by formula if there is one. */
const eigenvaluesOf = ({ shape }: Drum, lattice: Lattice, count: number): readonly number[] => {
  if (shape.kind !== 'square' && shape.kind !== 'rectangle')
    return Array.from(lowestModes(lattice, count).values);
  const [width, height] = shape.kind === 'square' ? [shape.side, shape.side] : [shape.width, shape.height];
  const all = Array.from({ length: width - 1 }, (_, m) =>
    Array.from({ length: height - 1 }, (_, n) => rectangleEigenvalue(m + 1, n + 1, width, height)),
  ).flat();
  return all.sort((a, b) => a - b).slice(0, count);
};

/** The peak nearest to a frequency, if it is within one bin. */
const heardAt = (peaks: readonly Peak[], frequency: number, resolution: number): Peak | null => {
  const distance = (peak: Peak): number => Math.abs(peak.frequency - frequency);
  const best = peaks.reduce<Peak | null>((a, b) => (a !== null && distance(a) <= distance(b) ? a : b), null);
  return best !== null && distance(best) < resolution ? best : null;
};

const areaHeard = (
  { shape }: Drum,
  fundamental: Peak,
  exact: number,
  { speed, dt }: DrumExperiment,
): HeardArea | null =>
  shape.kind === 'square'
    ? {
        theory: shape.side * shape.side,
        raw: squareArea(fundamental.raw, speed),
        heard: squareArea(fundamental.frequency, speed),
        lattice: squareArea(exact, speed),
        discretisation: squareAreaError(shape.side, { speed, dt }),
      }
    : null;

/** The tones, the fundamental and the area in the sound of a drum. */
const listen = (
  experiment: DrumExperiment,
  drum: Drum,
  lattice: Lattice,
  sound: Float32Array,
): Checked<Omit<DrumResult, 'seconds' | 'strike' | 'microphone'>> =>
  pipe(
    spectrumOf(sound, experiment.dt),
    E.flatMap((spectrum) => {
      const peaks = peaksOf(spectrum);
      const [fundamental] = peaks;
      if (fundamental === undefined)
        return E.left(
          decodeError(drum.name, 'nothing is heard; listen to a point that moves, or take more steps'),
        );
      const exact = eigenvaluesOf(drum, lattice, experiment.tones).map((value) =>
        latticeFrequency(value, experiment),
      );
      return E.right({
        drum,
        lattice,
        points: siteCount(lattice),
        sound,
        spectrum,
        peaks,
        tones: exact.map((frequency) => ({
          lattice: frequency,
          heard: heardAt(peaks, frequency, spectrum.resolution),
        })),
        fundamental,
        continuum: continuumFundamental(drum.shape, experiment.speed) ?? null,
        area: areaHeard(drum, fundamental, exact[0], experiment),
      });
    }),
  );

/** Strikes one drum and analyses its sound. */
const runDrum = (experiment: DrumExperiment, drum: Drum, engine: Engine): Effect<DrumResult> =>
  pipe(
    TE.fromEither(latticeOf(drum.shape)),
    TE.flatMap((lattice) => {
      const strike = siteAt(lattice, drum.strike);
      const microphone = siteAt(lattice, drum.microphone);
      const { speed, dt, steps } = experiment;
      const membrane = { lattice, pluck: impulse(lattice, strike), speed, dt };
      const begin = performance.now();
      return pipe(
        TE.fromEither<DrumheadError, Program>(soundProgram(membrane, microphone, steps)),
        TE.flatMap(compute(engine, 'sound')),
        TE.flatMapEither((sound) => {
          const seconds = (performance.now() - begin) / 1000;
          return pipe(
            listen(experiment, drum, lattice, sound),
            E.map((result) => ({ ...result, strike, microphone, seconds })),
          );
        }),
      );
    }),
  );

/**
 * Strikes every drum of an experiment, one after the other: T steps of the wave equation as a program on the engine,
 * the spectrum at the microphone, and a comparison with theory.
 *
 * **Errors** DecodeError for a shape that has no points or is not connected, and if the sound has no peak; ProgramError;
 * Interrupted between two drums once the signal is aborted.
 *
 * @example
 * const engine = await openEngine('wasm')()
 * pipe(TE.fromEither(engine), TE.flatMap((e) => runDrums(drumExperiments['drums/squares'], e)))
 * // right: of each drum its area, heard and in theory
 */
export const runDrums = (
  experiment: DrumExperiment,
  engine: Engine,
  { tell, signal }: DrumListening = {},
): Effect<readonly DrumResult[]> =>
  pipe(
    experiment.drums,
    TE.traverseSeqArrayWithIndex((index, drum) =>
      pipe(
        TE.fromIO<void, DrumheadError>(() => tell?.(drum, index)),
        TE.flatMap(() =>
          signal?.aborted === true
            ? TE.left({
                _tag: 'Interrupted' as const,
                message: 'stopped; the drums start again from silence',
              })
            : runDrum(experiment, drum, engine),
        ),
      ),
    ),
  );
