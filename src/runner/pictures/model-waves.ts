/** The waves of an experiment's model on one image of its task, with the weights of a run or untrained. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Arrays, Session } from '../../compile/tfjs/session/session.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import { shapeOfDataset } from '../../data/dataset.js';
import { loadTask } from '../../data/load.js';
import type { GeneratorOf } from '../../data/own/generated/generated.js';
import type { Task } from '../../data/task.js';
import { outputsOf, type Program, select } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { programFor } from '../../experiments/model.js';
import { predictedClasses } from '../../experiments/scores/scores.js';
import { type WavesPicture, wavesGif } from '../../report/index.js';
import { readTrained } from '../export/trained.js';
import { labelOfRun } from '../folder/labels.js';
import { samplesOf, type TestSamples } from '../observe/test-samples.js';
import { drawnWaves, planeText, type WaveGrid, waveGridOf } from '../observe/wave-grid.js';
import { type OtherSizes, resized } from '../run/resize-program.js';
import { finiteAnswer } from '../training/finite.js';

/** The model and the test image that are animated. */
export interface Watched {
  readonly experiment: Experiment;
  /** The folder of a finished run, whose weights are used; null for initial weights. */
  readonly run: string | null;
  /** The index of the test image; also the seed of untrained weights. */
  readonly image: number;
  readonly frames: number;
  /** Other inputs or steps than those of the experiment; its grid is that of the task. Null for its own. */
  readonly resize?: OtherSizes | null;
  /** Milliseconds a frame. */
  readonly delay: number;
  readonly cacheDir: string;
  /** Makes the samples of a person's task function if they are not in the cache. */
  readonly generatorOf?: GeneratorOf;
}

/**
 * The data with as few images as needed, since making thousands to look at one takes minutes. The samples of
 * a person's function are in the cache as a whole.
 */
const withFewImages = ({ experiment: { task }, image, run }: Watched): Task =>
  'folder' in task || (task.name === 'generated' && run !== null)
    ? task
    : { ...task, train: 1, validation: 0, test: image + 1 };

/**
 * The experiment's program for these images: a catalogued model is built for them, a whole program is resized
 * to their grid.
 */
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
        E.flatMap(({ graph }) => programFor({ ...model, graph }, loss, sizes)),
      )
    : pipe(programFor(model, loss, sizes), E.flatMap(other));
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
  { classes, read, noun }: TestSamples,
  program: Program,
  { experiment, run, image: index, frames, delay }: Watched,
): Promise<WavesPicture> => {
  const { batch, shown } = await read(program, index);
  const ofImages = noun === 'image';
  const { outputs } = await session.infer(batch, ofImages ? ['waves', 'logits'] : ['waves']);
  if (ofImages) finiteAnswer(outputs, classes.length, 1, index);
  const perPixel = ofImages && outputs.logits.length === shown.height * shown.width * classes.length;
  const { model } = experiment;
  return {
    samples: [
      {
        ...shown,
        // The predictions of an untrained model mean nothing.
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
  const { experiment, image, cacheDir, generatorOf, resize = null } = watched;
  return pipe(
    TE.Do,
    TE.bind('data', () => loadTask(withFewImages(watched), { cacheDir, generatorOf })),
    TE.let('samples', ({ data: { arrays, images } }) => samplesOf(arrays, images)),
    TE.bind('program', ({ data: { arrays, images } }) =>
      pipe(
        programAt(experiment, resize, images === null ? arrays.forms : shapeOfDataset(images)),
        // For arrays only the waves are drawn, which need no target.
        E.map((program) =>
          images === null && 'waves' in outputsOf(program.graph) ? select(program, 'waves') : program,
        ),
        TE.fromEither,
      ),
    ),
    TE.bind('grid', ({ program, samples }) => {
      const found = waveGridOf(program);
      if (found.kind === 'none')
        return TE.left(decodeError(experiment.name, `this model has no waves to play: ${found.why}`));
      return image < samples.count
        ? TE.right(found.grid)
        : TE.left(decodeError('--seed', `there are only ${samples.count} test ${samples.noun}s`));
    }),
    TE.bind('weights', ({ program }) => weightsOf(program, watched)),
    TE.flatMap(({ program, weights, grid, samples }) =>
      withSession(engine, program, weights, (session) => pictureOf(session, grid, samples, program, watched)),
    ),
    TE.flatMapEither(wavesGif),
  );
};
