/**
 * The pictures of a finished run: the waves, the segmentations, the learning curves, each in light and dark, and for a
 * narrow window too. A picture that cannot be drawn is a sentence, never an error: what was trained is worth more.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, describe } from '../base/error.js';
import { errorOf, type Session } from '../compile/tfjs/session.js';
import type { Dataset } from '../data/dataset.js';
import type { Program } from '../dsl/index.js';
import { type OutputName, outputNames } from '../experiments/experiment.js';
import {
  dark,
  type EpochScores,
  learningCurves,
  light,
  segmentationsPng,
  svgPng,
  type Theme,
  wavesGif,
} from '../report/index.js';
import { range } from './evaluate.js';
import { type LookedAt, lookedAt } from './looked-at.js';
import { type EpochMetrics, validationLossOf } from './state.js';
import { waveGridOf } from './wave-grid.js';

/** Something in light and in dark. */
export interface Both<A> {
  readonly light: A;
  readonly dark: A;
}

/** A picture at its full width, and set anew for a window as narrow as a phone's. */
export interface Fitted<A> {
  readonly wide: Both<A>;
  readonly narrow: Both<A>;
}

/** The pictures that an experiment asks for; null are those that it does not, and those that could not be drawn. */
export interface Pictures {
  /** Null too for a program without waves. */
  readonly waves: Fitted<Uint8Array> | null;
  readonly segmentations: Fitted<Uint8Array> | null;
  /** The first images with their targets alone; drawn with the segmentations. */
  readonly examples: Fitted<Uint8Array> | null;
  /** SVG. */
  readonly curves: Fitted<string> | null;
  readonly curvesPng: Uint8Array | null;
  /** How many images the waves are of. */
  readonly filmed: number;
  /** What could not be drawn and why, a sentence each. */
  readonly failed: readonly string[];
}

/** The outputs that there can be: a program without waves shows none. */
export const drawable = (outputs: readonly OutputName[], program: Program): readonly OutputName[] =>
  outputs.filter((output) => output !== 'waves' || waveGridOf(program).kind === 'grid');

const both = <A>(
  draw: (theme: Theme) => TE.TaskEither<DrumheadError, A>,
): TE.TaskEither<DrumheadError, Both<A>> =>
  pipe(
    TE.Do,
    TE.bind('light', () => draw(light)),
    TE.bind('dark', () => draw(dark)),
  );

const fitted = <A>(
  draw: (narrow: boolean, theme: Theme) => TE.TaskEither<DrumheadError, A>,
): TE.TaskEither<DrumheadError, Fitted<A>> =>
  pipe(
    TE.Do,
    TE.bind('wide', () => both((theme) => draw(false, theme))),
    TE.bind('narrow', () => both((theme) => draw(true, theme))),
  );

/** One line of panels on a phone. */
const firstChannels = (channels: number): readonly number[] => range(0, Math.min(3, channels));

/** What is drawn of what was looked at; a phone sees fewer, larger. */
const drawers = (
  { samples, waves }: LookedAt,
  classes: readonly string[],
  dt: number | undefined,
): Readonly<
  Record<
    'waves' | 'segmentations' | 'examples',
    (narrow: boolean, theme: Theme) => TE.TaskEither<DrumheadError, Uint8Array>
  >
> => ({
  waves: (narrow, theme) =>
    TE.fromEither(
      wavesGif({
        samples: narrow ? waves.slice(0, 2) : waves,
        classes,
        ...(dt === undefined ? {} : { dt }),
        ...(narrow ? { across: 3, mostFrames: 25, channels: firstChannels(waves[0].waveChannels) } : {}),
        theme,
      }),
    ),
  segmentations: (narrow, theme) =>
    TE.fromEither(
      segmentationsPng({
        samples: narrow ? samples.slice(0, 6) : samples,
        classes,
        columns: narrow ? 1 : Math.min(3, samples.length),
        theme,
      }),
    ),
  examples: (narrow, theme) =>
    TE.fromEither(
      segmentationsPng({
        samples: samples.slice(0, narrow ? 4 : 6).map(({ prediction: _, note: __, ...bare }) => bare),
        classes,
        columns: narrow ? 1 : Math.min(3, samples.length),
        theme,
      }),
    ),
});

/** What came of drawing one thing. */
interface Attempt<A> {
  readonly made: A | null;
  readonly failed: readonly string[];
}

const attempt = <A>(
  what: string,
  is: boolean,
  draw: () => TE.TaskEither<DrumheadError, A>,
): T.Task<Attempt<A>> =>
  is
    ? pipe(
        TE.tryCatch(() => draw()(), errorOf),
        TE.chainEitherK((drawn) => drawn),
        T.map(
          E.match(
            (error): Attempt<A> => ({
              made: null,
              failed: [`${what} could not be drawn: ${describe(error)}`],
            }),
            (made): Attempt<A> => ({ made, failed: [] }),
          ),
        ),
      )
    : T.of({ made: null, failed: [] });

/** Runs the first test images and draws what is asked for; it never fails, but says what it could not draw. */
export const drawPictures =
  (
    session: Session,
    program: Program,
    dataset: Dataset,
    history: readonly EpochMetrics[],
    best: number | undefined,
    dt: number | undefined,
    asked: readonly OutputName[] = outputNames,
    lossUnit?: string,
  ): T.Task<Pictures> =>
  async () => {
    const outputs = drawable(asked, program);
    const of = (output: OutputName): boolean => outputs.includes(output);
    const looked = await attempt('test images', of('waves') || of('segmentations'), () =>
      lookedAt(session, program, dataset, of('waves')),
    )();
    const seen = looked.made ?? { samples: [], waves: [] };
    const draw = drawers(seen, dataset.classes, dt);
    const someSamples = of('segmentations') && seen.samples.length > 0;
    const segmentations = await attempt('the segmentations', someSamples, () => fitted(draw.segmentations))();
    const examples = await attempt('the examples', someSamples, () => fitted(draw.examples))();
    const waves = await attempt('the waves', seen.waves.length > 0, () => fitted(draw.waves))();
    const curves = await attempt('the learning curves', of('curves'), () =>
      fitted((narrow, theme) =>
        learningCurves({
          epochs: history.map(curveOf),
          ...(best === undefined ? {} : { best }),
          ...(lossUnit === undefined ? {} : { lossUnit }),
          narrow,
          theme,
        }),
      ),
    )();
    const { made: svg } = curves;
    const png = await attempt('the learning curves', svg !== null, () =>
      TE.fromEither(svgPng(svg?.wide.light ?? '')),
    )();
    return {
      waves: waves.made,
      segmentations: segmentations.made,
      examples: examples.made,
      curves: svg,
      curvesPng: png.made,
      filmed: seen.waves.length,
      failed: [looked, segmentations, examples, waves, curves, png].flatMap(({ failed }) => failed),
    };
  };

/** An epoch as the curves take it; both losses are the one that is trained for. */
export const curveOf = (metrics: EpochMetrics): EpochScores => ({
  epoch: metrics.epoch,
  train: { loss: metrics.trainLoss },
  ...(metrics.validation === null
    ? {}
    : { validation: { ...metrics.validation, loss: validationLossOf(metrics) } }),
});
