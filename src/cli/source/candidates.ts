/** The finished runs that a NAME can mean: those of exactly the named experiment, else all with that name. */

import { isAbsolute, join, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { differencesOf } from '../../experiments/difference.js';
import type { Experiment } from '../../experiments/experiment.js';
import { type Preset, presets } from '../../experiments/settings/presets.js';
import { sweepOf } from '../../experiments/sweep/sweep.js';
import { sweepNames } from '../../experiments/sweep/sweeps.js';
import { isPresent } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';
import { files } from '../../runner/folder/files.js';
import { sweepPath } from '../../runner/folder/sweep-file.js';
import { collectSweep, settingsKey } from '../../runner/results/collected-runs.js';
import { collect } from '../../runner/results/collection.js';
import { type RunSummary, readRuns } from '../../runner/results/summary.js';
import { type ByData, byData, readingOnce, type Today } from '../../runner/results/todays-data.js';
import { asSweep, knownByRuns, type Named, namedFrom, sweepFrom } from './source.js';

/** The folder of runs, and the size, seed and settings of the wanted runs. */
export interface RunsFlags {
  readonly runs: string;
  /** Default: the runs at the largest size that was run. */
  readonly preset?: string;
  /** Default: every seed that was run. */
  readonly seed?: number;
  /** Changed settings of the named experiment; only runs with exactly these are taken. */
  readonly set?: readonly string[];
}

/** The runs of a name: those of exactly the named experiment at one size, or else all runs with that name. */
export interface Candidates {
  readonly exact: boolean;
  readonly runs: readonly RunSummary[];
  readonly notes: readonly string[];
  /**
   * Other finished runs with that name: with different settings or data, on another engine or with older arithmetic.
   */
  readonly others: readonly RunSummary[];
  /** A sentence for all other runs that are left out: not finished, or not readable. */
  readonly leftOut: readonly string[];
}

interface Read {
  readonly runs: readonly RunSummary[];
  readonly leftOut: readonly string[];
}

/** True for a run or import folder, and for an explicit path that does not exist, so that opening it reports the error. */
const isOneRun = async (name: string): Promise<boolean> =>
  ((isAbsolute(name) || name.startsWith('.')) && (await kindOf(name)) === null) ||
  (await kindOf(join(name, files.program))) !== null ||
  (await kindOf(join(name, files.experiment))) !== null;

const unfinishedWords = (count: number): readonly string[] =>
  count === 0
    ? []
    : [
        `left out: ${count} ${count === 1 ? 'run that is' : 'runs that are'} not finished; \`drumhead status\` shows them`,
      ];

/** The finished runs among these, and sentences for the others (of the given names only). */
const finishedOnly = (
  runs: readonly (RunSummary | null)[],
  notes: readonly string[],
  names: ReadonlySet<string> | null = null,
): Read => {
  const finished = runs.flatMap((run) => (run?.state === 'finished' ? [run] : []));
  const counted = runs.filter((run) => names === null || (run !== null && names.has(run.experiment.name)));
  return {
    runs: finished,
    leftOut: [...notes, ...unfinishedWords(counted.filter((run) => run?.state !== 'finished').length)],
  };
};

const readAll = (folder: string, names: ReadonlySet<string> | null = null): Effect<Read> =>
  pipe(
    isPresent(folder),
    TE.flatMap((there) => (there ? readRuns(folder) : TE.right({ runs: [], unread: [], notes: [] }))),
    TE.map(({ runs, notes }) =>
      finishedOnly(
        runs,
        // Folders of other names do not matter here.
        notes.filter(
          (note) => names === null || [...names].some((name) => note.includes(`${join(folder, name)}${sep}`)),
        ),
        names,
      ),
    ),
  );

/** The runs of exactly the named experiment at one of its sizes. */
interface Exactly {
  readonly preset: string;
  /** In the order of their seeds, one for each seed. */
  readonly runs: readonly RunSummary[];
  /** A note that none of them was trained on today's data of the files. */
  readonly note: string | null;
}

const exactly =
  (today: Today, all: readonly RunSummary[]) =>
  ([preset, experiment]: readonly [string, Experiment]): Effect<Exactly> => {
    const key = settingsKey(experiment);
    return pipe(
      TE.fromTask<ByData, DrumheadError>(
        byData(today)(
          experiment,
          all.filter((run) => settingsKey(run.experiment) === key),
        ),
      ),
      TE.map(({ meant, note }) => {
        const seeds = [...new Set(meant.map(({ seed }) => seed))].sort((a, b) => a - b);
        const kept = collectSweep(sweepOf({ ...experiment, seeds }), meant);
        return { preset, runs: kept.flatMap(({ record }) => record ?? []), note };
      }),
    );
  };

/** All finished runs with a name: members of the sweep of that name, and runs in the folder of that name. */
const byName = (name: string, { runs, preset }: RunsFlags): Effect<Read> =>
  pipe(
    collect(name, runs, sweepFrom(name, preset ?? 'full')),
    TE.map(({ runs: found, notes }) =>
      finishedOnly(
        // The notes name those that cannot be shown.
        found.flatMap(({ record, unread }) => (unread === null ? [record] : [])),
        notes,
      ),
    ),
    TE.flatMap((listed) =>
      preset !== undefined
        ? TE.right(listed)
        : pipe(
            isAbsolute(name) ? TE.right({ runs: [], leftOut: [] }) : readAll(join(runs, name)),
            TE.map((below) => ({
              ...listed,
              runs: [
                ...listed.runs,
                ...below.runs.filter(({ folder }) => !listed.runs.some((run) => run.folder === folder)),
              ],
            })),
          ),
    ),
  );

/** The differences from the named experiment, at the nearest size. */
const differsFrom = (named: readonly Experiment[], { experiment }: RunSummary): string => {
  const texts = named
    .map((one) => differencesOf(one, experiment).filter(({ shapes }) => shapes))
    .sort((a, b) => a.length - b.length)[0];
  const shown = texts.slice(0, 6).map(({ path, a, b }) => `${path} ${a ?? '-'} -> ${b ?? '-'}`);
  return [...shown, ...(texts.length > 6 ? [`${texts.length - 6} more`] : [])].join(', ');
};

const namesOf = (named: readonly (readonly [string, Experiment])[]): ReadonlySet<string> =>
  new Set(named.map(([, { name }]) => name));

const ofExperiment = (
  name: string,
  flags: RunsFlags,
  named: readonly (readonly [Preset | string, Experiment])[],
): Effect<Candidates> =>
  pipe(
    readAll(flags.runs, namesOf(named)),
    TE.bind('exact', ({ runs }) =>
      TE.traverseSeqArray(exactly(readingOnce(join(flags.runs, '.cache')), runs))(named),
    ),
    TE.flatMap(({ runs: all, leftOut, exact }): Effect<Candidates> => {
      const ofName = all.filter(({ experiment }) => namesOf(named).has(experiment.name));
      const sized = exact.filter(({ runs }) => runs.length > 0);
      if (sized.length > 0) {
        const { runs, note } = sized[0];
        const sizes = new Set(sized.map((one) => one.runs[0].folder));
        return TE.right({
          exact: true,
          runs,
          others: ofName.filter((run) => !runs.includes(run)),
          leftOut,
          notes: [
            ...(note === null ? [] : [`  ${note}`]),
            ...(sizes.size < 2
              ? []
              : [`  of its sizes the largest that was run; --preset ${sized.at(-1)?.preset} means another`]),
          ],
        });
      }
      return flags.preset !== undefined || isChanged(flags)
        ? TE.right({ exact: true, runs: [], notes: [], others: ofName, leftOut })
        : pipe(
            byName(name, flags),
            TE.map(({ runs, leftOut }) => ({
              exact: false,
              runs,
              others: [],
              leftOut,
              notes:
                runs.length === 0 || several(runs)
                  ? []
                  : [
                      `  no run is exactly ${name}; this one differs: ${differsFrom(
                        named.map(([, experiment]) => experiment),
                        runs[0],
                      )}`,
                    ],
            })),
          );
    }),
  );

/** Whether these runs have different experiments, or different data. */
export const several = (runs: readonly RunSummary[]): boolean =>
  new Set(runs.map(({ experiment, data }) => `${settingsKey(experiment)} ${data ?? ''}`)).size > 1;

const isChanged = ({ set = [] }: RunsFlags): boolean => set.length > 0;

const atEverySize = (
  name: string,
  { preset, set = [] }: RunsFlags,
): Effect<readonly (readonly [string, Named])[]> =>
  TE.traverseSeqArray((size: string) =>
    pipe(
      namedFrom(name, size, { set }),
      TE.map((named) => [size, named] as const),
    ),
  )(preset === undefined ? [...presets].reverse() : [preset]);

/** Refuses settings for a folder of runs: only an experiment of the catalogue or of a file can be changed. */
const asItWas = (name: string): DrumheadError =>
  decodeError(
    name,
    'its runs are meant as they were, so that settings change nothing; name the experiment with them, or the folder of the run alone',
  );

const isAsked =
  ({ seed }: RunsFlags) =>
  (run: RunSummary): boolean =>
    seed === undefined || run.seed === seed;

const candidatesOf = (name: string, flags: RunsFlags): Effect<Candidates> =>
  pipe(
    TE.fromTask<boolean, DrumheadError>(async () => {
      const folder = (await kindOf(name)) === 'folder';
      return folder || ((await kindOf(sweepPath(flags.runs, name))) !== null && sweepNames.includes(name));
    }),
    TE.filterOrElse(
      (ofName) => !(ofName && isChanged(flags)),
      () => asItWas(name),
    ),
    TE.flatMap((ofName) => (ofName ? TE.right(E.right([])) : TE.fromTask(atEverySize(name, flags)))),
    TE.flatMap((read) => {
      if (isChanged(flags) && E.isLeft(read)) {
        const { left } = read;
        return TE.leftTask(async () =>
          left._tag === 'UnknownName' && (await kindOf(join(flags.runs, name))) === 'folder'
            ? knownByRuns(name, flags.set ?? [])
            : left,
        );
      }
      const experiments = E.isRight(read)
        ? read.right.flatMap(([size, named]) =>
            named.kind === 'experiment' ? [[size, asSweep(named).members[0].experiment] as const] : [],
          )
        : [];
      return experiments.length > 0
        ? ofExperiment(name, flags, experiments)
        : // A name that is in no catalogue may have the record of a sweep, or a folder of runs.
          pipe(
            byName(name, flags),
            TE.map((read) => ({ exact: false, notes: [], others: [], ...read })),
          );
    }),
    TE.map(({ runs, others, ...rest }) => ({
      ...rest,
      ...{ runs: runs.filter(isAsked(flags)), others: others.filter(isAsked(flags)) },
    })),
  );

/**
 * The finished runs that a name can mean; none if none is finished. A string is the folder of the named run.
 *
 * **Errors** UnknownName, DecodeError, FileError.
 */
export const candidates = (name: string, flags: RunsFlags): Effect<Candidates | string> =>
  pipe(
    TE.fromTask<boolean, DrumheadError>(() => isOneRun(name)),
    TE.flatMap((one): Effect<Candidates | string> => {
      if (one) return isChanged(flags) ? TE.left(asItWas(name)) : TE.right(name);
      return candidatesOf(name, flags);
    }),
  );
