/** The pictures of a finished run: the waves, the segmentations, the learning curves. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../base/error.js';
import type { Session } from '../compile/tfjs/session.js';
import { type Dataset, imagesOf, masksOf } from '../data/dataset.js';
import { imageClass } from '../data/targets.js';
import { outputsOf, type Program } from '../dsl/index.js';
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
import type { EpochMetrics } from './state.js';

export interface Pictures {
  /** Null for a program without an output `waves` [T, H, W, C]. */
  readonly waves: Uint8Array | null;
  readonly segmentations: Uint8Array;
  /** The first images with their targets alone. */
  readonly examples: Uint8Array;
  readonly curves: string;
  readonly curvesPng: Uint8Array;
}

const rows = 4;
const gallery = 12;

/** Runs the first test images and draws them. */
export const drawPictures = (
  session: Session,
  program: Program,
  dataset: Dataset,
  history: readonly EpochMetrics[],
  best: number | undefined,
  dt: number | undefined,
): TE.TaskEither<DrumheadError, Pictures> =>
  pipe(
    TE.fromTask(() => samplesOf(session, program, dataset)),
    TE.chain(({ samples, waves }) =>
      pipe(
        TE.Do,
        TE.bind('segmentations', () =>
          TE.fromEither(segmentationsPng({ samples, classes: dataset.classes, columns: 3 })),
        ),
        TE.bind('examples', () =>
          TE.fromEither(
            segmentationsPng({
              samples: samples.slice(0, 6).map(({ prediction: _, note: __, ...bare }) => bare),
              classes: dataset.classes,
              columns: 3,
            }),
          ),
        ),
        TE.bind('waves', () =>
          TE.fromEither(
            waves.length === 0
              ? E.right<DrumheadError, Uint8Array | null>(null)
              : wavesGif({
                  samples: waves,
                  classes: dataset.classes,
                  ...(dt === undefined ? {} : { dt }),
                }),
          ),
        ),
        TE.bind('curves', () =>
          learningCurves({ epochs: history.map(curveOf), ...(best === undefined ? {} : { best }) }),
        ),
        TE.bind('curvesPng', ({ curves }) => TE.fromEither(svgPng(curves))),
      ),
    ),
  );

/** An epoch as the curves take it. */
export const curveOf = ({ epoch, trainLoss, validation }: EpochMetrics): EpochScores => ({
  epoch,
  train: { loss: trainLoss },
  ...(validation === null ? {} : { validation }),
});

const samplesOf = async (
  session: Session,
  program: Program,
  { test, classes }: Dataset,
): Promise<{ readonly samples: readonly Sample[]; readonly waves: readonly WaveSample[] }> => {
  const shape = outputsOf(program.graph).waves;
  const count = Math.min(gallery, test.count);
  const pixels = test.height * test.width;
  const samples: Sample[] = [];
  const waves: WaveSample[] = [];
  for (const i of range(0, count)) {
    const drawn = shape?.length === 4 && i < rows;
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
    const target = whole ? new Uint8Array(pixels).fill(imageClass(mask)) : mask;
    const { foregroundIou } = imageScores(prediction, target);
    const sample: Sample = {
      height: test.height,
      width: test.width,
      channels: test.channels,
      image: image.map((value) => value * 255),
      target,
      prediction,
      name: `test image ${i}`,
      ...(foregroundIou === null ? {} : { note: `foreground IoU ${foregroundIou.toFixed(2)}` }),
    };
    samples.push(sample);
    if (drawn) waves.push({ ...sample, waves: outputs.waves, steps: shape[0], waveChannels: shape[3] });
  }
  return { samples: classes.length > 0 ? samples : [], waves };
};
