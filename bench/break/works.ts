/** Works that change files. Each has its own folder, so that all can be broken in the same ways. */

import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type Effect, errorMessage } from '../../src/base/error.js';
import type { Dataset } from '../../src/data/dataset.js';
import { loadDataset } from '../../src/data/load.js';
import { writeNpyPairs } from '../../src/data/own/pairs/npy-pairs.js';
import { writePngPairs } from '../../src/data/own/pairs/write-png-pairs.js';
import { sweepOf, trainingAxis, vary } from '../../src/experiments/sweep/sweep.js';
import { mayPutFile } from '../../src/files/put-files.js';
import { encodeNpy } from '../../src/formats/npy/npy.js';
import { type ExportFormat, exportTrained, readTrained } from '../../src/runner/export/index.js';
import { readPosition } from '../../src/runner/folder/ongoing/checkpoint.js';
import { importInto } from '../../src/runner/import/index.js';
import { runProgram } from '../../src/runner/import/run.js';
import { epochsTable, queryToParquet, runsTable } from '../../src/runner/results/query/index.js';
import { readRuns } from '../../src/runner/results/summary.js';
import { runExperiment } from '../../src/runner/run/run.js';
import type { Job } from '../../src/runner/sweep/job.js';
import { runSweep } from '../../src/runner/sweep/run.js';
import { environmentIn, must, tiny } from './tiny.js';

type Done = Promise<Checked<unknown>>;

export interface Work {
  readonly name: string;
  /** The weight of this work among the rounds. */
  readonly weight: number;
  /** Prepares the files before the work, in an empty folder. */
  readonly before: (folder: string) => Promise<void>;
  /** Does the work, or continues it. Epochs are reported once they are saved. */
  readonly run: (folder: string, finished: (epochs: number) => void) => Done;
  /** The number of saved epochs; null if the work saves none. Called while nothing else works there. */
  readonly kept: ((folder: string) => Promise<number>) | null;
  /**
   * The path of an export, which must be the whole earlier or the whole new one after any kill; null if the
   * work writes none.
   */
  readonly export: string | null;
}

/** The number of saved epochs in the run folders below a folder. */
const epochsIn = async (folder: string): Promise<number> => {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let epochs = 0;
  for (const name of names.filter((one) => /seed-\d+-[0-9a-f]+$/.test(one))) {
    const position = await readPosition(join(folder, name))();
    if (E.isLeft(position)) throw new Error(errorMessage(position.left));
    epochs += position.right?.epoch ?? 0;
  }
  return epochs;
};

const training = (workers: number): Work => ({
  name: `training on ${workers === 1 ? 'one thread' : `${workers} threads`}`,
  // Threads take seconds to start.
  weight: workers === 1 ? 32 : 1,
  before: async () => {},
  run: (folder, finished) =>
    runExperiment(
      tiny,
      0,
    )(
      environmentIn(folder, workers, (event) => {
        if (event.kind === 'epoch') finished(event.epoch);
      }),
    )(),
  kept: epochsIn,
  export: null,
});

/** Runs a run of a sweep in this process, so that the broken disk applies to it. */
const jobHere =
  (finished: (epochs: number) => void): Job =>
  async (request, tell) => {
    const { experiment, seed, runs, cache, workers, pictures } = request;
    let told = 0;
    const done = await runExperiment(
      experiment,
      seed,
    )({
      engine: 'wasm',
      runs,
      cache,
      workers,
      pictures,
      now: () => performance.now() / 1000,
      tell: (event) => {
        if (event.kind === 'start') tell({ kind: 'begins', folder: event.folder, epochs: event.epochs });
        if (event.kind === 'epoch') finished(++told);
      },
      signal: new AbortController().signal,
    })();
    return E.isRight(done)
      ? { kind: 'finished', folder: done.right.folder, before: done.right.before, foregroundIou: null }
      : { kind: 'failed', message: errorMessage(done.left) };
  };

const sweep: Work = {
  name: 'sweep of two runs',
  weight: 9,
  before: async () => {},
  run: async (folder) => {
    const of = pipe({ ...sweepOf(tiny), name: 'tiny/sweep' }, vary(trainingAxis('rate'), [0.01, 0.02]));
    const done = await runSweep(of)({
      ...environmentIn(folder, 1),
      jobs: 1,
      job: jobHere(() => {}),
      tell: () => {},
    })();
    // A sweep continues after a failed run and reports it.
    return E.isRight(done) && done.right.failed.length > 0
      ? E.left({ _tag: 'Mismatch', message: done.right.failed[0].message })
      : done;
  },
  kept: epochsIn,
  export: null,
};

/** Works that write a folder from the finished run in `source`, over a folder that another run wrote. */
const writing = (
  name: string,
  weight: number,
  source: string,
  other: string,
  write: (from: string, to: string) => Effect<unknown>,
): Work => ({
  name,
  weight,
  before: async (folder) => {
    must(await write(other, join(folder, 'out'))());
  },
  run: (folder) => write(source, join(folder, 'out'))(),
  kept: null,
  export: 'out',
});

const exporting =
  (format: ExportFormat) =>
  (from: string, to: string): Effect<unknown> =>
    pipe(
      readTrained(from),
      TE.flatMap((trained) => exportTrained(trained, format, to)),
    );

/** Whether a path belongs to the run of seed 0; with only one run in the folder no other is found. */
const isOfSeed0 = (path: string): boolean => !/seed-[1-9]/.test(path);

/** All works, with the finished runs that some of them begin from. */
export const worksIn = async (folder: string): Promise<readonly Work[]> => {
  const given = join(folder, 'given');
  await mkdir(given, { recursive: true });
  const finished = async (seed: number): Promise<string> =>
    must(await runExperiment(tiny, seed)(environmentIn(given, 1))()).folder;
  const [source, other] = [await finished(0), await finished(1)];
  const taken = async (from: string, format: ExportFormat, to: string): Promise<string> => {
    must(await exporting(format)(from, join(given, to))());
    return join(given, to);
  };
  const [tensors, others] = [await taken(source, 'safetensors', 'a'), await taken(other, 'safetensors', 'b')];
  const input = join(given, 'image.npy');
  const image = must(
    encodeNpy({ dtype: 'float32', shape: [1, 16, 16, 3], data: new Float32Array(768).fill(0.5) }),
  );
  await writeFile(input, image);
  const dataset = must(await loadDataset(tiny.task)());
  const otherData = must(await loadDataset({ ...tiny.task, seed: 5 })());
  const dataOf = (from: string): Dataset => (from === source ? dataset : otherData);
  const parquet = (folderOf: string): Effect<unknown> =>
    pipe(
      mayPutFile(join(folderOf, 'epochs.parquet')),
      TE.flatMap(() => readRuns(join(given, 'runs'))),
      TE.flatMap(({ runs }) =>
        queryToParquet(
          [runsTable(runs, () => []), epochsTable(runs, () => [])],
          'select experiment, seed, epoch, train_loss from epochs order by all',
          join(folderOf, 'epochs.parquet'),
        ),
      ),
    );
  return [
    training(1),
    training(2),
    sweep,
    {
      ...training(1),
      name: 'a finished run, met again',
      weight: 6,
      before: (folder) =>
        cp(join(given, 'runs'), join(folder, 'runs'), { recursive: true, filter: isOfSeed0 }),
    },
    writing('export as program', 7, source, other, exporting('program')),
    writing('export as safetensors', 7, source, other, exporting('safetensors')),
    writing('export as graph-model', 4, source, other, exporting('graph-model')),
    writing('import', 7, tensors, others, (from, to) =>
      importInto(join(from, 'weights.safetensors'), null, to),
    ),
    writing('run-program', 7, source, other, (from, to) => runProgram(from, [input], to, 'wasm')),
    writing('data --export as npy', 7, source, other, (from, to) => writeNpyPairs(dataOf(from), to)),
    writing('data --export as png', 4, source, other, (from, to) => writePngPairs(dataOf(from), to)),
    {
      name: 'query --parquet',
      weight: 3,
      before: async () => {},
      run: (to) => parquet(to)(),
      kept: null,
      export: null,
    },
  ];
};

/** Prepares a work's folder. */
export const begin = async (work: Work, folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await work.before(folder);
};
