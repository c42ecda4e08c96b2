/** What the waves of a finished run do: observed on test images, analysed, drawn. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  branchesAt,
  type Direction,
  type Energy,
  energyOf,
  type KOmega,
  kOmega,
  type LinearLattice,
  laplacianFrequency,
  meanSpectrum,
  type Propagation,
  path,
  propagation,
  summaryOf,
  type Waves,
  wavesOf,
} from '../analysis/index.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import { imagesOf, masksOf, shapeOfDataset } from '../data/dataset.js';
import { outputsOf, type Program, select } from '../dsl/index.js';
import { programFor } from '../experiments/model.js';
import type { BranchLine } from '../report/analysis/index.js';
import type { Sample } from '../report/index.js';
import { type OpenRun, waveShapeOf, withRunSession } from './open-run.js';

/** What a person asks for. */
export interface AnalysisPlan {
  /** Test images. */
  readonly samples: readonly number[];
  /** 0-based; null takes the one that moves most. */
  readonly channel: number | null;
  /** Steps to follow the waves for their spectrum; null for several times as many as the model was trained with. */
  readonly steps: number | null;
}

/** One image and what its waves do. */
export interface AnalysedSample {
  readonly index: number;
  readonly sample: Sample;
  readonly propagation: Propagation;
  /** Empty for a model without oscillators. */
  readonly energies: readonly Energy[];
}

/** All of it. */
export interface WaveAnalysis {
  readonly samples: readonly AnalysedSample[];
  /** Mean over the samples. */
  readonly spectrum: KOmega;
  /** Steps that it was observed for. */
  readonly spectrumSteps: number;
  readonly lines: readonly BranchLine[];
  /** Means over the samples. */
  readonly energies: readonly Energy[];
  readonly channel: number;
  readonly steps: number;
  readonly dt: number;
  /** Medians over sites and samples, one a channel; null for a model without oscillators. */
  readonly lattice: LinearLattice | null;
}

const couplingName = 'coupling/weight';

/** The program that gives the waves, for so many steps; what only the logits need is left out. */
const waveProgram = (open: OpenRun, steps: number | null): E.Either<DrumheadError, Program> => {
  const { model, loss } = open.run.experiment;
  const shape = waveShapeOf(open.program);
  if (shape === null)
    return E.left(
      decodeError(
        open.run.folder,
        'this model has no waves: it is not recurrent, nothing in it runs in time',
      ),
    );
  if (steps !== null && !('steps' in model))
    return E.left(decodeError('--steps', 'this run has a program of its own, whose steps cannot be changed'));
  return pipe(
    steps === null || !('steps' in model)
      ? E.right(open.program)
      : programFor({ ...model, steps }, loss.target, shapeOfDataset(open.dataset)),
    E.map((program) => {
      const fields = ['omega', 'alpha'].filter((name) => name in outputsOf(program.graph));
      return select(program, 'waves', ...fields);
    }),
  );
};

/** A record as long as training's tells frequencies only roughly: the same lattice is left to itself for longer. */
const longer = 8;
/** Half a minute of transforms. */
const mostValues = 2 ** 22;

/** The steps of the spectrum where none are asked for; null where the model's own cannot be changed. */
const spectrumSteps = ({ program, run }: OpenRun): number | null => {
  const [steps, height, width, channels] = waveShapeOf(program) ?? [0, 1, 1, 1];
  return 'steps' in run.experiment.model
    ? Math.max(steps, Math.min(longer * steps, Math.floor(mostValues / (height * width * channels))))
    : null;
};

const dtOf = ({ run }: OpenRun): number => ('dt' in run.experiment.model ? run.experiment.model.dt : 1);

interface Observed {
  readonly index: number;
  readonly sample: Sample;
  readonly waves: Waves;
  readonly omega: Float32Array | null;
  readonly alpha: Float32Array | null;
}

const observe = (
  open: OpenRun,
  program: Program,
  indices: readonly number[],
): TE.TaskEither<DrumheadError, readonly Observed[]> => {
  const { test } = open.dataset;
  const missing = indices.find((i) => i >= test.count);
  if (missing !== undefined)
    return TE.left(
      decodeError('--samples', `there is no test image ${missing}: they are 0 to ${test.count - 1}`),
    );
  const [steps, height, width, channels] = waveShapeOf(program) ?? [0, 0, 0, 0];
  const names = Object.keys(outputsOf(program.graph));
  return withRunSession(open, program, async (session) => {
    const observed: Observed[] = [];
    for (const index of indices) {
      const image = imagesOf(test, [index]);
      const { outputs } = await session.infer({ count: 1, inputs: { image }, samples: [index] }, names);
      observed.push({
        index,
        sample: {
          height,
          width,
          channels: test.channels,
          image: image.map((value) => value * 255),
          target: masksOf(test, [index]),
          name: `test image ${index}`,
        },
        waves: { steps, height, width, channels, dt: dtOf(open), values: outputs.waves },
        omega: outputs.omega ?? null,
        alpha: outputs.alpha ?? null,
      });
    }
    return observed;
  });
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const everyNth = (values: Float32Array, channels: number, channel: number): readonly number[] =>
  Array.from({ length: values.length / channels }, (_, site) => values[site * channels + channel]);

/** The lattice that was learnt, linearised about rest, with the middle of its fields at every site. */
const latticeOf = ({ parameters }: OpenRun, observed: readonly Observed[]): LinearLattice | null => {
  const coupling = parameters[couplingName];
  const [first] = observed;
  if (coupling === undefined || first.omega === null || first.alpha === null) return null;
  const { channels, dt } = first.waves;
  const middle = (of: (one: Observed) => Float32Array | null): readonly number[] =>
    Array.from({ length: channels }, (_, channel) =>
      median(observed.flatMap((one) => everyNth(of(one) ?? new Float32Array(), channels, channel))),
    );
  return {
    dt,
    channels,
    coupling,
    kernel: Math.round(Math.sqrt(coupling.length / channels ** 2)),
    omega: middle(({ omega }) => omega),
    alpha: middle(({ alpha }) => alpha),
  };
};

const directions: readonly Direction[] = ['axis', 'diagonal'];
const pointsAlong = 49;

const laplacianLines = (dt: number): readonly BranchLine[] =>
  directions.map((direction) => ({
    of: 'laplacian',
    direction,
    points: path(direction, pointsAlong).flatMap((k) => {
      const frequency = laplacianFrequency(k, dt);
      return frequency === null ? [] : [{ k: Math.hypot(k.x, k.y), frequency }];
    }),
  }));

/** More channels than this have so many branches that only those along the axes are drawn. */
const fewChannels = 4;

const learnedLines = (lattice: LinearLattice): readonly BranchLine[] =>
  (lattice.channels > fewChannels ? directions.slice(0, 1) : directions).flatMap((direction) => {
    const vectors = path(direction, lattice.channels > fewChannels ? 25 : pointsAlong);
    const branches = vectors.map((k) => branchesAt(lattice, k));
    const lines = Array.from(
      { length: 2 * lattice.channels },
      (_, rank): BranchLine => ({
        of: 'learned',
        direction,
        points: vectors.map((k, i) => ({ k: Math.hypot(k.x, k.y), frequency: branches[i][rank].frequency })),
      }),
    );
    // A wave and the one that runs the other way mostly swing alike.
    return lines.filter(
      ({ points }, rank) =>
        rank === 0 ||
        points.some(({ frequency }, i) => Math.abs(frequency - lines[rank - 1].points[i].frequency) > 1e-4),
    );
  });

/** The channel that moves most, over all samples. */
const loudest = (observed: readonly Observed[]): number => {
  const { channels } = observed[0].waves;
  const power = new Float64Array(channels);
  for (const { waves } of observed) {
    const size = waves.height * waves.width * channels;
    for (let i = size; i < waves.values.length; i++)
      power[i % channels] += (waves.values[i] - waves.values[i - size]) ** 2;
  }
  return power.indexOf(power.reduce((a, b) => Math.max(a, b), 0));
};

const meanEnergies = (all: readonly (readonly Energy[])[]): readonly Energy[] =>
  (all[0] ?? []).map(({ time }, t) => {
    const mean = (of: (energy: Energy) => number): number =>
      all.reduce((sum, energies) => sum + of(energies[t]), 0) / all.length;
    return {
      time,
      kinetic: mean(({ kinetic }) => kinetic),
      coupling: mean(({ coupling }) => coupling),
      own: mean(({ own }) => own),
    };
  });

const analyse =
  (open: OpenRun, plan: AnalysisPlan, spectrum: Spectral) =>
  (observed: readonly Observed[]): WaveAnalysis => {
    const lattice = latticeOf(open, observed);
    const channel = plan.channel ?? loudest(observed);
    const samples = observed.map(
      ({ index, sample, waves, omega }): AnalysedSample => ({
        index,
        sample,
        propagation: propagation(waves, channel),
        energies: lattice === null || omega === null ? [] : energyOf(waves, { ...lattice, omega }),
      }),
    );
    const { steps, dt } = observed[0].waves;
    return {
      samples,
      ...spectrum,
      lines: lattice === null ? [] : [...laplacianLines(dt), ...learnedLines(lattice)],
      energies: lattice === null ? [] : meanEnergies(samples.map(({ energies }) => energies)),
      channel,
      steps,
      dt,
      lattice,
    };
  };

type Spectral = Pick<WaveAnalysis, 'spectrum' | 'spectrumSteps'>;

const allWaves = (observed: readonly Observed[]): E.Either<DrumheadError, readonly Observed[]> =>
  pipe(
    observed,
    A.traverse(E.Applicative)((one) =>
      pipe(
        wavesOf(one.waves),
        E.map(() => one),
      ),
    ),
  );

/** One image after the other, so that only one long record is held at a time. */
const spectralOf = (open: OpenRun, plan: AnalysisPlan): TE.TaskEither<DrumheadError, Spectral> =>
  pipe(
    TE.fromEither(waveProgram(open, plan.steps ?? spectrumSteps(open))),
    TE.chain((program) =>
      pipe(
        plan.samples,
        A.traverse(TE.ApplicativeSeq)((index) =>
          pipe(
            observe(open, program, [index]),
            TE.chainEitherK(allWaves),
            TE.map(([{ waves }]) => ({ spectrum: kOmega(waves), spectrumSteps: waves.steps })),
          ),
        ),
      ),
    ),
    TE.map((all) => ({ ...all[0], spectrum: meanSpectrum(all.map(({ spectrum }) => spectrum)) })),
  );

const hasChannel =
  (channel: number | null) =>
  (observed: readonly Observed[]): E.Either<DrumheadError, readonly Observed[]> => {
    const { channels } = observed[0].waves;
    return channel !== null && channel >= channels
      ? E.left(decodeError('--channel', `there is no channel ${channel}: they are 0 to ${channels - 1}`))
      : E.right(observed);
  };

/**
 * Observes and analyses the waves of an opened run: phase, speed and energy over the steps that it was trained with,
 * their spectrum over more.
 *
 * **Errors** DecodeError for a model without waves, fewer than 8 steps, an image or a channel that is not there.
 */
export const analyseWaves = (open: OpenRun, plan: AnalysisPlan): TE.TaskEither<DrumheadError, WaveAnalysis> =>
  pipe(
    TE.fromEither(waveProgram(open, null)),
    TE.chain((program) => observe(open, program, plan.samples)),
    TE.chainEitherK(allWaves),
    TE.chainEitherK(hasChannel(plan.channel)),
    TE.chain((observed) =>
      pipe(
        spectralOf(open, plan),
        TE.map((spectrum) => analyse(open, plan, spectrum)(observed)),
      ),
    ),
  );

/** The numbers of an analysis, for analysis.json. */
export const analysisNumbers = (open: OpenRun, analysis: WaveAnalysis) => ({
  run: open.run.identity,
  steps: analysis.steps,
  spectrumSteps: analysis.spectrumSteps,
  dt: analysis.dt,
  channel: analysis.channel,
  lattice:
    analysis.lattice === null
      ? null
      : { medianOmega: analysis.lattice.omega, medianAlpha: analysis.lattice.alpha },
  samples: analysis.samples.map(({ index, propagation: found }) => ({
    image: index,
    frequency: found.frequency,
    ...summaryOf(found),
  })),
  energy: analysis.energies,
});

/** The folder of an analysis where none is named. */
export const analysisFolder = (open: OpenRun): string => join(open.run.folder, 'analysis');
