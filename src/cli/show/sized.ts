/** The sizes, the plan and the time of an experiment, for `drumhead show`. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { type FusionPlan, fusionPlan } from '../../compile/fuse/coverage/fusion-plan.js';
import { shapeOfDataset, splitNames } from '../../data/dataset.js';
import { loadTask } from '../../data/load.js';
import { formsOfGenerated } from '../../data/own/generated/generated.js';
import { statedData, type Task } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { hashProgram, type Program, select } from '../../dsl/index.js';
import { type Engine, openEngine, parseEngineChoice } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { trainedOutput } from '../../experiments/learning.js';
import { type DataShape, learningFor } from '../../experiments/model.js';
import { type Counts, measureSpeed, runFlops, type Speed } from '../../runner/run/estimate.js';
import { generatorOf } from '../document/generators.js';
import type { Idle } from '../flags/all-flags.js';
import type { ChangeFlags } from '../flags/flags.js';
import { seconds } from '../session.js';
import { madeDataHere } from '../source/data-folder.js';

export interface ShowFlags extends ChangeFlags, Idle {
  readonly preset: string;
  readonly engine: string;
  /** Applied earlier; here it only matters whether it was given. */
  readonly fuse?: string;
  readonly nodes?: boolean;
  readonly diagram?: boolean;
  readonly plan?: boolean;
  readonly json?: boolean;
  /** `--no-time` makes it false. */
  readonly time: boolean;
}

/** An experiment with the sizes of its data, its program and its number of images. */
export interface Sized {
  readonly experiment: Experiment;
  readonly sizes: DataShape;
  readonly counts: Counts;
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
  readonly program: Program;
}

/** Reads a person's files for their sizes, or makes a few samples by a person's function. */
const dataOf = (task: Task): Effect<Pick<Sized, 'sizes' | 'counts' | 'classes'>> => {
  if (task.name === 'generated')
    return pipe(
      formsOfGenerated(task, generatorOf),
      TE.map((sizes) => ({ sizes, counts: task, classes: taskClasses(task) ?? [] })),
    );
  const known = statedData(task);
  return known !== null && 'train' in task
    ? TE.right({ sizes: known, counts: task, classes: taskClasses(task) ?? [] })
    : pipe(
        TE.fromTask<string | undefined, DrumheadError>(madeDataHere),
        TE.flatMap((cacheDir) => loadTask(task, { cacheDir })),
        TE.map(({ arrays, images, classes }) => {
          const [train, validation, test] = splitNames.map((name) => arrays[name].count);
          return {
            sizes: images === null ? arrays.forms : shapeOfDataset(images),
            counts: { train, validation, test },
            classes,
          };
        }),
      );
};

/** An experiment with its sizes, for which data in files are read. */
export const sized = (experiment: Experiment): Effect<Sized> =>
  pipe(
    dataOf(experiment.task),
    TE.bindTo('data'),
    TE.bind('program', ({ data }) =>
      pipe(
        TE.fromEither(learningFor(experiment, data.sizes)),
        TE.map((learning) => learning.program),
      ),
    ),
    TE.map(({ data, program }) => ({ experiment, program, ...data })),
  );

/** A number in billions, with two decimals below ten. */
export const giga = (value: number): string => (value / 1e9).toFixed(value < 1e10 ? 2 : 0);

/** Seconds of one run in one thread. */
export const secondsOf = (
  { experiment, program, counts }: Sized,
  { flopsPerSecond }: Pick<Speed, 'flopsPerSecond'>,
): number => runFlops(experiment, program, counts) / flopsPerSecond;

export const planOf = ({ program, experiment }: Sized): FusionPlan =>
  fusionPlan(select(program, trainedOutput(experiment.loss)));
export const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Runs work on the engine that --engine names. */
export const withEngine = <A>(flags: ShowFlags, work: (engine: Engine) => Effect<A>): Effect<A> =>
  pipe(TE.fromEither(parseEngineChoice(flags.engine)), TE.flatMap(openEngine), TE.flatMap(work));

/** Measures how fast an experiment trains here. */
export const speedOf = ({ experiment, sizes }: Sized, engine: Engine): Effect<Speed> =>
  measureSpeed(experiment, sizes, engine, seconds);

/** What one probe measures: a catalogued model in all its sizes, or one program of a person's own. */
export const kindOf = ({ experiment: { model }, program }: Sized): string =>
  model.name === 'program' ? `program ${hashProgram(program)}` : model.name;

/** One experiment for each kind of model: others of a catalogued model differ in size and options. */
export const kindsOf = (members: readonly Sized[]): readonly (readonly [kind: string, one: Sized])[] => [
  ...new Map(members.map((one) => [kindOf(one), one] as const)),
];

/** The probes that stand for several programs, as the end of a sentence; empty if each has its own. */
export const sharedProbes = (members: readonly Sized[]): string => {
  const programs = new Map<string, Set<string>>();
  for (const one of members) {
    const of = programs.get(kindOf(one)) ?? new Set();
    programs.set(kindOf(one), of.add(hashProgram(one.program)));
  }
  return [...programs]
    .filter(([, of]) => of.size > 1)
    .map(([kind, of]) => `; one probe stands for the ${of.size} programs of ${kind}`)
    .join('');
};

/** Measures here, for each kind of model, how fast it trains. */
export const speedsOf = (members: readonly Sized[], engine: Engine): Effect<ReadonlyMap<string, Speed>> =>
  pipe(
    kindsOf(members),
    TE.traverseSeqArray(([kind, one]) =>
      pipe(
        speedOf(one, engine),
        TE.map((speed) => [kind, speed] as const),
      ),
    ),
    TE.map((pairs) => new Map(pairs)),
  );
