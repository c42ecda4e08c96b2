/**
 * The runs of a NAME: of a folder, or of a recorded or planned sweep. Members that never ran are listed too,
 * so that a table can show n of m.
 */

import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { canonical } from '../../base/canonical.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { experimentNames } from '../../experiments/catalogue.js';
import type { Sweep } from '../../experiments/sweep/sweep.js';
import { sweepNamed, sweepNames } from '../../experiments/sweep/sweeps.js';
import { isPresent } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';
import { checkExperiment } from '../folder/check-seals.js';
import { labelsOfRuns, relabelledSince } from '../folder/labels.js';
import { runFoldersBelow, seedOf } from '../folder/paths.js';
import { readExperiment } from '../folder/record.js';
import { readSweep, recordedSweeps, sweepPath } from '../folder/sweep-file.js';
import {
  arithmeticNotes,
  type CollectedRun,
  collectSweep,
  labelIn,
  onceEach,
  type Placed,
  settingsKey,
} from './collected-runs.js';
import { type RunSummary, type RunsFound, readRunFolders, readRuns, type UnreadRun } from './summary.js';
import { byData, readingOnce } from './todays-data.js';

/** Runs that are looked at together. */
export interface Collection {
  /** A sweep's or an experiment's name, or the folder. */
  readonly name: string;
  /** The sweep, if it is one. */
  readonly sweep: Sweep | null;
  /**
   * The argument with which `drumhead sweep` runs it again: a known name, its file, or the folder of its
   * record.
   */
  readonly again: string;
  /** The folder of all runs. */
  readonly root: string;
  readonly runs: readonly CollectedRun[];
  /** A sentence for everything that could not be read. */
  readonly notes: readonly string[];
}

const inPublishedOrder = (a: RunSummary, b: RunSummary): number => {
  const position = ({ experiment }: RunSummary): number => {
    const at = experimentNames.indexOf(experiment.name);
    return at < 0 ? experimentNames.length : at;
  };
  return position(a) - position(b) || a.folder.localeCompare(b.folder, 'en', { numeric: true });
};

/** If no run can be read, the error lists the problem of each, since an empty table would hide them. */
const someReadable = (folder: string): ((found: RunsFound) => Checked<RunsFound>) =>
  E.fromPredicate(
    ({ runs, notes }) => runs.length > 0 || notes.length === 0,
    ({ notes }) => decodeError(folder, ['none of its runs can be read', ...notes]),
  );

const fromFolder = (folder: string): Effect<Collection> =>
  pipe(
    readRuns(folder),
    TE.flatMapEither(someReadable(folder)),
    TE.map(({ runs, notes }) => ({ sorted: [...runs].sort(inPublishedOrder), notes })),
    TE.bind('labels', ({ sorted }) => TE.fromTask(labelsOfRuns(sorted))),
    TE.map(({ sorted, labels, notes }) => {
      const runs = sorted.map((record, i) => ({
        experiment: record.experiment,
        seed: record.seed,
        label: labels[i],
        record,
        unread: null,
      }));
      return {
        name: folder,
        sweep: null,
        again: folder,
        root: folder,
        runs,
        notes: [...notes, ...arithmeticNotes(runs)],
      };
    }),
  );

const nothingFound: RunsFound = { runs: [], unread: [], notes: [] };

/** Leaves out a member's runs on earlier data of its files, if some runs are on today's data. */
const onTodaysData =
  (sweep: Sweep, { runs: found, unread, notes }: RunsFound, runs: string): T.Task<RunsFound> =>
  async () => {
    const today = readingOnce(join(runs, '.cache'));
    const members = new Map(sweep.members.map(({ experiment }) => [settingsKey(experiment), experiment]));
    const keys = found.map(({ experiment }) => settingsKey(experiment));
    const left = new Set<RunSummary>();
    const said: string[] = [];
    for (const [key, experiment] of members) {
      const parts = await byData(today)(
        experiment,
        found.filter((_, i) => keys[i] === key),
      )();
      for (const other of parts.others) left.add(other);
      if (parts.note !== null) said.push(parts.note);
    }
    const leftWords =
      left.size === 0
        ? []
        : [
            `left out: ${left.size} ${left.size === 1 ? 'run' : 'runs'} of the same settings on other data than the files hold now; ` +
              `\`drumhead table ${[...left][0].experiment.name}\` shows ${left.size === 1 ? 'it' : 'them'} too`,
          ];
    return {
      runs: found.filter((run) => !left.has(run)),
      unread,
      notes: [...notes, ...new Set(said), ...leftWords],
    };
  };

/** What is still known of runs that cannot be shown. */
const placedIn =
  (runs: string, unread: readonly UnreadRun[]): T.Task<readonly Placed[]> =>
  async () => {
    const placed: Placed[] = [];
    for (const run of unread) {
      const whole = await pipe(
        checkExperiment(run.folder),
        TE.flatMap(() => readExperiment(run.folder)),
      )();
      placed.push({
        run,
        experiment: E.isRight(whole) ? whole.right : null,
        name: relative(runs, dirname(run.folder)).split(sep).join('/'),
        seed: seedOf(run.folder) ?? -1,
      });
    }
    return placed;
  };

const fromSweep = (again: string, sweep: Sweep, runs: string): Effect<Collection> =>
  pipe(
    isPresent(runs),
    TE.flatMap((there) => (there ? readRuns(runs) : TE.right(nothingFound))),
    // Folders of other names do not matter here.
    TE.map(({ notes, ...found }) => {
      const folders = sweep.members.map(({ experiment }) => `${join(runs, experiment.name)}${sep}`);
      return { ...found, notes: notes.filter((note) => folders.some((folder) => note.includes(folder))) };
    }),
    TE.flatMapTask((found) => onTodaysData(sweep, found, runs)),
    TE.bind('placed', ({ unread }) => TE.fromTask(placedIn(runs, unread))),
    TE.map(({ runs: found, notes, placed }) => {
      const once = onceEach(collectSweep(sweep, found, placed));
      return {
        name: sweep.name,
        sweep,
        again,
        root: runs,
        runs: once.runs,
        notes: [...notes, ...once.notes, ...arithmeticNotes(once.runs)],
      };
    }),
  );

/** Whether a sweep equals the catalogue's sweep of its name, at full size. */
const isCatalogued = (sweep: Sweep): boolean => {
  const known = sweepNames.includes(sweep.name) ? sweepNamed(sweep.name) : null;
  return known !== null && E.isRight(known) && canonical(known.right.members) === canonical(sweep.members);
};

const fromRecord = (name: string, runs: string): Effect<Collection> =>
  pipe(
    readSweep(runs, name),
    TE.flatMap(({ sweep, runs: placed }) =>
      pipe(
        TE.fromTask<readonly string[], DrumheadError>(async () => {
          const there: string[] = [];
          for (const folder of new Set(placed.map((run) => run.folder)))
            if (folder !== null && (await kindOf(folder)) !== null) there.push(folder);
          return there;
        }),
        TE.flatMap(readRunFolders),
        TE.map(({ runs: found, unread, notes }) => {
          const label = labelIn(sweep);
          const once = onceEach(
            placed.map(({ member, seed, folder }) => ({
              experiment: member.experiment,
              seed,
              label: label(member),
              record: found.find((run) => run.folder === folder) ?? null,
              unread: unread.find((run) => run.folder === folder) ?? null,
            })),
          );
          return {
            name,
            sweep,
            again: isCatalogued(sweep) ? name : dirname(sweepPath(runs, name)),
            root: runs,
            runs: once.runs,
            notes: [
              ...notes,
              ...once.notes,
              ...arithmeticNotes(once.runs),
              ...once.runs.flatMap(({ record, experiment, label: { name: called } }) =>
                record === null ? [] : relabelledSince(record, experiment, called),
              ),
            ],
          };
        }),
      ),
    ),
  );

/** The names of sweeps and of experiments that ran here: those of records, and the folders that hold runs. */
export const namesIn = async (runs: string): Promise<readonly string[]> => {
  const above = (await runFoldersBelow(runs)).map((folder) => dirname(relative(runs, folder)));
  const named = above.filter((name) => name !== '.' && name !== '').map((name) => name.split(sep).join('/'));
  return [...new Set([...named, ...(await recordedSweeps(runs))])].sort();
};

const ofOwnName = (name: string, runs: string, error: DrumheadError): Effect<Collection> =>
  error._tag !== 'UnknownName' || isAbsolute(name)
    ? TE.left(error)
    : pipe(
        fromFolder(join(runs, name)),
        TE.filterOrElseW(
          (found) => found.runs.length > 0,
          () => error,
        ),
        TE.orElse((unread) =>
          unread._tag === 'DecodeError'
            ? TE.left(unread)
            : pipe(
                TE.fromTask<readonly string[], DrumheadError>(() => namesIn(runs)),
                TE.flatMap((here) =>
                  TE.left({
                    ...error,
                    known: [...new Set([...here, ...error.known])],
                  }),
                ),
              ),
        ),
      );

/**
 * The runs of a name.
 *
 * @param name a folder of runs, a sweep that ran here, a name that `otherwise` resolves to a sweep, or an
 *   experiment that ran here
 * @param runs the folder of all runs
 * @param otherwise finds the sweep if no folder and no record has this name
 *
 * **Errors** FileError, DecodeError; those of `otherwise`.
 */
export const collect = (name: string, runs: string, otherwise: Effect<Sweep>): Effect<Collection> => {
  const of = (kind: 'folder' | 'record' | 'name'): Effect<Collection> => {
    switch (kind) {
      case 'record':
        return fromRecord(name, runs);
      case 'folder':
        return fromFolder(name);
      case 'name':
        return pipe(
          otherwise,
          TE.flatMap((sweep) => fromSweep(name, sweep, runs)),
          // An experiment from a file has a folder of its own name, which is not in the catalogue.
          TE.orElse((error) => ofOwnName(name, runs, error)),
        );
    }
  };
  return pipe(
    TE.fromTask<'folder' | 'record' | 'name', DrumheadError>(async () => {
      if ((await kindOf(sweepPath(runs, name))) !== null) return 'record';
      const folder = (await kindOf(name)) === 'folder';
      return folder && (await kindOf(join(name, 'sweep.json'))) === null ? 'folder' : 'name';
    }),
    TE.flatMap(of),
  );
};
