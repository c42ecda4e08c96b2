/** How far a run is, from its folder alone; nothing is written there and nobody's work is disturbed. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { sha256Hex } from '../base/canonical.js';
import { type DrumheadError, decodeError, describe } from '../base/error.js';
import { decodeExperiment, type Experiment } from '../experiments/experiment.js';
import { experimentLabels } from '../experiments/label.js';
import { type Position, readPosition } from './checkpoint.js';
import { readFailure } from './failure.js';
import { files, readJson } from './folder.js';
import { workerIn } from './lock.js';
import { readProgress } from './progress.js';
import { type RunRecord, readRunRecord } from './record.js';
import { type Result, readResult, readWeightValues } from './result.js';
import type { EpochMetrics } from './state.js';

const readExperiment = (path: string): TE.TaskEither<DrumheadError, Experiment> =>
  pipe(
    readJson(path),
    TE.chainEitherK((json) => decodeExperiment(json, path)),
  );

export const runStates = ['finished', 'running', 'unfinished', 'failed', 'damaged', 'not begun'] as const;
export type RunState = (typeof runStates)[number];

/** A run as its folder tells it. */
export interface RunStatus {
  readonly folder: string;
  /** Its experiment; null where the folder does not tell. */
  readonly name: string | null;
  /** What its experiment is called among those beside it. */
  readonly label: string;
  readonly seed: number | null;
  readonly state: RunState;
  /** The process that works on it. */
  readonly pid: number | null;
  /** Epochs done, and those planned. */
  readonly epoch: number;
  readonly epochs: number | null;
  /** Of the last epoch that was kept. */
  readonly last: EpochMetrics | null;
  readonly result: Result | null;
  /** While it runs, as it said last. */
  readonly secondsLeft: number | null;
  /** What is wrong, in one line. */
  readonly problem: string | null;
}

/** A run that has no folder yet. */
export const notBegun = (
  folder: string,
  { name, label, seed, epochs }: Pick<RunStatus, 'name' | 'label' | 'seed' | 'epochs'>,
): RunStatus => ({
  folder,
  name,
  label,
  seed,
  state: 'not begun',
  pid: null,
  epoch: 0,
  epochs,
  last: null,
  result: null,
  secondsLeft: null,
  problem: null,
});

const firstLine = (error: DrumheadError): string => describe(error).split('\n')[0];

/** The seed that a folder's name tells, where nothing in it does. */
const seedOf = (folder: string): number | null => {
  const found = /seed-(\d+)-[0-9a-f]+$/.exec(folder);
  return found === null ? null : Number(found[1]);
};

/** Whether experiment.json and program.json are as they were written. */
const recordIsWhole = (folder: string, record: RunRecord): TE.TaskEither<DrumheadError, void> =>
  pipe(
    [
      [files.experiment, record.experiment],
      [files.program, record.program],
    ] as const,
    TE.traverseSeqArray(([name, wanted]) => {
      const path = join(folder, name);
      return pipe(
        TE.tryCatch(
          () => readFile(path),
          () => decodeError(path, 'it is missing'),
        ),
        TE.filterOrElse(
          (bytes) => sha256Hex(bytes) === wanted,
          () => decodeError(path, 'it is not what was written; the file is damaged or was edited'),
        ),
      );
    }),
    TE.map(() => undefined),
  );

interface Readings {
  readonly record: E.Either<DrumheadError, RunRecord>;
  readonly position: E.Either<DrumheadError, Position | null>;
  readonly result: E.Either<DrumheadError, Result | null>;
  readonly failure: string | null;
  readonly pid: number | null;
}

const rightOf = <A>(read: E.Either<DrumheadError, A>): A | null => (E.isRight(read) ? read.right : null);

const hasBegun = (
  result: E.Either<DrumheadError, Result | null>,
  position: E.Either<DrumheadError, Position | null>,
): boolean => rightOf(result) !== null || rightOf(position) !== null;

const stateOf = ({ record, position, result, failure, pid }: Readings): [RunState, string | null] => {
  if (pid !== null) return ['running', null];
  // Runs made before there was a record have none.
  const older = E.isLeft(record) && record.left._tag === 'FileError' && hasBegun(result, position);
  const damage = [...(older ? [] : [record]), result, position].find(E.isLeft);
  if (damage !== undefined) return ['damaged', firstLine(damage.left)];
  if (rightOf(result) !== null) return ['finished', null];
  return failure === null ? ['unfinished', null] : ['failed', failure.split('\n')[0]];
};

/**
 * How far the run in a folder is.
 *
 * @param thorough also reads its weights and compares every file with what was written
 *
 * @example
 * statusOf('runs/tetrominoes/nwm-linear/seed-0-0123456789', false)   // { state: 'unfinished', epoch: 3, epochs: 25, … }
 */
export const statusOf = async (folder: string, thorough: boolean): Promise<RunStatus> => {
  const record = await pipe(
    readRunRecord(folder),
    TE.chainFirst((found) => (thorough ? recordIsWhole(folder, found) : TE.right(undefined))),
  )();
  const result = await pipe(
    readResult(folder),
    TE.chainFirst((found) =>
      thorough && found !== null ? readWeightValues(folder, found) : TE.right(new Uint8Array()),
    ),
  )();
  const position = await readPosition(folder)();
  const failure = rightOf(await readFailure(folder)());
  const pid = await workerIn(folder);
  const progress = pid === null ? null : rightOf(await readProgress(folder)());
  const [state, problem] = stateOf({ record, position, result, failure, pid });
  const known = rightOf(record);
  const last = rightOf(position)?.history.at(-1) ?? null;
  const finished = rightOf(result);
  return {
    folder,
    name: known?.name ?? finished?.name ?? null,
    label: known?.name ?? finished?.name ?? folder,
    seed: known?.seed ?? finished?.seed ?? seedOf(folder),
    state,
    pid,
    epoch: finished?.epochs ?? rightOf(position)?.epoch ?? 0,
    epochs: known?.epochs ?? null,
    last,
    result: finished,
    secondsLeft: progress?.secondsLeft ?? null,
    problem,
  };
};

/**
 * How far the runs in these folders are, each under a label that tells its experiment from the others.
 *
 * @param thorough as `statusOf` takes it
 */
export const statusesOf = async (
  folders: readonly string[],
  thorough: boolean,
): Promise<readonly RunStatus[]> => {
  const found: { readonly status: RunStatus; readonly experiment: Experiment | null }[] = [];
  for (const folder of folders) {
    const experiment = rightOf(await readExperiment(join(folder, files.experiment))());
    found.push({ status: await statusOf(folder, thorough), experiment });
  }
  const labels = experimentLabels(found.flatMap(({ experiment }) => experiment ?? []));
  const next = labels.values();
  return found.map(({ status, experiment }) =>
    experiment === null ? status : { ...status, label: next.next().value?.name ?? status.label },
  );
};
