/**
 * The record of a sweep: `runs/sweeps/NAME/sweep.json`.
 *
 * It holds the sweep, and the folder of the run of each member and seed. Only a run's own folder holds its
 * progress, so nothing in the record can become untrue.
 */

import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { record, whole, withOptional } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, type Effect, isRefused } from '../../base/error.js';
import { Kernels } from '../../engine/index.js';
import { type Member, type Sweep, sweepCodec } from '../../experiments/sweep/sweep.js';
import { ifPresent } from '../../files/files.js';
import { readChecked, writeChecked } from './sealed-json.js';

const placeCodec = record('place', {
  /** Index among the sweep's members. */
  member: whole(0, 1e6),
  seed: whole(0, 2 ** 32 - 1),
  /**
   * Folder of the run relative to the folder of all runs, with `/` between its parts; null until it is known,
   * for a task whose sizes are only known after its files are read.
   */
  folder: t.union([t.string, t.null]),
});

const codec = withOptional(
  record('sweep.json', { sweep: sweepCodec, engine: t.string, places: t.readonlyArray(placeCodec) }, [
    'kernels',
  ]),
  'kernels',
  Kernels,
);

/** What sweep.json holds. */
export type SweepFile = t.TypeOf<typeof codec>;

/** A run of a sweep; its folder is null until it is known, and exists once the run began. */
export interface PlacedRun {
  readonly member: Member;
  readonly seed: number;
  readonly folder: string | null;
}

/** A sweep as its record describes it. */
export interface SweepRecord {
  readonly sweep: Sweep;
  /** The engine of its runs. */
  readonly engine: string;
  /** The kernels of its runs. Null means fused, the default; only op by op is recorded. */
  readonly kernels: Kernels | null;
  /** In the order in which they are run. */
  readonly runs: readonly PlacedRun[];
}

/** The file of a sweep's record. */
export const sweepPath = (runs: string, name: string): string =>
  join(runs, 'sweeps', ...name.split('/'), 'sweep.json');

const recordsBelow = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.isFile() && entry.name === 'sweep.json') found.push(folder);
    if (entry.isDirectory()) found.push(...(await recordsBelow(join(folder, entry.name))));
  }
  return found;
};

/** The names of all sweeps that have a record in a folder of runs, sorted. */
export const recordedSweeps = async (runs: string): Promise<readonly string[]> => {
  const root = join(runs, 'sweeps');
  return (await recordsBelow(root)).map((folder) => relative(root, folder).split(sep).join('/')).sort();
};

/** Writes the record of a sweep, atomically and with a checksum. **Errors** FileError. */
export const writeSweep = (runs: string, file: SweepFile): Effect<string> =>
  writeChecked(sweepPath(runs, file.sweep.name), file);

/** Reads a sweep.json. **Errors** FileError; DecodeError, also of labels that are not what ran. */
export const readSweepFile = (path: string): Effect<SweepFile> =>
  pipe(
    readChecked(path, codec),
    TE.mapError((error) =>
      error._tag === 'DecodeError' && error.problems.some((problem) => problem.includes('the axis '))
        ? decodeError(
            path,
            error.problems,
            'its labels are not what ran; `drumhead sweep` of the same file writes it anew, and the runs themselves stand',
          )
        : error,
    ),
  );

/**
 * The record that a sweep goes on from, or why it cannot be used; null where there is none, as for a sweep that begins.
 *
 * **Errors** FileError where the system refuses to read it: nothing is known of what it holds, so it must not be replaced.
 */
export const readSweepSoFar = (runs: string, name: string): Effect<Checked<SweepFile> | null> => {
  const path = sweepPath(runs, name);
  return ifPresent(
    path,
    pipe(
      TE.fromTask<Checked<SweepFile>, DrumheadError>(readSweepFile(path)),
      TE.flatMapEither((read) => (E.isLeft(read) && isRefused(read.left) ? read : E.right(read))),
    ),
  );
};

/**
 * The runs of a sweep and their folders.
 *
 * @param runs the folder of all runs
 * @param name the sweep's name, such as `paper/small`
 *
 * **Errors** FileError if it never ran, DecodeError if its record is damaged or of a newer drumhead.
 *
 * @example
 * readSweep('runs', 'paper/small')   // right({ sweep, engine: 'wasm', runs: [{ member, seed: 0, folder: 'runs/…' }, …] })
 */
export const readSweep = (runs: string, name: string): Effect<SweepRecord> =>
  pipe(
    readSweepFile(sweepPath(runs, name)),
    TE.map(({ sweep, engine, kernels = null, places }) => ({
      sweep,
      engine,
      kernels,
      runs: places.flatMap(({ member, seed, folder }) =>
        member < sweep.members.length
          ? [
              {
                member: sweep.members[member],
                seed,
                folder: folder === null ? null : join(runs, ...folder.split('/')),
              },
            ]
          : [],
      ),
    })),
  );
