/** The waves of an experiment's model over one image of its task, with the weights of a run or untrained. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Arrays, Session } from '../../compile/tfjs/session/session.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import { type Dataset, shapeOfDataset } from '../../data/dataset.js';
import { loadDataset } from '../../data/load.js';
import type { Task } from '../../data/task.js';
import type { Program } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { programFor } from '../../experiments/model.js';
import { predictedClasses } from '../../experiments/scores.js';
import { type WavesPicture, wavesGif } from '../../report/index.js';
import { readTrained } from '../export/trained.js';
import { labelOfRun } from '../folder/labels.js';
import { type OtherSizes, resized } from '../run/resized.js';
import { testImage } from '../run/test-image.js';
import { drawnWaves, planeText, type WaveGrid, waveGridOf } from '../run/wave-grid.js';
import { finiteAnswer } from '../training/finite.js';

/** The model and the test image that are animated. */
export interface Watched {
  readonly experiment: Experiment;
  /** The folder of a finished run, whose weights are taken; null for a model as it starts. */
  readonly run: string | null;
  /** Which test image; also the seed of untrained weights. */
  readonly image: number;
  readonly frames: number;
  /** Other inputs or steps than those of the experiment; its grid is that of the task. Null for its own. */
  readonly resize?: OtherSizes | null;
  /** Milliseconds a frame. */
  readonly delay: number;
  readonly cacheDir: string;
}

/** As few images as are needed: making thousands to look at one takes minutes. */
const withFewImages = (task: Task, image: number): Task => {
  switch (task.name) {
    case 'npy':
    case 'png':
      return task;
    default:
      return { ...task, train: 1, validation: 0, test: image + 1 };
  }
};

/** The experiment's program for these images: a model is made for them, a whole program is first put on their grid. */
const programAt = (
  { model, loss }: Experiment,
  resize: OtherSizes | null,
  sizes: Parameters<typeof programFor>[2],
): Checked<Program> => {
  const other = (program: Program): Checked<Program> =>
    resize === null ? E.right(program) : resized(program, resize);
  return model.name === 'program'
    ? pipe(
        other({ graph: model.graph }),
        E.flatMap(({ graph }) => programFor({ ...model, graph }, loss.target, sizes)),
      )
    : pipe(programFor(model, loss.target, sizes), E.flatMap(other));
};

const weightsOf = (program: Program, { run, image }: Watched): Effect<Arrays> =>
  run === null
    ? TE.right(initialParameters(program.graph, image))
    : pipe(
        readTrained(run),
        TE.map(({ parameters }) => parameters),
      );

const pictureOf = async (
  session: Session,
  grid: WaveGrid,
  { test, classes }: Dataset,
  { experiment, run, image: index, frames, delay }: Watched,
): Promise<WavesPicture> => {
  const { batch, shown } = testImage(test, index);
  const { outputs } = await session.infer(batch, ['waves', 'logits']);
  finiteAnswer(outputs, classes.length, 1, index);
  const perPixel = outputs.logits.length === test.height * test.width * classes.length;
  const { model } = experiment;
  return {
    samples: [
      {
        ...shown,
        // The predictions of an untrained model say nothing.
        ...(run !== null && perPixel ? { prediction: predictedClasses(outputs.logits, classes.length) } : {}),
        ...drawnWaves(grid, outputs.waves),
        ...(grid.plane === null ? {} : { note: planeText(grid) }),
      },
    ],
    classes,
    title:
      run === null
        ? `${experiment.label ?? experiment.name}, untrained`
        : await labelOfRun({ folder: run, experiment })(),
    ...('dt' in model ? { dt: model.dt } : {}),
    mostFrames: frames,
    delay,
  };
};

/**
 * The animation of a model's hidden state over a test image, as the bytes of a GIF.
 *
 * **Errors** DecodeError for a model without waves, or a run without weights; those of data and engine.
 */
export const modelWaves = (engine: Engine, watched: Watched): Effect<Uint8Array> => {
  const { experiment, image, cacheDir, resize = null } = watched;
  return pipe(
    TE.Do,
    TE.bind('dataset', () => loadDataset(withFewImages(experiment.task, image), { cacheDir })),
    TE.bind('program', ({ dataset }) =>
      TE.fromEither(programAt(experiment, resize, shapeOfDataset(dataset))),
    ),
    TE.bind('grid', ({ program, dataset }) => {
      const found = waveGridOf(program);
      if (found.kind === 'none')
        return TE.left(decodeError(experiment.name, `this model has no waves to play: ${found.why}`));
      return image < dataset.test.count
        ? TE.right(found.grid)
        : TE.left(decodeError('--seed', `there are only ${dataset.test.count} test images`));
    }),
    TE.bind('weights', ({ program }) => weightsOf(program, watched)),
    TE.flatMap(({ program, weights, grid, dataset }) =>
      withSession(engine, program, weights, (session) => pictureOf(session, grid, dataset, watched)),
    ),
    TE.flatMapEither(wavesGif),
  );
};
