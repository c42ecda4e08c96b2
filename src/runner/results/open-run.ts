/** Opens a finished run: its program with the kept weights, and its data. Nothing is written. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { sha256Hex } from '../../base/canonical.js';
import { decodeWith } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import type { Arrays } from '../../compile/tfjs/session/values.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import { matching, relabelled } from '../../data/classes/matched.js';
import type { Dataset } from '../../data/dataset.js';
import { loadTask } from '../../data/load.js';
import { decodeProgram, outputsOf, type Program, select } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import { imageScores, predictedClasses } from '../../experiments/scores/scores.js';
import { isPresent, readBytes } from '../../files/files.js';
import type { Sample, WaveSample } from '../../report/index.js';
import type { Environment } from '../environment.js';
import { notFinished } from '../export/trained.js';
import { openEngineFor } from '../folder/computed-on.js';
import { files, readJson } from '../folder/files.js';
import { labelOfRun } from '../folder/labels.js';
import { trainedClassesIn } from '../folder/record.js';
import { decodeManifest, decodeWeights } from '../folder/weights.js';
import { samplesOf, type TestSamples } from '../observe/test-samples.js';
import { drawnWaves, type WaveGrid, waveGridOf } from '../observe/wave-grid.js';
import { finiteAnswer } from '../training/finite.js';
import { type RunSummary, readRun } from './summary.js';
import { shortDigest } from './todays-data.js';

/** A run that can be computed with. */
export interface OpenRun {
  readonly run: RunSummary;
  /** Its label and its seed. */
  readonly title: string;
  readonly program: Program;
  readonly parameters: Arrays;
  /** Images; null for other arrays. */
  readonly dataset: Dataset | null;
  readonly samples: TestSamples;
  readonly engine: Engine;
}

/** The settings for opening a run. */
export type Opening = Pick<Environment, 'engine' | 'cache' | 'tell' | 'signal'>;

const readWeights = (folder: string): Effect<Arrays> => {
  const [manifest, values] = [join(folder, files.weights), join(folder, files.weightValues)];
  return pipe(
    TE.Do,
    TE.tap(() =>
      pipe(
        isPresent(manifest),
        TE.flatMap((there) =>
          there
            ? TE.right(undefined)
            : TE.left(
                decodeError(
                  folder,
                  'this run is not finished: it has no weights yet; `drumhead run` goes on with it',
                ),
              ),
        ),
        TE.flatMap(() => isPresent(join(folder, files.result))),
        TE.flatMap((there) => (there ? TE.right(undefined) : TE.left(notFinished(folder)))),
      ),
    ),
    TE.bind('entries', () =>
      pipe(
        readJson(manifest),
        TE.flatMapEither((json) => decodeManifest(json, manifest)),
      ),
    ),
    TE.bind('bytes', () => readBytes(values, 'array')),
    TE.bind('sha256', () =>
      pipe(
        readJson(join(folder, files.result)),
        TE.flatMapEither(
          decodeWith(t.type({ weights: t.type({ sha256: t.string }) }), join(folder, files.result)),
        ),
        TE.map(({ weights }) => weights.sha256),
      ),
    ),
    TE.flatMapEither(
      ({ entries, bytes, sha256 }): Checked<Arrays> =>
        sha256Hex(bytes) === sha256
          ? decodeWeights(entries, bytes, values)
          : E.left(decodeError(values, 'its checksum is not that of result.json; the file is damaged')),
    ),
  );
};

/**
 * Opens the run in a folder on the chosen engine.
 *
 * **Errors** DecodeError if it is not finished or its files are damaged; FileError, EngineError; errors of
 * its data.
 */
export const openRun = (folder: string, { engine, cache, tell, signal }: Opening): Effect<OpenRun> =>
  pipe(
    TE.Do,
    TE.bind('run', () => readRun(folder)),
    TE.bind('title', ({ run }) => TE.fromTask(async () => `${await labelOfRun(run)()}, seed ${run.seed}`)),
    TE.bind('parameters', () => readWeights(folder)),
    TE.bind('program', () =>
      pipe(
        readJson(join(folder, files.program)),
        TE.flatMapEither((json) => decodeProgram(json, join(folder, files.program))),
      ),
    ),
    TE.bind('engine', () => openEngineFor(folder, engine)),
    TE.bind('loaded', ({ run }) =>
      loadTask(run.experiment.task, {
        cacheDir: cache,
        signal,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
      }),
    ),
    TE.bind('own', ({ run }) =>
      TE.fromTask<readonly string[] | null, DrumheadError>(trainedClassesIn(folder, run.experiment.task)),
    ),
    TE.bind('dataset', ({ own, loaded: { images } }) =>
      TE.fromEither<DrumheadError, Dataset | null>(
        images === null ? E.right(null) : asTrained(folder, own ?? images.classes, images),
      ),
    ),
    TE.let('samples', ({ loaded, dataset }) => samplesOf(loaded.arrays, dataset)),
    TE.tapIO(({ run, loaded: { digest: data } }) => () => {
      if (data !== undefined && run.data !== null && data !== run.data)
        tell({
          kind: 'note',
          message: `the files of its task hold other data now (${shortDigest(data)}) than when ${folder} was trained (${shortDigest(run.data)})`,
        });
    }),
  );

/** The data with the classes in the order in which the run was trained on them. */
const asTrained = (folder: string, trained: readonly string[], loaded: Dataset): Checked<Dataset> =>
  pipe(
    matching(trained, loaded.classes),
    E.mapLeft((problem) => decodeError(folder, problem)),
    E.map((match) => relabelled(loaded, trained, match)),
  );

/** Runs work with a session of the run's program, or of another one that has parameters of the same names. */
export const withRunSession = <A>(
  { engine, parameters }: OpenRun,
  program: Program,
  work: (session: Session) => Promise<A>,
): Effect<A> => withSession(engine, program, parameters, work);

/** The grid of a run's waves. **Errors** DecodeError that says why it has none. */
export const runGridOf = ({ program, run }: OpenRun): Checked<WaveGrid> => {
  const found = waveGridOf(program);
  return found.kind === 'grid'
    ? E.right(found.grid)
    : E.left(decodeError(run.folder, `this model has no waves to look at: ${found.why}`));
};

/** The indices of the first test images, at most `most`: the default of commands that draw test images. */
export const firstImages = ({ samples: { count } }: OpenRun, most: number): readonly number[] =>
  Array.from({ length: Math.min(most, count) }, (_, i) => i);

/** Checks that samples exist. **Errors** DecodeError for one that does not. */
export const hasSamples = (
  { samples: { count, noun } }: OpenRun,
  indices: readonly number[],
): Checked<void> => {
  const missing = indices.find((i) => i >= count);
  return missing === undefined
    ? E.right(undefined)
    : E.left(decodeError('--samples', `there is no test ${noun} ${missing}: they are 0 to ${count - 1}`));
};

const givesPixels = ({ program, run, dataset }: OpenRun): Checked<void> => {
  if (dataset === null)
    return E.left(
      decodeError(
        run.folder,
        `its samples are arrays, not images; \`drumhead figure answers ${run.folder}\` draws what it answers`,
      ),
    );
  return outputsOf(program.graph).logits?.length === 3
    ? E.right(undefined)
    : E.left(decodeError(run.folder, 'this model gives whole images a class, not pixels'));
};

/** Runs the program on one test image; returns its prediction and the requested outputs. */
const observeOne = async (
  session: Session,
  { samples: { classes, read } }: OpenRun,
  program: Program,
  i: number,
  outputs: readonly string[],
) => {
  const { batch, shown } = await read(program, i);
  const found = await session.infer(batch, ['logits', ...outputs]);
  finiteAnswer(found.outputs, classes.length, 1, i);
  const prediction = predictedClasses(found.outputs.logits, classes.length);
  const { foregroundIou } = imageScores(prediction, Int32Array.from(shown.target));
  const sample: Sample = {
    ...shown,
    prediction,
    ...(foregroundIou === null ? {} : { note: `test foreground IoU ${foregroundIou.toFixed(2)}` }),
  };
  return { sample, outputs: found.outputs };
};

const inOrder = async <A>(
  indices: readonly number[],
  work: (i: number) => Promise<A>,
): Promise<readonly A[]> => {
  const done: A[] = [];
  for (const i of indices) done.push(await work(i));
  return done;
};

/**
 * Test images with their targets and predictions.
 *
 * **Errors** DecodeError for an image that does not exist, and for a model without a class for each pixel.
 */
export const observeImages = (open: OpenRun, indices: readonly number[]): Effect<readonly Sample[]> =>
  pipe(
    TE.fromEither(hasSamples(open, indices)),
    TE.flatMapEither(() => givesPixels(open)),
    TE.map(() => ({ program: select(open.program, 'logits') })),
    TE.flatMap(({ program }) =>
      withRunSession(open, program, (session) =>
        inOrder(indices, async (i) => (await observeOne(session, open, program, i, [])).sample),
      ),
    ),
  );

/** Arrays with their waves only, since the answers do not have the shape of the lattice. */
const observeArrays = (open: OpenRun, indices: readonly number[]): Effect<readonly WaveSample[]> =>
  pipe(
    TE.fromEither(runGridOf(open)),
    TE.bindTo('grid'),
    TE.let('program', () => select(open.program, 'waves')),
    TE.flatMap(({ grid, program }) =>
      withRunSession(open, program, (session) =>
        inOrder(indices, async (i): Promise<WaveSample> => {
          const { batch, shown } = await open.samples.read(program, i);
          const { outputs } = await session.infer(batch, ['waves']);
          return { ...shown, ...drawnWaves(grid, outputs.waves) };
        }),
      ),
    ),
  );

/**
 * The same with their waves.
 *
 * **Errors** As `observeImages`; DecodeError for a model without waves.
 */
export const observeSamples = (open: OpenRun, indices: readonly number[]): Effect<readonly WaveSample[]> =>
  pipe(
    TE.fromEither(hasSamples(open, indices)),
    TE.flatMap(() => (open.dataset === null ? observeArrays(open, indices) : observePixels(open, indices))),
  );

const observePixels = (open: OpenRun, indices: readonly number[]): Effect<readonly WaveSample[]> =>
  pipe(
    TE.Do,
    TE.tapEither(() => givesPixels(open)),
    TE.bind('grid', () => TE.fromEither(runGridOf(open))),
    TE.let('program', () => select(open.program, 'logits', 'waves')),
    TE.flatMap(({ grid, program }) =>
      withRunSession(open, program, (session) =>
        inOrder(indices, async (i) => {
          const { sample, outputs } = await observeOne(session, open, program, i, ['waves']);
          return { ...sample, ...drawnWaves(grid, outputs.waves) };
        }),
      ),
    ),
  );
