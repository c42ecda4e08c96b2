/**
 * Checks that a run folder holds what was written there. Every reader of runs calls this, so that all of them agree.
 *
 * run.json, environment.json, result.json and figures.json carry their own checksums. run.json also holds those of experiment.json
 * and program.json, result.json those of metrics.ndjson and weights.bin. weights.json follows from the program. An
 * imported folder is compared with the list of its files.
 */

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf } from '../../base/canonical.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
  fileError,
} from '../../base/error.js';
import { decodeProgram, parametersOf } from '../../dsl/index.js';
import { readBytes, readBytesIfPresent } from '../../files/files.js';
import { asWritten, digestsFor, readList } from '../../files/manifest.js';
import { files, parseJson } from './files.js';
import { isFromLater } from './seal.js';
import { readCheckedIfPresent } from './sealed-json.js';
import { weightsManifest } from './weights.js';

/** The checksums that run.json holds. */
const recordCodec = t.intersection([
  t.type({ experiment: t.string, program: t.string }),
  t.partial({ identity: t.string, figures: t.literal('sealed') }),
]);

/** The identity that figures.json holds. */
const figuresCodec = t.partial({ run: t.string });

/** The checksums that result.json holds; early versions recorded fewer. */
const resultCodec = t.type({
  weights: t.partial({ sha256: t.string }),
  metrics: t.union([t.undefined, t.type({ sha256: t.string })]),
});

/**
 * Checksums by path, each with size and time of the file, which show whether it is still the same: tables
 * read the same weights again and again.
 */
const known = new Map<string, { readonly stamp: string; readonly sha256: string }>();
const mostKnown = 50_000;

const sumOf = (path: string): Effect<string> =>
  pipe(
    TE.tryCatch(
      async () => {
        const { size, mtimeMs, ctimeMs, ino } = await stat(path);
        return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
      },
      (cause) =>
        cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
          ? decodeError(path, 'it is missing')
          : fileError(path, cause),
    ),
    TE.flatMap((stamp) => {
      const before = known.get(path);
      if (before?.stamp === stamp) return TE.right(before.sha256);
      return pipe(
        readBytes(path, 'array'),
        TE.map((bytes) => {
          // Node's own hash is faster: tables read the weights of hundreds of runs.
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          if (known.size >= mostKnown) known.clear();
          known.set(path, { stamp, sha256 });
          return sha256;
        }),
      );
    }),
  );

const holds = (
  folder: string,
  name: string,
  wanted: string | undefined,
  advice: readonly string[] = [],
): Effect<void> =>
  wanted === undefined
    ? TE.right(undefined)
    : pipe(
        sumOf(join(folder, name)),
        TE.filterOrElse(
          (found) => found === wanted,
          (): DrumheadError =>
            decodeError(
              join(folder, name),
              ['it is not what was written; the file is damaged or was edited', ...advice].join('. '),
            ),
        ),
        TE.map(() => undefined),
      );

const jsonOf = (path: string): Effect<unknown> =>
  pipe(
    readBytesIfPresent(path),
    TE.flatMapEither((bytes) =>
      bytes === null
        ? E.left(decodeError(path, 'it is missing'))
        : parseJson(new TextDecoder().decode(bytes), path),
    ),
  );

/**
 * weights.json must list the weights in the program's order: swapped names would give each the values of the other.
 */
const namesFollow = (folder: string): Effect<void> => {
  const [list, program] = [join(folder, files.weights), join(folder, files.program)];
  return pipe(
    TE.Do,
    TE.bind('found', () => jsonOf(list)),
    TE.bindW('declared', () =>
      pipe(
        jsonOf(program),
        TE.flatMapEither((json) => decodeProgram(json, program)),
        TE.map(({ graph }) => parametersOf(graph)),
      ),
    ),
    TE.flatMapEither(({ found, declared }) =>
      hashOf(found) === hashOf(weightsManifest(declared, 'weights.bin'))
        ? E.right(undefined)
        : E.left(
            decodeError(
              list,
              'it does not list the weights of the program; the file is damaged or was edited',
            ),
          ),
    ),
  );
};

/**
 * Checks that figures.json is of this run. Scores and weights do not depend on it, so that a table keeps the run and says
 * what is wrong. Runs that drew nothing have none, and earlier versions did not seal it.
 *
 * **Errors** DecodeError if it is damaged or of another run; FileError.
 */
export const checkFigures = (folder: string): Effect<void> => {
  const path = join(folder, files.figures);
  return pipe(
    TE.Do,
    TE.bind('found', () => readCheckedIfPresent(path, figuresCodec)),
    TE.bind('record', ({ found }) =>
      found === null ? TE.right(null) : readCheckedIfPresent(join(folder, files.run), recordCodec),
    ),
    TE.flatMapEither(({ found, record }) =>
      found === null ||
      (found.run === undefined ? record?.figures === undefined : found.run === record?.identity)
        ? E.right(undefined)
        : E.left(decodeError(path, 'it is not of this run; the file is damaged or was replaced')),
    ),
  );
};

/** The problems as one error: an error of the disk first, else all damage together. */
const together = (folder: string, checks: readonly Checked<unknown>[]): Checked<void> => {
  const wrong = checks.flatMap((check) => (E.isLeft(check) ? [check.left] : []));
  const first = wrong.find((error) => error._tag === 'FileError' || isFromLater(error)) ?? wrong[0];
  if (first === undefined) return E.right(undefined);
  return wrong.length === 1 || first._tag === 'FileError' || isFromLater(first)
    ? E.left(first)
    : E.left(decodeError(folder, wrong.map(errorMessage)));
};

/**
 * Checks the files that describe a run: run.json, experiment.json, environment.json, and the list of an
 * import.
 *
 * **Errors** as `checkSeals`.
 */
export const checkRecord =
  (folder: string): Effect<void> =>
  async () => {
    const record = await readCheckedIfPresent(join(folder, files.run), recordCodec)();
    const sums = E.isRight(record) ? record.right : null;
    return together(folder, [
      await asWritten(folder)(),
      record,
      await readCheckedIfPresent(join(folder, files.environment), t.UnknownRecord)(),
      await holds(folder, files.experiment, sums?.experiment)(),
    ]);
  };

/** The digest of experiment.json in the list of an import; undefined where none was listed. */
const listedExperiment = (folder: string): Effect<string | undefined> =>
  TE.tryCatch(
    async () => digestsFor((await readList(folder)) ?? {}, files.experiment)[0],
    (cause) => fileError(folder, cause),
  );

/**
 * Checks only the experiment.json of a run or an import, when a person names that file: an edited file no
 * longer describes what ran.
 *
 * **Errors** DecodeError if it is not what was written, or the record beside it is damaged; FileError.
 */
export const checkExperiment = (folder: string): Effect<void> =>
  pipe(
    TE.Do,
    TE.bind('record', () => readCheckedIfPresent(join(folder, files.run), recordCodec)),
    TE.bind('listed', () => listedExperiment(folder)),
    TE.flatMap(({ record, listed }) =>
      holds(folder, files.experiment, record?.experiment ?? listed, [
        'To run what it says now, copy it to a file elsewhere',
      ]),
    ),
  );

/**
 * Checks all files of a run folder that its scores depend on; `checkFigures` checks figures.json.
 *
 * **Errors** DecodeError with a line for each file that has changed, or if a newer drumhead wrote it;
 * FileError.
 */
export const checkSeals =
  (folder: string): Effect<void> =>
  async () => {
    const record = await readCheckedIfPresent(join(folder, files.run), recordCodec)();
    const result = await readCheckedIfPresent(join(folder, files.result), resultCodec)();
    const sums = E.isRight(record) ? record.right : null;
    const ends = E.isRight(result) ? result.right : null;
    // A result that records the checksum of its metrics always has a run.json beside it.
    const missing = sums === null && ends?.metrics !== undefined && E.isRight(record);
    const environment = await readCheckedIfPresent(join(folder, files.environment), t.UnknownRecord)();
    const program = await holds(folder, files.program, sums?.program)();
    const checks: readonly Checked<unknown>[] = [
      await asWritten(folder)(),
      missing ? E.left(decodeError(join(folder, files.run), 'it is missing')) : record,
      result,
      // A run that was killed before its first step may have no metrics yet.
      E.isRight(environment) && environment.right === null && sums !== null && ends !== null
        ? E.left(decodeError(join(folder, files.environment), 'it is missing'))
        : environment,
      await holds(folder, files.experiment, sums?.experiment)(),
      program,
      await holds(folder, files.metrics, ends?.metrics?.sha256)(),
      ...(sums === null || ends === null
        ? []
        : [
            await holds(folder, files.weightValues, ends.weights.sha256)(),
            ...(E.isRight(program) ? [await namesFollow(folder)()] : []),
          ]),
    ];
    return together(folder, checks);
  };
