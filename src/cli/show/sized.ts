/** The sizes, the plan and the time of an experiment, for `drumhead show`. */

import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { type FusionPlan, fusionPlan } from '../../compile/fuse/partition/plan.js';
import { shapeOfDataset, splitNames } from '../../data/dataset.js';
import { loadDataset } from '../../data/load.js';
import { type Task, taskShape } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { type Program, select } from '../../dsl/index.js';
import { type Engine, openEngine, parseEngineChoice } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { programFor } from '../../experiments/model.js';
import type { Sizes } from '../../models/catalogue.js';
import { type Counts, measureSpeed, runFlops, type Speed } from '../../runner/run/estimate.js';
import type { Idle } from '../flags/all-flags.js';
import type { ChangeFlags } from '../flags/flags.js';
import { seconds } from '../session.js';

export interface ShowFlags extends ChangeFlags, Idle {
  readonly preset: string;
  readonly engine: string;
  /** Heeded before; here it is known that it was given. */
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
  readonly sizes: Sizes;
  readonly counts: Counts;
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
  readonly program: Program;
}

/** A person's files are read, since only they know their sizes. */
const dataOf = (task: Task): Effect<Pick<Sized, 'sizes' | 'counts' | 'classes'>> => {
  const known = taskShape(task);
  return O.isSome(known) && 'train' in task
    ? TE.right({ sizes: known.value, counts: task, classes: taskClasses(task) ?? [] })
    : pipe(
        loadDataset(task),
        TE.map((dataset) => {
          const [train, validation, test] = splitNames.map((name) => dataset[name].count);
          return {
            sizes: shapeOfDataset(dataset),
            counts: { train, validation, test },
            classes: dataset.classes,
          };
        }),
      );
};

/** An experiment with its sizes. Data in files are read for this. */
export const sized = (experiment: Experiment): Effect<Sized> =>
  pipe(
    dataOf(experiment.task),
    TE.bindTo('data'),
    TE.bind('program', ({ data }) =>
      TE.fromEither(programFor(experiment.model, experiment.loss.target, data.sizes)),
    ),
    TE.map(({ data, program }) => ({ experiment, program, ...data })),
  );

/** Billions, with two decimals below ten. */
export const giga = (value: number): string => (value / 1e9).toFixed(value < 1e10 ? 2 : 0);

/** Seconds of one run in one thread. */
export const secondsOf = ({ experiment, program, counts }: Sized, { flopsPerSecond }: Speed): number =>
  runFlops(experiment, program, counts) / flopsPerSecond;

export const planOf = ({ program }: Sized): FusionPlan => fusionPlan(select(program, 'logits'));
export const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Runs work on the engine that --engine names. */
export const withEngine = <A>(flags: ShowFlags, work: (engine: Engine) => Effect<A>): Effect<A> =>
  pipe(TE.fromEither(parseEngineChoice(flags.engine)), TE.flatMap(openEngine), TE.flatMap(work));

/** Measures how fast an experiment trains here. */
export const speedOf = ({ experiment, sizes }: Sized, engine: Engine): Effect<Speed> =>
  measureSpeed(experiment, sizes, engine, seconds);
