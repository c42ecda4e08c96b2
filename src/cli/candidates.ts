/** Which finished runs a NAME can mean: those that are exactly what is named, else all that go by the name. */

import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../base/error.js';
import { isPresent } from '../data/files.js';
import { differencesOf } from '../experiments/difference.js';
import type { Experiment } from '../experiments/experiment.js';
import { type Preset, presets } from '../experiments/presets.js';
import { sweepOf } from '../experiments/sweep.js';
import { sweepNames } from '../experiments/sweeps.js';
import { collect, collectSweep, settingsKey } from '../runner/collection.js';
import { files } from '../runner/folder.js';
import { type RunSummary, readRuns } from '../runner/runs.js';
import { sweepPath } from '../runner/sweep/file.js';
import { asSweep, type Named, namedFrom, sweepFrom } from './source.js';

/** Where runs are looked for, and at which size those of a name are meant. */
export interface RunsFlags {
  readonly runs: string;
  /** None: the runs at the largest size that was run. */
  readonly preset?: string;
  /** None: every seed that was run. */
  readonly seed?: number;
}

type Effect<A> = TE.TaskEither<DrumheadError, A>;

/** The runs of a name: those that are exactly the named experiment at one size, or else all that go by the name. */
export interface Candidates {
  readonly exact: boolean;
  readonly runs: readonly RunSummary[];
  readonly notes: readonly string[];
}

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** A run's folder or an import's; and a path to nothing, of which whoever opens it says so. */
const isOneRun = async (name: string): Promise<boolean> =>
  ((isAbsolute(name) || name.startsWith('.')) && !(await isThere(name))) ||
  (await isThere(join(name, files.program))) ||
  (await isThere(join(name, files.experiment)));

const finishedOnly = (runs: readonly RunSummary[]): readonly RunSummary[] =>
  runs.filter(({ state }) => state === 'finished');

const readAll = (folder: string): Effect<readonly RunSummary[]> =>
  pipe(
    isPresent(folder),
    TE.chain((there) => (there ? readRuns(folder) : TE.right({ runs: [], notes: [] }))),
    TE.map(({ runs }) => finishedOnly(runs)),
  );

/** The runs that are exactly an experiment, in the order of their seeds; of a seed the best kept one. */
const exactly = (experiment: Experiment, all: readonly RunSummary[]): readonly RunSummary[] => {
  const key = settingsKey(experiment);
  const same = all.filter((run) => settingsKey(run.experiment) === key);
  const seeds = [...new Set(same.map(({ seed }) => seed))].sort((a, b) => a - b);
  return collectSweep(sweepOf({ ...experiment, seeds }), same).flatMap(({ record }) => record ?? []);
};

/** Everything finished that goes by a name: members of the sweep of that name, and runs in the folder of that name. */
const byName = (name: string, { runs, preset }: RunsFlags): Effect<readonly RunSummary[]> =>
  pipe(
    collect(name, runs, sweepFrom(name, preset ?? 'full')),
    TE.map(({ runs: found }) => finishedOnly(found.flatMap(({ record }) => record ?? []))),
    TE.chain((listed) =>
      preset !== undefined
        ? TE.right(listed)
        : pipe(
            isAbsolute(name) ? TE.right([]) : readAll(join(runs, name)),
            TE.map((below) => [
              ...listed,
              ...below.filter(({ folder }) => !listed.some((run) => run.folder === folder)),
            ]),
          ),
    ),
  );

/** What differs from the named experiment at the size that is nearest. */
const differsFrom = (named: readonly Experiment[], { experiment }: RunSummary): string => {
  const texts = named
    .map((one) => differencesOf(one, experiment).filter(({ shapes }) => shapes))
    .sort((a, b) => a.length - b.length)[0];
  const shown = texts.slice(0, 6).map(({ path, a, b }) => `${path} ${a ?? '-'} -> ${b ?? '-'}`);
  return [...shown, ...(texts.length > 6 ? [`${texts.length - 6} more`] : [])].join(', ');
};

const ofExperiment = (
  name: string,
  flags: RunsFlags,
  named: readonly (readonly [Preset | string, Experiment])[],
): Effect<Candidates> =>
  pipe(
    readAll(flags.runs),
    TE.chain((all): Effect<Candidates> => {
      const sized = named
        .map(([preset, experiment]) => ({ preset, runs: exactly(experiment, all) }))
        .filter(({ runs }) => runs.length > 0);
      if (sized.length > 0) {
        const { runs } = sized[0];
        const sizes = new Set(sized.map((one) => one.runs[0].folder));
        return TE.right({
          exact: true,
          runs,
          notes:
            sizes.size < 2
              ? []
              : [`  of its sizes the largest that was run; --preset ${sized.at(-1)?.preset} means another`],
        });
      }
      return flags.preset !== undefined
        ? TE.right({ exact: true, runs: [], notes: [] })
        : pipe(
            byName(name, flags),
            TE.map((runs) => ({
              exact: false,
              runs,
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

/** Whether these are runs of different experiments. */
export const several = (runs: readonly RunSummary[]): boolean =>
  new Set(runs.map(({ experiment }) => settingsKey(experiment))).size > 1;

const atEverySize = (name: string, preset?: string): Effect<readonly (readonly [string, Named])[]> =>
  TE.traverseSeqArray((size: string) =>
    pipe(
      namedFrom(name, size),
      TE.map((named) => [size, named] as const),
    ),
  )(preset === undefined ? [...presets].reverse() : [preset]);

const candidatesOf = (name: string, flags: RunsFlags): Effect<Candidates> =>
  pipe(
    TE.fromTask<boolean, DrumheadError>(async () => {
      const folder = (await stat(name).catch(() => null))?.isDirectory() === true;
      return folder || ((await isThere(sweepPath(flags.runs, name))) && sweepNames.includes(name));
    }),
    TE.chain((ofName) =>
      ofName
        ? TE.right<DrumheadError, E.Either<DrumheadError, readonly (readonly [string, Named])[]>>(E.right([]))
        : TE.fromTask(atEverySize(name, flags.preset)),
    ),
    TE.chain((read) => {
      const experiments = E.isRight(read)
        ? read.right.flatMap(([size, named]) =>
            named.kind === 'experiment' ? [[size, asSweep(named).members[0].experiment] as const] : [],
          )
        : [];
      return experiments.length > 0
        ? ofExperiment(name, flags, experiments)
        : // What no catalogue knows may have a sweep's record, or a folder below the runs.
          pipe(
            byName(name, flags),
            TE.map((runs) => ({ exact: false, runs, notes: [] })),
          );
    }),
    TE.map(({ runs, ...rest }) => ({
      ...rest,
      runs: runs.filter((run) => flags.seed === undefined || run.seed === flags.seed),
    })),
  );

/**
 * The finished runs that a name can mean; none where none is finished. A text is the folder of the one run that was named.
 *
 * **Errors** UnknownName, DecodeError, FileError.
 */
export const candidates = (name: string, flags: RunsFlags): Effect<Candidates | string> =>
  pipe(
    TE.fromTask<boolean, DrumheadError>(() => isOneRun(name)),
    TE.chain((one): Effect<Candidates | string> => (one ? TE.right(name) : candidatesOf(name, flags))),
  );
