/** From a NAME on the command line to finished runs: a run folder, a folder of runs, an experiment, a sweep. */

import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import { mapSweep, type Sweep } from '../experiments/sweep.js';
import { sweepNames } from '../experiments/sweeps.js';
import { collect } from '../runner/collection.js';
import { files } from '../runner/folder.js';
import { sweepFrom } from './source.js';

/** Where runs are looked for, and at which size those of a name are meant. */
export interface RunsFlags {
  readonly runs: string;
  /** None: the runs at full size, or where there are none those at any. */
  readonly preset?: string;
  /** None: the seeds that the experiment names. */
  readonly seed?: number;
}

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** A run's folder or an import's; and a path to nothing, of which whoever opens it says so. */
const isOneRun = async (name: string): Promise<boolean> =>
  ((isAbsolute(name) || name.startsWith('.')) && !(await isThere(name))) ||
  (await isThere(join(name, files.program))) ||
  (await isThere(join(name, files.experiment)));

const finishedOf = (
  name: string,
  runs: string,
  otherwise: TE.TaskEither<DrumheadError, Sweep>,
): TE.TaskEither<DrumheadError, readonly string[]> =>
  pipe(
    collect(name, runs, otherwise),
    TE.map(({ runs: found }) =>
      found.flatMap(({ record }) => (record?.state === 'finished' ? [record.folder] : [])),
    ),
  );

/** The seed that the name of a run folder tells. */
const seedOfFolder = (folder: string): number | null => {
  const found = /seed-(\d+)-[0-9a-f]+$/.exec(folder);
  return found === null ? null : Number(found[1]);
};

/**
 * The folders of the finished runs that a name means, in the order of their seeds; the folder of a run is that run. Where
 * none was made as the name says now and no size was asked for, those that were made under that name at another size or
 * with other settings.
 *
 * @param otherwise what else a person can do where there is none
 *
 * **Errors** UnknownName, DecodeError where none of them is finished, FileError.
 */
export const finishedRuns = (
  name: string,
  flags: RunsFlags,
  otherwise = '',
): TE.TaskEither<DrumheadError, ReadonlyNonEmptyArray<string>> =>
  pipe(
    foundRuns(name, flags),
    TE.chainOptionK<DrumheadError>(() => {
      const { runs, preset, seed } = flags;
      const asked =
        (preset === undefined ? '' : ` --preset ${preset}`) + (seed === undefined ? '' : ` --seed ${seed}`);
      return decodeError(
        name,
        `none of its runs${asked === '' ? '' : ` at${asked}`} is finished in '${runs}'; ` +
          `\`drumhead ${sweepNames.includes(name) ? 'sweep' : 'run'} ${name}${asked}\` trains it${otherwise}`,
      );
    })(RNEA.fromReadonlyArray),
  );

/** The folders of the finished runs that a name means; none where none is finished. */
const foundRuns = (
  name: string,
  { runs, preset, seed }: RunsFlags,
): TE.TaskEither<DrumheadError, readonly string[]> => {
  const meant = pipe(
    sweepFrom(name, preset ?? 'full'),
    TE.map(mapSweep((experiment) => (seed === undefined ? experiment : { ...experiment, seeds: [seed] }))),
  );
  return pipe(
    TE.fromTask<boolean, DrumheadError>(() => isOneRun(name)),
    TE.chain((one) =>
      one
        ? TE.right<DrumheadError, readonly string[]>([name])
        : pipe(
            TE.Do,
            TE.bind('exact', () => finishedOf(name, runs, meant)),
            TE.bind('below', () => TE.fromTask(() => isThere(join(runs, name)))),
            TE.chain(({ exact, below }) =>
              exact.length === 0 && below && preset === undefined
                ? finishedOf(join(runs, name), runs, meant)
                : TE.right(exact),
            ),
          ),
    ),
    TE.map((found) =>
      seed === undefined ? found : found.filter((folder) => (seedOfFolder(folder) ?? seed) === seed),
    ),
  );
};

/** The first finished run that a name means; null where none is finished. **Errors** UnknownName, DecodeError, FileError. */
export const finishedRunOrNone = (
  name: string,
  flags: RunsFlags,
): TE.TaskEither<DrumheadError, string | null> =>
  pipe(
    foundRuns(name, flags),
    TE.map((found): string | null => found[0] ?? null),
  );

/** The first of them: what is meant where one run is looked at. **Errors** as `finishedRuns`. */
export const finishedRun = (name: string, flags: RunsFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(finishedRuns(name, flags), TE.map(RNEA.head));

/** Which of several finished runs was taken, in words; nothing where there is only one. */
export const takenWords = (all: readonly string[]): readonly string[] =>
  all.length < 2
    ? []
    : [`  the first of ${all.length} finished runs; another is meant by its folder or --seed`];
