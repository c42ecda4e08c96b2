/** Names that are in no catalogue and no file but in the folder of runs; suggestions include them. */

import { dirname, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { kindOf } from '../../files/kind-of.js';
import { runFoldersBelow } from '../../runner/folder/paths.js';
import { sweepPath } from '../../runner/folder/sweep-file.js';
import { namesIn } from '../../runner/results/collection.js';

/** The folder of a sweep or of the first run that was begun under a name. */
const folderOf = async (runs: string, name: string): Promise<string | null> => {
  const record = sweepPath(runs, name);
  if ((await kindOf(record)) !== null) return dirname(record);
  return (await runFoldersBelow(join(runs, name)))[0] ?? null;
};

/** The folders that were begun under a name: that of its sweep's record, else those of its runs. */
const foldersOf = async (runs: string, name: string): Promise<readonly string[]> => {
  const record = sweepPath(runs, name);
  return (await kindOf(record)) === null ? runFoldersBelow(join(runs, name)) : [dirname(record)];
};

/**
 * A name that is neither in the catalogue nor a file stands for the sweep or run that was begun under it, if there is
 * only one.
 *
 * @param work the work with a name or a folder
 *
 * **Errors** as `work`; DecodeError if several runs were begun under the name.
 */
export const orBegunHere =
  (runs: string) =>
  <A>(name: string, work: (name: string) => Effect<A>): Effect<A> =>
    pipe(
      work(name),
      TE.orElse((error) =>
        error._tag !== 'UnknownName' || error.name !== name
          ? TE.left(error)
          : pipe(
              TE.fromTask<readonly string[], DrumheadError>(() => foldersOf(runs, name)),
              TE.flatMap((found) =>
                found.length === 1
                  ? work(found[0])
                  : found.length === 0
                    ? TE.left(error)
                    : TE.left(
                        decodeError(
                          name,
                          `${found.length} runs were begun under this name; name the folder of one:\n${found
                            .slice(0, 12)
                            .map((folder) => `  ${folder}`)
                            .join('\n')}`,
                        ),
                      ),
              ),
            ),
      ),
    );

/**
 * Adds to an unknown name the names of runs that were begun under it or a similar one.
 *
 * @example
 * amongRuns('runs')(namedFrom('my/grdi', 'full'))   // left: unknown … 'my/grdi'; did you mean 'my/grid'? …
 */
export const amongRuns =
  (runs: string) =>
  <A>(work: Effect<A>): Effect<A> =>
    pipe(
      work,
      TE.orElse((error) =>
        error._tag !== 'UnknownName'
          ? TE.left(error)
          : TE.leftTask(async (): Promise<DrumheadError> => {
              const here = await namesIn(runs);
              if (!here.includes(error.name))
                return { ...error, known: [...new Set([...here, ...error.known])] };
              const found = await folderOf(runs, error.name);
              return found === null
                ? error
                : decodeError(
                    error.name,
                    `no experiment or sweep that is known has this name, but something was begun under it; name its folder: ${found}`,
                  );
            }),
      ),
    );
