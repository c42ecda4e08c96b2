/** From a NAME on the command line to finished runs: a run folder, a folder of runs, an experiment, a sweep. */

import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import type { Sweep } from '../experiments/sweep.js';
import { sweepNames } from '../experiments/sweeps.js';
import { collect } from '../runner/collection.js';
import { files } from '../runner/folder.js';
import { sweepFrom } from './source.js';

/** Where runs are looked for, and at which size those of a name are meant. */
export interface RunsFlags {
  readonly runs: string;
  readonly preset: string;
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

/**
 * The folders of the finished runs that a name means, in the order of their seeds; the folder of a run is that run. Where
 * none was made as the name says now, those that were made under that name at another size or with other settings.
 *
 * **Errors** UnknownName, DecodeError where none of them is finished, FileError.
 */
export const finishedRuns = (
  name: string,
  { runs, preset }: RunsFlags,
): TE.TaskEither<DrumheadError, ReadonlyNonEmptyArray<string>> =>
  pipe(
    TE.fromTask<boolean, DrumheadError>(() => isOneRun(name)),
    TE.chain((one) =>
      one
        ? TE.right<DrumheadError, readonly string[]>([name])
        : pipe(
            TE.Do,
            TE.bind('exact', () => finishedOf(name, runs, sweepFrom(name, preset))),
            TE.bind('below', () => TE.fromTask(() => isThere(join(runs, name)))),
            TE.chain(({ exact, below }) =>
              exact.length === 0 && below
                ? finishedOf(join(runs, name), runs, sweepFrom(name, preset))
                : TE.right(exact),
            ),
          ),
    ),
    TE.chainOptionK<DrumheadError>(() =>
      decodeError(
        name,
        `none of its runs is finished in '${runs}'; \`drumhead ${sweepNames.includes(name) ? 'sweep' : 'run'} ${name}\` trains it`,
      ),
    )(RNEA.fromReadonlyArray),
  );

/** The first of them: what is meant where one run is looked at. **Errors** as `finishedRuns`. */
export const finishedRun = (name: string, flags: RunsFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(finishedRuns(name, flags), TE.map(RNEA.head));
