/** The first test images for a run's pictures: input, target, prediction, and waves. */

import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { errorOf, type Session } from '../../compile/tfjs/session/session.js';
import type { NamedArrays } from '../../data/arrays.js';
import type { Dataset } from '../../data/dataset.js';
import { imageClass } from '../../data/targets.js';
import type { Program } from '../../dsl/index.js';
import { type ClassMap, imageScores, predictedClasses } from '../../experiments/scores/scores.js';
import type { Sample, WaveSample } from '../../report/index.js';
import { range } from '../training/evaluate.js';
import { finiteAnswer } from '../training/finite.js';
import { testImage } from './test-image.js';
import { arraySamples } from './test-samples.js';
import { drawnWaves, planeText, waveGridOf } from './wave-grid.js';

/** The waves' samples are the first of all samples. */
export interface ObservedImages {
  readonly samples: readonly Sample[];
  readonly waves: readonly WaveSample[];
}

const gallery = 12;
const mostFilmed = 4;

const noteOf = (found: Int32Array, target: ClassMap, classes: readonly string[], whole: boolean): string => {
  if (whole)
    return found[0] === target[0]
      ? `${classes[target[0]]}, right`
      : `${classes[target[0]]}, taken for ${classes[found[0]]}`;
  const { foregroundIou } = imageScores(found, target);
  return foregroundIou === null ? '' : `test foreground IoU ${foregroundIou.toFixed(2)}`;
};

/**
 * Runs the first test images, the first of them with their waves.
 *
 * **Errors** those of the engine.
 */
export const observeTestImages = (
  session: Session,
  program: Program,
  { test, classes }: Dataset,
  filmed: boolean,
): Effect<ObservedImages> =>
  TE.tryCatch(async () => {
    const found = waveGridOf(program);
    const grid = filmed && found.kind === 'grid' ? found.grid : null;
    const pixels = test.height * test.width;
    const samples: Sample[] = [];
    const waves: WaveSample[] = [];
    for (const i of range(0, Math.min(gallery, test.count))) {
      const drawn = grid !== null && i < mostFilmed;
      const { batch, shown } = testImage(test, i);
      const mask = shown.target;
      const { outputs } = await session.infer(batch, drawn ? ['logits', 'waves'] : ['logits']);
      // Waves that are not finite are drawn black; classes need finite logits.
      finiteAnswer({ logits: outputs.logits }, classes.length, 1, i);
      const classified = predictedClasses(outputs.logits, classes.length);
      // If whole images are classified, their class fills the picture.
      const whole = classified.length === 1 && pixels > 1;
      const prediction = whole ? new Int32Array(pixels).fill(classified[0]) : classified;
      const target = whole ? new Int32Array(pixels).fill(imageClass(mask)) : mask;
      const note = noteOf(prediction, target, classes, whole);
      const sample: Sample = {
        ...shown,
        target,
        prediction,
        ...(note === '' ? {} : { note }),
      };
      samples.push(sample);
      if (drawn) {
        const notes = [note, planeText(grid)].filter((text) => text !== '').join(', ');
        waves.push({
          ...sample,
          ...drawnWaves(grid, outputs.waves),
          ...(notes === '' ? {} : { note: notes }),
        });
      }
    }
    return { samples, waves };
  }, errorOf);

/** Runs the first test samples of arrays with their waves. **Errors** those of the engine. */
export const observeArrayWaves = (
  session: Session,
  program: Program,
  arrays: NamedArrays,
): Effect<ObservedImages> =>
  TE.tryCatch(async () => {
    const found = waveGridOf(program);
    if (found.kind === 'none') return { samples: [], waves: [] };
    const { count, read } = arraySamples(arrays);
    const waves: WaveSample[] = [];
    for (const i of range(0, Math.min(mostFilmed, count))) {
      const { batch, shown } = await read(program, i);
      const { outputs } = await session.infer(batch, ['waves']);
      const note = planeText(found.grid);
      waves.push({ ...shown, ...drawnWaves(found.grid, outputs.waves), ...(note === '' ? {} : { note }) });
    }
    return { samples: [], waves };
  }, errorOf);
