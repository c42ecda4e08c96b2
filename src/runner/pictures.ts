/** The pictures of a finished run: the waves, the segmentations, the learning curves. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../base/error.js';
import type { Session } from '../compile/tfjs/session.js';
import { type Dataset, imagesOf, masksOf } from '../data/dataset.js';
import { imageClass } from '../data/targets.js';
import { outputsOf, type Program } from '../dsl/index.js';
import { type OutputName, outputNames } from '../experiments/experiment.js';
import { imageScores, predictedClasses } from '../experiments/scores.js';
import {
  type EpochScores,
  learningCurves,
  type Sample,
  segmentationsPng,
  svgPng,
  type WaveSample,
  wavesGif,
} from '../report/index.js';
import { range } from './evaluate.js';
import { type EpochMetrics, validationLossOf } from './state.js';

/** The pictures that an experiment asks for; null are those that it does not. */
export interface Pictures {
  /** Null too for a program without an output `waves` [T, H, W, C]. */
  readonly waves: Uint8Array | null;
  readonly segmentations: Uint8Array | null;
  /** The first images with their targets alone; drawn with the segmentations. */
  readonly examples: Uint8Array | null;
  readonly curves: { readonly svg: string; readonly png: Uint8Array } | null;
}

/** The outputs that there can be: a program without `waves` shows none. */
export const drawable = (outputs: readonly OutputName[], program: Program): readonly OutputName[] =>
  outputs.filter((output) => output !== 'waves' || outputsOf(program.graph).waves?.length === 4);

/** Draws, or gives null where it is not wanted. */
const wanted = <A>(
  is: boolean,
  draw: () => TE.TaskEither<DrumheadError, A>,
): TE.TaskEither<DrumheadError, A | null> => (is ? draw() : TE.right(null));

const rows = 4;
const gallery = 12;

/** Runs the first test images and draws what is asked for. */
export const drawPictures = (
  session: Session,
  program: Program,
  dataset: Dataset,
  history: readonly EpochMetrics[],
  best: number | undefined,
  dt: number | undefined,
  asked: readonly OutputName[] = outputNames,
): TE.TaskEither<DrumheadError, Pictures> => {
  const outputs = drawable(asked, program);
  const of = (output: OutputName): boolean => outputs.includes(output);
  return pipe(
    TE.fromTask(() =>
      of('waves') || of('segmentations')
        ? samplesOf(session, program, dataset, of('waves'))
        : Promise.resolve({ samples: [], waves: [] }),
    ),
    TE.chain(({ samples, waves }) =>
      pipe(
        TE.Do,
        TE.bind('segmentations', () =>
          wanted(of('segmentations'), () =>
            TE.fromEither(segmentationsPng({ samples, classes: dataset.classes, columns: 3 })),
          ),
        ),
        TE.bind('examples', () =>
          wanted(of('segmentations'), () =>
            TE.fromEither(
              segmentationsPng({
                samples: samples.slice(0, 6).map(({ prediction: _, note: __, ...bare }) => bare),
                classes: dataset.classes,
                columns: 3,
              }),
            ),
          ),
        ),
        TE.bind('waves', () =>
          wanted(waves.length > 0, () =>
            TE.fromEither(
              wavesGif({ samples: waves, classes: dataset.classes, ...(dt === undefined ? {} : { dt }) }),
            ),
          ),
        ),
        TE.bind('curves', () => wanted(of('curves'), () => drawCurves(history, best))),
      ),
    ),
  );
};

const drawCurves = (
  history: readonly EpochMetrics[],
  best: number | undefined,
): TE.TaskEither<DrumheadError, { readonly svg: string; readonly png: Uint8Array }> =>
  pipe(
    learningCurves({ epochs: history.map(curveOf), ...(best === undefined ? {} : { best }) }),
    TE.bindTo('svg'),
    TE.bind('png', ({ svg }) => TE.fromEither(svgPng(svg))),
  );

/** An epoch as the curves take it; both losses are the one that is trained for. */
export const curveOf = (metrics: EpochMetrics): EpochScores => ({
  epoch: metrics.epoch,
  train: { loss: metrics.trainLoss },
  ...(metrics.validation === null
    ? {}
    : { validation: { ...metrics.validation, loss: validationLossOf(metrics) } }),
});

const samplesOf = async (
  session: Session,
  program: Program,
  { test, classes }: Dataset,
  filmed: boolean,
): Promise<{ readonly samples: readonly Sample[]; readonly waves: readonly WaveSample[] }> => {
  const shape = outputsOf(program.graph).waves;
  const count = Math.min(gallery, test.count);
  const pixels = test.height * test.width;
  const samples: Sample[] = [];
  const waves: WaveSample[] = [];
  for (const i of range(0, count)) {
    const drawn = filmed && shape?.length === 4 && i < rows;
    const image = imagesOf(test, [i]);
    const mask = masksOf(test, [i]);
    const { outputs } = await session.infer(
      { count: 1, inputs: { image }, samples: [i] },
      drawn ? ['logits', 'waves'] : ['logits'],
    );
    const found = predictedClasses(outputs.logits, classes.length);
    // Where whole images are classified, their class fills the picture.
    const whole = found.length === 1;
    const prediction = whole ? new Int32Array(pixels).fill(found[0]) : found;
    const target = whole ? new Int32Array(pixels).fill(imageClass(mask)) : mask;
    const { foregroundIou } = imageScores(prediction, target);
    const sample: Sample = {
      height: test.height,
      width: test.width,
      channels: test.channels,
      image: image.map((value) => value * 255),
      target,
      prediction,
      name: `test image ${i}`,
      ...(whole
        ? { note: found[0] === target[0] ? 'right' : `taken for ${classes[found[0]]}` }
        : foregroundIou === null
          ? {}
          : { note: `foreground IoU ${foregroundIou.toFixed(2)}` }),
    };
    samples.push(sample);
    if (drawn) waves.push({ ...sample, waves: outputs.waves, steps: shape[0], waveChannels: shape[3] });
  }
  return { samples: classes.length > 0 ? samples : [], waves };
};
