/** Measures the waves of a finished run on test images. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Energy,
  energyOf,
  isUnresolved,
  type KOmega,
  kOmega,
  type LinearLattice,
  meanSpectrum,
  type Propagation,
  propagation,
  summaryOf,
  type Unresolved,
  unresolved,
  type Waves,
  wavesOf,
} from '../../../analysis/index.js';
import { type Checked, decodeError, type Effect } from '../../../base/error.js';
import type { BranchLine } from '../../../report/analysis/index.js';
import type { Sample } from '../../../report/index.js';
import type { OpenRun } from '../../results/open-run.js';
import { laplacianLines, latticeOf, learnedLines } from './lattice.js';
import { dtOf, type Observed, observe, spectrumSteps, waveProgram } from './observe.js';

/** The options of an analysis. */
export interface AnalysisPlan {
  /** Test images. */
  readonly samples: readonly number[];
  /** Counted from 0; null: the channel that moves most. */
  readonly channel: number | null;
  /** Steps of the record for the spectrum; null for several times those of training. */
  readonly steps: number | null;
}

/** One image and the analysis of its waves. */
export interface AnalysedSample {
  readonly index: number;
  readonly sample: Sample;
  /** Propagation in the chosen channel, or why it is not resolved. */
  readonly propagation: Propagation | Unresolved;
  /** Empty for a model without oscillators. */
  readonly energies: readonly Energy[];
}

/** The whole analysis. */
export interface WaveAnalysis {
  readonly samples: readonly AnalysedSample[];
  /** Mean over the samples. */
  readonly spectrum: KOmega | Unresolved;
  /** The number of steps that were observed for it. */
  readonly spectrumSteps: number;
  readonly lines: readonly BranchLine[];
  /** Means over the samples. */
  readonly energies: readonly Energy[];
  /** Counted from 0. */
  readonly channel: number;
  readonly steps: number;
  /** The size of the lattice, in the plane that is drawn. */
  readonly grid: { readonly height: number; readonly width: number };
  /** Whether opposite edges are neighbours. */
  readonly torus: boolean;
  /** The time step; null for a model without one, whose unit of time is a step. */
  readonly dt: number | null;
  /** Medians over sites and samples, one per channel; null for a model without oscillators. */
  readonly lattice: LinearLattice | null;
}

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
    const { steps, dt, height, width, torus = true } = observed[0].waves;
    return {
      samples,
      ...spectrum,
      lines: lattice === null ? [] : [...laplacianLines(dt), ...learnedLines(lattice)],
      energies: lattice === null ? [] : meanEnergies(samples.map(({ energies }) => energies)),
      channel,
      steps,
      grid: { height, width },
      torus,
      dt: dtOf(open),
      lattice,
    };
  };

type Spectral = Pick<WaveAnalysis, 'spectrum' | 'spectrumSteps'>;

const allWaves = (observed: readonly Observed[]): Checked<readonly Observed[]> =>
  pipe(
    observed,
    A.traverse(E.Applicative)((one) =>
      pipe(
        wavesOf(one.waves),
        E.map(() => one),
      ),
    ),
  );

/** Fewer steps do not resolve any frequencies. */
const fewestSpectralSteps = 8;

/** The spectrum; unresolved if there are too few sites or steps. */
const spectrumOf = (waves: Waves): KOmega | Unresolved => {
  if (waves.height * waves.width < 2)
    return unresolved('one site has no waves of any length: there is no spectrum over space');
  return waves.steps < fewestSpectralSteps
    ? unresolved(
        `${waves.steps} steps are too few: a spectrum over time needs at least ${fewestSpectralSteps}`,
      )
    : kOmega(waves);
};

/** One image after the other, so that only one long record is held at a time. */
const spectralOf = (open: OpenRun, plan: AnalysisPlan): Effect<Spectral> =>
  pipe(
    TE.fromEither(waveProgram(open, plan.steps ?? spectrumSteps(open))),
    TE.flatMap((program) =>
      pipe(
        plan.samples,
        A.traverse(TE.ApplicativeSeq)((index) =>
          pipe(
            observe(open, program, [index]),
            TE.flatMapEither(allWaves),
            TE.map(([{ waves }]) => ({ spectrum: spectrumOf(waves), spectrumSteps: waves.steps })),
          ),
        ),
      ),
    ),
    TE.map((all) => {
      const why = all.map(({ spectrum }) => spectrum).find(isUnresolved);
      const spectra = all.flatMap(({ spectrum }) => (isUnresolved(spectrum) ? [] : [spectrum]));
      return { ...all[0], spectrum: why ?? meanSpectrum(spectra) };
    }),
  );

const hasChannel =
  (channel: number | null) =>
  (observed: readonly Observed[]): Checked<readonly Observed[]> => {
    const { channels } = observed[0].waves;
    return channel !== null && channel >= channels
      ? E.left(decodeError('--channel', `there is no channel ${channel + 1}: they are 1 to ${channels}`))
      : E.right(observed);
  };

/**
 * Observes and analyses the waves of an opened run: phase, speed and energy over the steps that it was trained with,
 * their spectrum over more.
 *
 * **Errors** DecodeError for a model without waves, an image or a channel that is not there.
 */
export const analyseWaves = (open: OpenRun, plan: AnalysisPlan): Effect<WaveAnalysis> =>
  pipe(
    TE.fromEither(waveProgram(open, null)),
    TE.flatMap((program) => observe(open, program, plan.samples)),
    TE.flatMapEither(allWaves),
    TE.flatMapEither(hasChannel(plan.channel)),
    TE.flatMap((observed) =>
      pipe(
        spectralOf(open, plan),
        TE.map((spectrum) => analyse(open, plan, spectrum)(observed)),
      ),
    ),
  );

/** The numbers in analysis.json; unresolved ones are `{ unresolved: why }`. */
export const analysisNumbers = (open: OpenRun, analysis: WaveAnalysis) => ({
  run: open.run.identity,
  steps: analysis.steps,
  spectrumSteps: analysis.spectrumSteps,
  dt: analysis.dt,
  /** Counted from 1. */
  channel: analysis.channel + 1,
  unitOfTime: analysis.dt === null ? 'step' : 'the time of dt',
  spectrum: isUnresolved(analysis.spectrum) ? analysis.spectrum : 'k-omega',
  /**
   * Whether opposite edges are neighbours in the model's graph; if not, the spectrum was computed with a
   * window.
   */
  joinedEdges: analysis.torus,
  lattice:
    analysis.lattice === null
      ? null
      : { medianOmega: analysis.lattice.omega, medianAlpha: analysis.lattice.alpha },
  samples: analysis.samples.map(({ index, propagation: found }) => ({
    image: index,
    frequency: isUnresolved(found) ? found : found.frequency,
    cycles: isUnresolved(found) ? found : found.cycles,
    ...summaryOf(found),
  })),
  energy: analysis.energies,
});

/** The default folder of an analysis. */
export const analysisFolder = (open: OpenRun): string => join(open.run.folder, 'analysis');
