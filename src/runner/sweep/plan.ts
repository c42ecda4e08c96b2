/** The plan of a sweep: its runs, their folders, and the work of each. */

import { basename, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { canonical } from '../../base/canonical.js';
import type { Checked, Effect } from '../../base/error.js';
import { cost } from '../../compile/cost/index.js';
import { readsDigits } from '../../data/identifying.js';
import { loadTask } from '../../data/load.js';
import type { GeneratorOf } from '../../data/own/generated/generated.js';
import { statedData, type Task } from '../../data/task.js';
import { hashProgram, type Program, select } from '../../dsl/index.js';
import { type Engine, kernelsOf } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { memberName } from '../../experiments/label.js';
import { trainedOutput } from '../../experiments/learning.js';
import { type DataShape, programFor } from '../../experiments/model.js';
import { type Member, runsOf, type Sweep } from '../../experiments/sweep/sweep.js';
import { type ByLeaf, byLeafBelow, findRun } from '../folder/paths.js';
import { type Result, readWholeResult } from '../folder/result.js';
import type { SweepFile } from '../folder/sweep-file.js';
import { identityOn } from '../run/identity.js';
import { inShard, type Shard } from './shard.js';

/** One run of a sweep. */
export interface Assignment {
  /** Index among the runs of the sweep, in the order in which they run. */
  readonly index: number;
  readonly member: Member;
  /** The label of its member. */
  readonly name: string;
  readonly seed: number;
  /** Its folder; null if its data could not be read; the run itself reports why. */
  readonly folder: string | null;
  /** Its result, if it is finished. */
  readonly result: Result | null;
  /** Approximate FLOP of its training, for its share of the whole work. */
  readonly work: number;
}

/** The runs of a plan that have no result yet. */
export const unfinished = (plan: readonly Assignment[]): readonly Assignment[] =>
  plan.filter(({ result }) => result === null);

/**
 * The facts of a task's data that a plan needs: its sizes, the number of training images, and the digest of its
 * files.
 */
interface Facts {
  readonly sizes: DataShape;
  readonly images: number;
  readonly data: string | undefined;
}

/** The program of an experiment and its work. */
interface Known {
  readonly program: Program;
  readonly hash: string;
  readonly images: number;
  readonly data: string | undefined;
}

/**
 * The facts of each task. Files are read, since two tasks are the same only if they hold the same. Files that
 * cannot be read have no facts; the run itself reports why.
 */
const factsOf = async (
  tasks: readonly Task[],
  { cache, generatorOf }: Pick<Planning, 'cache' | 'generatorOf'>,
): Promise<Checked<ReadonlyMap<string, Facts>>> => {
  const facts = new Map<string, Facts>();
  for (const task of tasks) {
    const key = canonical(task);
    if (facts.has(key)) continue;
    const sizes = readsDigits(task) ? null : statedData(task);
    if (sizes !== null && 'train' in task) facts.set(key, { sizes, images: task.train, data: undefined });
    else {
      const loaded = await loadTask(task, { cacheDir: cache, generatorOf })();
      // The processes of the runs do not run a person's code; they use the samples that are made here.
      if (E.isLeft(loaded) && task.name === 'generated' && generatorOf !== undefined) return loaded;
      if (E.isRight(loaded))
        facts.set(key, {
          sizes: loaded.right.arrays.forms,
          images: loaded.right.arrays.train.count,
          data: loaded.right.digest,
        });
    }
  }
  return E.right(facts);
};

const knownOf = (
  { task, model, loss }: Experiment,
  facts: ReadonlyMap<string, Facts>,
): Checked<Known | null> => {
  const found = facts.get(canonical(task));
  if (found === undefined) return E.right(null);
  const { sizes, images, data } = found;
  return pipe(
    programFor(model, loss, sizes),
    E.map((program) => ({ program, hash: hashProgram(program), images, data })),
  );
};

/**
 * FLOP of all steps of a training. Where the data could not be read, a thousand images of 1e9 FLOP are assumed, which
 * decides nothing but the share that the run has of the progress.
 */
const workOf = ({ training, loss }: Experiment, known: Known | null): number => {
  const images = known?.images ?? 1000;
  const perImage =
    known === null
      ? 1e9
      : cost(select(known.program, trainedOutput(loss)), { batch: training.batch }).training.flops /
        training.batch;
  return perImage * images * training.epochs;
};

/** The surroundings of a plan. */
export interface Planning {
  readonly runs: string;
  readonly cache: string;
  /** Runs the module of a person's task function; left out: none is run. */
  readonly generatorOf?: GeneratorOf;
  /** Only these runs; default all. */
  readonly shard?: Shard;
}

/**
 * The runs of a sweep on an engine, with the results of those that are finished.
 *
 * **Errors** ProgramError if a member's program does not fit its task, DecodeError, FileError.
 */
export const planSweep = (
  sweep: Sweep,
  engine: Engine,
  { runs, cache, generatorOf, shard = { part: 1, of: 1 } }: Planning,
): Effect<readonly Assignment[]> => {
  const wanted = runsOf(sweep)
    .map((run, index) => ({ ...run, index }))
    .filter(({ index }) => inShard(shard)(index));
  const members = [...new Set(wanted.map(({ member }) => member))];
  return pipe(
    (): Promise<Checked<ReadonlyMap<string, Facts>>> =>
      factsOf(
        members.map(({ experiment }) => experiment.task),
        { cache, ...(generatorOf === undefined ? {} : { generatorOf }) },
      ),
    TE.flatMapEither((facts) =>
      pipe(
        members,
        E.traverseArray((member) =>
          pipe(
            knownOf(member.experiment, facts),
            E.map((known) => [member, { known, work: workOf(member.experiment, known) }] as const),
          ),
        ),
      ),
    ),
    TE.map((pairs) => new Map(pairs)),
    TE.flatMap((facts) => {
      // Two members may differ only in their names: they share a run, here and between sweeps.
      const placed = new Map<string, string>();
      const byLeaf = byLeafBelow(runs);
      const nameOf = memberName(sweep);
      return pipe(
        wanted,
        TE.traverseSeqArray(({ index, member, seed }) => {
          const { known, work } = facts.get(member) ?? { known: null, work: 1 };
          return pipe(
            folderOf(member.experiment, known, { seed, engine, runs, placed, byLeaf }),
            TE.bindTo('folder'),
            TE.bind('result', ({ folder }) => resultIn(folder)),
            TE.map(({ folder, result }) => ({
              index,
              member,
              name: nameOf(member),
              seed,
              folder,
              result,
              work,
            })),
          );
        }),
      );
    }),
  );
};

interface Placing {
  readonly seed: number;
  readonly engine: Engine;
  readonly runs: string;
  /** Folders assigned so far, by the last part of their paths, which is unique to a run. */
  readonly placed: Map<string, string>;
  readonly byLeaf: ByLeaf;
}

const folderOf = (
  experiment: Experiment,
  known: Known | null,
  { seed, engine, runs, placed, byLeaf }: Placing,
): Effect<string | null> => {
  if (known === null) return TE.right(null);
  const identity = identityOn(engine, experiment, { program: known.hash, seed, data: known.data });
  return pipe(
    findRun(runs, experiment.name, seed, identity, byLeaf),
    TE.map((found) => {
      const folder = placed.get(basename(found)) ?? found;
      placed.set(basename(found), folder);
      return folder;
    }),
  );
};

const resultIn = (folder: string | null): Effect<Result | null> =>
  folder === null
    ? TE.right(null)
    : pipe(
        readWholeResult(folder),
        TE.map(({ result }) => result),
      );

/** Whether the record of a sweep has the folders of a part already, so that it need not be written anew. */
export const isRecorded = (
  before: SweepFile,
  sweep: Sweep,
  engine: Pick<Engine, 'name' | 'fused'>,
  runs: string,
  plan: readonly Pick<Assignment, 'index' | 'member' | 'seed' | 'folder'>[],
): boolean =>
  canonical({ ...before, places: [] }) === canonical({ ...headOf(sweep, engine), places: [] }) &&
  placesOf(sweep, runs, plan).every(({ member, seed, folder }, i) => {
    const place = before.places[plan[i].index];
    return place?.member === member && place.seed === seed && place.folder === folder;
  });

/** The record of a sweep when only a part is planned: folders of other runs stay. */
export const mergedRecord = (
  before: SweepFile | null,
  sweep: Sweep,
  engine: Pick<Engine, 'name' | 'fused'>,
  runs: string,
  plan: readonly Pick<Assignment, 'member' | 'seed' | 'folder'>[],
): SweepFile => {
  const key = ({ member, seed }: SweepFile['places'][number]): string => `${member} ${seed}`;
  const all = recordOf(
    sweep,
    engine,
    runs,
    runsOf(sweep).map((run) => ({ ...run, folder: null })),
  );
  const part = recordOf(sweep, engine, runs, plan);
  const same = before !== null && canonical({ ...before, places: [] }) === canonical({ ...all, places: [] });
  const known = new Map<string, string>();
  for (const place of [...(same ? before.places : []), ...part.places])
    if (place.folder !== null) known.set(key(place), place.folder);
  return { ...all, places: all.places.map((place) => ({ ...place, folder: known.get(key(place)) ?? null })) };
};

/** The record of a sweep with these folders. */
export const recordOf = (
  sweep: Sweep,
  engine: Pick<Engine, 'name' | 'fused'>,
  runs: string,
  plan: readonly Pick<Assignment, 'member' | 'seed' | 'folder'>[],
): SweepFile => ({
  ...headOf(sweep, engine),
  places: placesOf(sweep, runs, plan),
});

const headOf = (sweep: Sweep, engine: Pick<Engine, 'name' | 'fused'>): Omit<SweepFile, 'places'> => ({
  sweep,
  engine: engine.name,
  // Fused kernels are the default, and were the only ones before this field existed.
  ...(kernelsOf(engine) === 'op by op' ? { kernels: 'op by op' as const } : {}),
});

const placesOf = (
  sweep: Sweep,
  runs: string,
  plan: readonly Pick<Assignment, 'member' | 'seed' | 'folder'>[],
): SweepFile['places'] => {
  const indexOf = new Map(sweep.members.map((member, i) => [member, i]));
  return plan.map(({ member, seed, folder }) => ({
    member: indexOf.get(member) ?? -1,
    seed,
    folder: folder === null ? null : relative(runs, folder).split(sep).join('/'),
  }));
};
