/**
 * From a NAME on the command line to finished runs: a run folder, a folder of runs, an experiment, a sweep. The choice
 * is never arbitrary: exact matches come first, and several different runs are refused.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { sweepNames } from '../../experiments/sweep/sweeps.js';
import { files } from '../../runner/folder/files.js';
import { labelsOfRuns } from '../../runner/folder/labels.js';
import type { RunSummary } from '../../runner/results/summary.js';
import { remark } from '../edge.js';
import { type Candidates, candidates, type RunsFlags, several } from './candidates.js';

/** The finished runs of a name, and notes on the choice. */
export interface Found {
  readonly folders: readonly string[];
  readonly notes: readonly string[];
}
/** Like `Found`, with at least one run. */
export interface Finished extends Found {
  readonly folders: ReadonlyNonEmptyArray<string>;
}
/** One of them. */
export interface Taken {
  readonly folder: string;
  readonly notes: readonly string[];
}

/** The notes on unreadable runs, out of the notes on all runs that are left out. */
const unreadIn = (leftOut: readonly string[]): readonly string[] =>
  leftOut.filter((note) => !note.includes('not finished;'));

const noneFinished = (
  name: string,
  { runs, preset, seed, set = [] }: RunsFlags,
  otherwise: string,
  leftOut: readonly string[],
): DrumheadError => {
  const asked =
    (preset === undefined ? '' : ` --preset ${preset}`) +
    (seed === undefined ? '' : ` --seed ${seed}`) +
    set.map((setting) => ` ${setting}`).join('');
  return decodeError(
    name,
    // Unreadable runs are named, since one of them may be the wanted one.
    [
      `none of its runs${asked === '' ? '' : ` at${asked}`} is finished in '${runs}'; ` +
        `\`drumhead ${sweepNames.includes(name) ? 'sweep' : 'run'} ${name}${asked}\` trains it${otherwise}`,
      ...unreadIn(leftOut),
    ],
  );
};

/** The most runs that a sentence lists. */
const mostListed = 12;

/** Runs with their labels and folders, one per line. */
const linesOf = async (name: string, runs: readonly RunSummary[]): Promise<readonly string[]> => {
  const labels = await labelsOfRuns(runs, name)();
  return runs.slice(0, mostListed).map((run, i) => `  ${labels[i].name}, seed ${run.seed}: ${run.folder}`);
};

/** Notes on runs of the name that are left out, so that the result is not mistaken for all runs. */
const leftOutWords = async (name: string, { others, leftOut }: Candidates): Promise<readonly string[]> => [
  ...leftOut,
  ...(others.length === 0
    ? []
    : [
        `left out: ${others.length} finished ${others.length === 1 ? 'run' : 'runs'} of this name that ` +
          `${others.length === 1 ? 'is' : 'are'} of other settings, other data, another engine or older arithmetic; name the folder to take one`,
        ...(await linesOf(name, others)),
        ...(others.length > mostListed ? [`  and ${others.length - mostListed} more`] : []),
      ]),
];

/**
 * All finished runs of a name, by seed; a run folder is that run. Runs of exactly the named experiment at the largest
 * size that was run; if there are none, all with that name. Notes list the runs that are left out.
 *
 * **Errors** UnknownName, DecodeError if none of them is finished, FileError.
 */
export const finishedRuns = (name: string, flags: RunsFlags): Effect<Finished> =>
  pipe(
    candidates(name, flags),
    TE.flatMap((found): Effect<Finished> => {
      if (typeof found === 'string') return TE.right({ folders: [found], notes: [] });
      const [first, ...others] = found.runs.map(({ folder }) => folder);
      return first === undefined
        ? TE.left(noneFinished(name, flags, '', found.leftOut))
        : TE.rightTask(async () => ({
            folders: [first, ...others],
            notes: [...found.notes.map((note) => note.trimStart()), ...(await leftOutWords(name, found))],
          }));
    }),
  );

const severalWords = async (
  name: string,
  runs: readonly RunSummary[],
  command: string,
): Promise<DrumheadError> => {
  return decodeError(
    name,
    [
      `its ${runs.length} finished runs are of different experiments or different data, and none is exactly this one; ` +
        `name the folder of one: drumhead ${command} FOLDER`,
      ...(await linesOf(name, runs)),
      ...(runs.length > mostListed
        ? [`  and ${runs.length - mostListed} more, which \`drumhead table ${name}\` lists`]
        : []),
    ].join('\n'),
  );
};

/** The first by its seed, and of one seed the newest. */
const firstOf = async (runs: readonly RunSummary[]): Promise<string> => {
  const dated = await Promise.all(
    runs.map(async ({ folder, seed }) => ({
      folder,
      seed,
      at: (await stat(join(folder, files.result)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  return dated.sort((a, b) => a.seed - b.seed || b.at - a.at)[0].folder;
};

/**
 * The one finished run that a name means: exactly the named experiment at the largest size that was run, the first of
 * its seeds; if there is none, the only run with that name. Null if none is finished.
 *
 * @param command the command, for the message that refuses several different runs
 *
 * **Errors** UnknownName, FileError; DecodeError if several different runs have the name.
 */
export const finishedRunOrNone = (name: string, flags: RunsFlags, command: string): Effect<Taken | null> =>
  pipe(
    chosenOf(name, flags, command),
    TE.map((chosen) => {
      if ('folder' in chosen) return chosen;
      for (const note of chosen.unread) remark(note);
      return null;
    }),
  );

/** The named run, or notes on unreadable runs if none is finished. */
const chosenOf = (
  name: string,
  flags: RunsFlags,
  command: string,
): Effect<Taken | { readonly unread: readonly string[] }> =>
  pipe(
    candidates(name, flags),
    TE.flatMap((found): Effect<Taken | { readonly unread: readonly string[] }> => {
      if (typeof found === 'string') return TE.right({ folder: found, notes: [] });
      const { runs, exact, notes, leftOut } = found;
      if (runs.length === 0) return TE.right({ unread: unreadIn(leftOut) });
      if (!exact && several(runs)) return TE.leftTask(() => severalWords(name, runs, command));
      return pipe(
        TE.fromTask(() => firstOf(runs)),
        TE.map((folder) => ({
          folder,
          notes: [
            ...(runs.length < 2
              ? []
              : [`  the first of ${runs.length} finished runs; another is meant by its folder or --seed`]),
            ...notes,
          ],
        })),
      );
    }),
  );

/**
 * As `finishedRunOrNone`, if a run is required.
 *
 * @param otherwise what else a person can do if there is none
 *
 * **Errors** as `finishedRunOrNone`; DecodeError if none is finished.
 */
export const finishedRun = (name: string, flags: RunsFlags, command: string, otherwise = ''): Effect<Taken> =>
  pipe(
    chosenOf(name, flags, command),
    TE.flatMap((chosen) =>
      'folder' in chosen ? TE.right(chosen) : TE.left(noneFinished(name, flags, otherwise, chosen.unread)),
    ),
  );

/** A line on the run that was taken for a name, if the name is not the run's folder itself. */
export const takenWords = (name: string, { folder, notes }: Taken): readonly string[] =>
  folder === name ? [] : [`  weights of ${folder}`, ...notes];

/** The folder of the run that was taken; a line on stderr names it. */
export const sayingTaken =
  (name: string) =>
  (taken: Effect<Taken>): Effect<string> =>
    pipe(
      taken,
      TE.map((one) => {
        for (const line of takenWords(name, one)) remark(line.trimStart());
        return one.folder;
      }),
    );
