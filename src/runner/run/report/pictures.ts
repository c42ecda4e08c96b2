/**
 * The pictures of a finished run: the waves, the segmentations, the learning curves. Each is drawn as a file
 * and as a figure of a page with a light and a dark theme. A picture that cannot be drawn becomes a sentence
 * and not an error, so that no trained weights are lost.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type Effect, errorMessage } from '../../../base/error.js';
import { errorOf, type Session } from '../../../compile/tfjs/session/session.js';
import type { NamedArrays } from '../../../data/arrays.js';
import type { Dataset } from '../../../data/dataset.js';
import type { Program } from '../../../dsl/index.js';
import { type OutputName, outputNames } from '../../../experiments/experiment.js';
import {
  dark,
  type EpochScores,
  learningCurves,
  light,
  type OwnLine,
  type PanelFigure,
  segmentationsFigure,
  segmentationsPng,
  svgPng,
  type Theme,
  wavesFigure,
  wavesGif,
} from '../../../report/index.js';
import { plural } from '../../../report/page/numbers.js';
import { type ObservedImages, observeArrayWaves, observeTestImages } from '../../observe/images.js';
import { waveGridOf } from '../../observe/wave-grid.js';
import { type EpochMetrics, validationLossOf } from '../../training/state.js';

/** Something in light and in dark. */
export interface Both<A> {
  readonly light: A;
  readonly dark: A;
}

/** A picture at its full width, and laid out again for a phone. */
export interface Fitted<A> {
  readonly wide: Both<A>;
  readonly narrow: Both<A>;
}

/** A picture as a file, on light paper, and as a figure of a page. */
export interface Drawn {
  readonly file: Uint8Array;
  readonly figure: PanelFigure;
}

/**
 * The pictures that an experiment asks for; null if it does not ask for one, or if one could not be drawn.
 */
export interface Pictures {
  /** Null also for a program without waves. */
  readonly waves: Drawn | null;
  readonly segmentations: Drawn | null;
  /** The first images with their targets only; drawn with the segmentations. */
  readonly examples: PanelFigure | null;
  /** SVG. */
  readonly curves: Fitted<string> | null;
  readonly curvesPng: Uint8Array | null;
  /** A sentence for each picture that could not be drawn. */
  readonly failed: readonly string[];
}

/** The outputs that can be drawn: waves need a program with waves, segmentations need images. */
export const drawable = (
  outputs: readonly OutputName[],
  program: Program,
  ofImages = true,
): readonly OutputName[] =>
  ofImages
    ? outputs.filter((output) => output !== 'waves' || waveGridOf(program).kind === 'grid')
    : outputs.filter(
        (output) =>
          output === 'curves' ||
          output === 'answers' ||
          (output === 'waves' && waveGridOf(program).kind === 'grid'),
      );

const both = <A>(draw: (theme: Theme) => Effect<A>): Effect<Both<A>> =>
  pipe(
    TE.Do,
    TE.bind('light', () => draw(light)),
    TE.bind('dark', () => draw(dark)),
  );

const fitted = <A>(draw: (narrow: boolean, theme: Theme) => Effect<A>): Effect<Fitted<A>> =>
  pipe(
    TE.Do,
    TE.bind('wide', () => both((theme) => draw(false, theme))),
    TE.bind('narrow', () => both((theme) => draw(true, theme))),
  );

const mostExamples = 6;

const nothingSeen: ObservedImages = { samples: [], waves: [] };

/** The drawings of the observed test images. */
const drawers = ({ samples, waves }: ObservedImages, classes: readonly string[], dt: number | undefined) => {
  const moving = { samples: waves, classes, ...(dt === undefined ? {} : { dt }) };
  const gallery = { samples, classes, columns: Math.min(3, samples.length) };
  const bare = samples.slice(0, mostExamples).map(({ prediction: _, note: __, ...rest }) => rest);
  return {
    waves: (): Checked<Drawn> =>
      pipe(
        E.Do,
        E.bind('file', () => wavesGif(moving)),
        E.bind('figure', () =>
          wavesFigure({
            ...moving,
            alt:
              classes.length === 0
                ? `Hidden waves over time beside the input of ${plural(waves.length, 'test sample')}`
                : `Hidden waves over time beside input, target and prediction of ${plural(waves.length, 'test image')}`,
          }),
        ),
      ),
    segmentations: (): Checked<Drawn> =>
      pipe(
        E.Do,
        E.bind('file', () => segmentationsPng(gallery)),
        E.bind('figure', () =>
          segmentationsFigure({ ...gallery, alt: 'Test images, their targets, predictions and errors' }),
        ),
      ),
    examples: (): Checked<PanelFigure> =>
      segmentationsFigure({ samples: bare, classes, alt: 'Test images beside their targets' }),
  };
};

/** A drawing, or the sentence that says why there is none. */
interface Attempt<A> {
  readonly made: A | null;
  readonly failed: readonly string[];
}

const attempt = <A>(what: string, is: boolean, draw: () => Effect<A>): T.Task<Attempt<A>> =>
  is
    ? pipe(
        TE.tryCatch(() => draw()(), errorOf),
        TE.flatMapEither((drawn) => drawn),
        T.map(
          E.match(
            (error): Attempt<A> => ({
              made: null,
              failed: [`${what} could not be drawn: ${errorMessage(error)}`],
            }),
            (made): Attempt<A> => ({ made, failed: [] }),
          ),
        ),
      )
    : T.of({ made: null, failed: [] });

/** Runs the first test images and draws the pictures. It never fails; it reports what it could not draw. */
export const drawPictures =
  (
    session: Session,
    program: Program,
    dataset: Dataset | null,
    history: readonly EpochMetrics[],
    best: number | undefined,
    dt: number | undefined,
    asked: readonly OutputName[] = outputNames,
    lossUnit?: string,
    own?: readonly OwnLine[],
    arrays?: NamedArrays,
  ): T.Task<Pictures> =>
  async () => {
    const outputs = drawable(asked, program, dataset !== null);
    const of = (output: OutputName): boolean => outputs.includes(output);
    const looked = await attempt(
      dataset === null ? 'test samples' : 'test images',
      of('waves') || of('segmentations'),
      () =>
        dataset === null
          ? arrays === undefined
            ? TE.right(nothingSeen)
            : observeArrayWaves(session, program, arrays)
          : observeTestImages(session, program, dataset, of('waves')),
    )();
    const seen = looked.made ?? nothingSeen;
    const draw = drawers(seen, dataset?.classes ?? [], dt);
    const someSamples = of('segmentations') && seen.samples.length > 0;
    const segmentations = await attempt('the segmentations', someSamples, () =>
      TE.fromEither(draw.segmentations()),
    )();
    const examples = await attempt('the examples', someSamples, () => TE.fromEither(draw.examples()))();
    const waves = await attempt('the waves', seen.waves.length > 0, () => TE.fromEither(draw.waves()))();
    const curves = await attempt('the learning curves', of('curves'), () =>
      fitted((narrow, theme) =>
        learningCurves({
          epochs: history.map(curveOf),
          ...(best === undefined ? {} : { best }),
          ...(lossUnit === undefined ? {} : { lossUnit }),
          ...(own === undefined ? {} : { own }),
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
      failed: [looked, segmentations, examples, waves, curves, png].flatMap(({ failed }) => failed),
    };
  };

/** An epoch as a point of the curves; both losses are the one that is trained for. */
export const curveOf = (metrics: EpochMetrics): EpochScores => ({
  epoch: metrics.epoch,
  train: { loss: metrics.trainLoss },
  ...(metrics.validation === null
    ? {}
    : { validation: { ...metrics.validation, loss: validationLossOf(metrics) } }),
});
