/**
 * Run folders as values: the experiment, the state, the scores. Nothing is written; a damaged folder becomes a note.
 */

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { type DrumheadError, type Effect, errorMessage, isRefused } from '../../base/error.js';
import { settled } from '../../data/own/whereabouts.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import type { Measures } from '../../experiments/scores/measures.js';
import { ifPresent, readBytes } from '../../files/files.js';
import { pathFault } from '../../files/path-fault.js';
import { checkFigures, checkSeals } from '../folder/check-seals.js';
import { type ComputedOn, readComputedOn } from '../folder/computed-on.js';
import { readFailure } from '../folder/failure.js';
import { files, parseJson, readJson } from '../folder/files.js';
import { isRunFolderName, runFoldersBelow } from '../folder/paths.js';
import { dataDigestIn } from '../folder/record.js';
import { type EpochMetrics, epochMetricsCodec, scoresCodec } from '../training/state.js';

/** A run folder in memory. */
export interface RunSummary extends ComputedOn {
  readonly folder: string;
  readonly experiment: Experiment;
  readonly seed: number;
  readonly state: 'finished' | 'unfinished' | 'failed';
  readonly identity: string | null;
  /** The digest of its data, if these come from a person's files and the run records it. */
  readonly data: string | null;
  /** The number of finished epochs. */
  readonly epochs: number;
  /** The epoch whose weights were kept; null until it is finished. */
  readonly best: number | null;
  /** On the test samples; null until it is finished. */
  readonly scores: Measures | null;
  /** The number of values in all parameters; null until it is finished. */
  readonly parameters: number | null;
  readonly history: readonly EpochMetrics[];
}

/** The folder of a run that cannot be shown, and why. */
export interface UnreadRun {
  readonly folder: string;
  /** `cannot be read` if the system refused its files, so that nothing is known of them. */
  readonly state: 'damaged' | 'cannot be read';
}

/** The runs of a folder, those that cannot be shown, and a sentence for each of these. */
export interface RunsFound {
  readonly runs: readonly RunSummary[];
  readonly unread: readonly UnreadRun[];
  readonly notes: readonly string[];
}

/** The parts of result.json that tables show, also of early versions. */
const resultCodec = t.type({
  identity: t.string,
  epoch: t.number,
  epochs: t.number,
  test: scoresCodec,
  weights: t.type({ parameters: t.number }),
});

/** Early files of runs carry a seal inside, which is no part of the experiment. */
const withoutSeal = (value: unknown): unknown => {
  if (!t.UnknownRecord.is(value)) return value;
  const { format: _, checksum: __, ...rest } = value;
  return rest;
};

/** Reads a JSON file; null if there is none. */
const readIfPresent = <A>(path: string, codec: t.Decoder<unknown, A>): Effect<A | null> =>
  ifPresent(path, pipe(readJson(path), TE.flatMapEither(decodeWith(codec, path))));

/** Lines of metrics.ndjson. A last line cut short by a kill is left out. */
export const readMetrics = (path: string): Effect<readonly EpochMetrics[]> =>
  pipe(
    ifPresent(path, readBytes(path, 'array')),
    TE.map((bytes) =>
      new TextDecoder()
        .decode(bytes ?? new Uint8Array())
        .split('\n')
        .filter((line) => line.trim() !== ''),
    ),
    TE.flatMapEither((lines) =>
      pipe(
        lines,
        A.traverseWithIndex(E.Applicative)((i, line) =>
          pipe(
            parseJson(line, `${path} line ${i + 1}`),
            E.flatMap(decodeWith(epochMetricsCodec, `${path} line ${i + 1}`)),
            E.match(
              (error) =>
                i === lines.length - 1
                  ? E.right<DrumheadError, readonly EpochMetrics[]>([])
                  : E.left<DrumheadError, readonly EpochMetrics[]>(error),
              (metrics) => E.right<DrumheadError, readonly EpochMetrics[]>([metrics]),
            ),
          ),
        ),
        E.map(A.flatten),
      ),
    ),
  );

/**
 * One run folder.
 *
 * **Errors** FileError if there is none; DecodeError if its experiment, metrics or result are damaged.
 */
export const readRun = (folder: string): Effect<RunSummary> =>
  pipe(
    checkSeals(folder),
    TE.bindTo('whole'),
    TE.bind('experiment', () =>
      pipe(
        readJson(join(folder, files.experiment)),
        TE.flatMapEither((json) => decodeExperiment(withoutSeal(json), join(folder, files.experiment))),
      ),
    ),
    // The folder of a task may have been moved behind a link since.
    TE.bind('task', ({ experiment }) => TE.fromTask(() => settled(experiment.task))),
    TE.bind('computedOn', () => readComputedOn(folder)),
    TE.bind('data', () => TE.fromTask<string | null, DrumheadError>(dataDigestIn(folder))),
    TE.bind('result', () => readIfPresent(join(folder, files.result), resultCodec)),
    TE.bind('history', () => readMetrics(join(folder, files.metrics))),
    // A failure that cannot be read still counts as one.
    TE.bind('failure', () =>
      pipe(
        readFailure(folder),
        TE.orElse(() => TE.right<DrumheadError, string | null>('unknown')),
      ),
    ),
    TE.map(
      ({ experiment, task, computedOn, data, result, history, failure }): RunSummary => ({
        folder,
        experiment: { ...experiment, task },
        seed: experiment.seeds[0],
        ...computedOn,
        state: result !== null ? 'finished' : failure === null ? 'unfinished' : 'failed',
        identity: result?.identity ?? null,
        data,
        epochs: result?.epochs ?? history.length,
        best: result?.epoch ?? null,
        scores: result?.test ?? null,
        parameters: result?.weights.parameters ?? null,
        history,
      }),
    ),
  );

/** Reads each of these folders; one that cannot be read becomes a note. */
export const readRunFolders =
  (folders: readonly string[]): Effect<RunsFound> =>
  async () => {
    const runs: RunSummary[] = [];
    const unread: UnreadRun[] = [];
    const notes: string[] = [];
    for (const folder of folders) {
      const read = await readRun(folder)();
      if (E.isRight(read)) {
        runs.push(read.right);
        const figures = await checkFigures(folder)();
        if (E.isLeft(figures))
          notes.push(`${errorMessage(figures.left)}; only its pictures in reports depend on it`);
      } else {
        unread.push({ folder, state: isRefused(read.left) ? 'cannot be read' : 'damaged' });
        notes.push(`left out: ${errorMessage(read.left).split('\n')[0]}`);
      }
    }
    return E.right({ runs, unread, notes });
  };

/** A run whose folder was copied counts once, in the first folder; a note names the others. */
const onceEach = ({ runs, unread, notes }: RunsFound): RunsFound => {
  const first = new Map<string, string>();
  const again: string[] = [];
  const kept = runs.filter(({ identity, folder }) => {
    const before = identity === null ? undefined : first.get(identity);
    if (before !== undefined) again.push(`left out: ${folder} is the same run as ${before}`);
    else if (identity !== null) first.set(identity, folder);
    return before === undefined;
  });
  return { runs: kept, unread, notes: [...notes, ...again] };
};

/**
 * All runs below a folder, which may itself be one; each once.
 *
 * **Errors** FileError if there is no such folder.
 *
 * @example
 * readRuns('runs')   // right({ runs: [{ folder: 'runs/tetrominoes/nwm-linear/seed-0-…', state: 'finished', … }], unread: [], notes: [] })
 */
export const readRuns = (folder: string): Effect<RunsFound> =>
  pipe(
    TE.tryCatch(
      async () => {
        await readdir(folder);
        return isRunFolderName(basename(folder)) ? [folder] : await runFoldersBelow(folder);
      },
      (cause) => pathFault(folder, cause),
    ),
    TE.flatMap(readRunFolders),
    TE.map(onceEach),
  );
