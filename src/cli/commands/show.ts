/** `drumhead show`: what an experiment or a sweep is, before anything runs. */

import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError } from '../../base/error.js';
import { cost, showCost } from '../../compile/cost/index.js';
import { diagram } from '../../compile/diagram/index.js';
import { type FusionPlan, fusionPlan } from '../../compile/fuse/plan.js';
import { showPlan, showPlans } from '../../compile/fuse/show.js';
import { list, showListing } from '../../compile/listing/index.js';
import { shapeOfDataset, splitNames } from '../../data/dataset.js';
import { load } from '../../data/load.js';
import { describeTask, type Task, taskShape } from '../../data/task.js';
import { drumExperiments } from '../../drums/index.js';
import { hashProgram, type Program, select } from '../../dsl/index.js';
import { type Engine, openEngine, parseEngineChoice } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { describeLoss } from '../../experiments/loss.js';
import { describeAnyModel, programFor } from '../../experiments/model.js';
import { type Member, runsOf, type Sweep } from '../../experiments/sweep.js';
import { describeTraining } from '../../experiments/training.js';
import type { Sizes } from '../../models/catalogue.js';
import { duration } from '../../report/page/numbers.js';
import { type Counts, measureSpeed, runFlops, type Speed } from '../../runner/estimate.js';
import type { ChangeFlags } from '../flags.js';
import { programIn } from '../program-file.js';
import { seconds } from '../session.js';
import { namedFrom } from '../source.js';

export interface ShowFlags extends ChangeFlags {
  readonly preset: string;
  readonly engine: string;
  readonly nodes?: boolean;
  readonly diagram?: boolean;
  readonly plan?: boolean;
  readonly json?: boolean;
  /** `--no-time` makes it false. */
  readonly time: boolean;
}

type Effect<A> = TE.TaskEither<DrumheadError, A>;

/** An experiment with what its task's data decides. */
interface Sized {
  readonly experiment: Experiment;
  readonly sizes: Sizes;
  readonly counts: Counts;
  readonly program: Program;
}

/** A person's files are read, since only they know their sizes. */
const dataOf = (task: Task): Effect<Pick<Sized, 'sizes' | 'counts'>> => {
  const known = taskShape(task);
  return O.isSome(known) && 'train' in task
    ? TE.right({ sizes: known.value, counts: task })
    : pipe(
        load(task),
        TE.map((dataset) => {
          const [train, validation, test] = splitNames.map((name) => dataset[name].count);
          return { sizes: shapeOfDataset(dataset), counts: { train, validation, test } };
        }),
      );
};

const sized = (experiment: Experiment): Effect<Sized> =>
  pipe(
    dataOf(experiment.task),
    TE.bindTo('data'),
    TE.bind('program', ({ data }) =>
      TE.fromEither(programFor(experiment.model, experiment.loss.target, data.sizes)),
    ),
    TE.map(({ data, program }) => ({ experiment, program, ...data })),
  );

const giga = (value: number): string => (value / 1e9).toFixed(value < 1e10 ? 2 : 0);

/** Seconds of one run in one thread. */
const secondsOf = ({ experiment, program, counts }: Sized, { flopsPerSecond }: Speed): number =>
  runFlops(experiment, program, counts) / flopsPerSecond;

const timeLine = (one: Sized, speed: Speed, engine: Engine): string =>
  `time: about ${duration(secondsOf(one, speed))} a run of ${one.experiment.training.epochs} epochs in one thread of this ` +
  `machine; an estimate, from ${giga(speed.flopsPerSecond)} GFLOP/s measured in ${speed.seconds.toFixed(1)} s on ${engine.name}`;

const describeExperiment = (experiment: Experiment, program: Program): readonly string[] => [
  experiment.name,
  `  task      ${describeTask(experiment.task)}`,
  `  model     ${describeAnyModel(experiment.model)}`,
  `  loss      ${describeLoss(experiment.loss)}`,
  `  training  ${describeTraining(experiment.training)}`,
  `  seeds     ${experiment.seeds.join(', ')}`,
  `  program   ${hashProgram(program).slice(0, 16)}`,
];

const whole = (one: Sized, time: string, flags: ShowFlags): string => {
  const { experiment, program } = one;
  const listing = list(program);
  return [
    ...describeExperiment(experiment, program),
    '',
    showListing(flags.nodes === true ? listing : { ...listing, nodes: [] }),
    '',
    showCost(cost(select(program, 'logits'), { batch: experiment.training.batch })),
    ...(time === '' ? [] : ['', time]),
    '',
    diagram(program),
  ].join('\n');
};

const planOf = ({ program }: Sized): FusionPlan => fusionPlan(select(program, 'logits'));
const json = (value: unknown): string => JSON.stringify(value, null, 2);

const withEngine = <A>(flags: ShowFlags, work: (engine: Engine) => Effect<A>): Effect<A> =>
  pipe(TE.fromEither(parseEngineChoice(flags.engine)), TE.chain(openEngine), TE.chain(work));

const speedOf = ({ experiment, sizes }: Sized, engine: Engine): Effect<Speed> =>
  measureSpeed(experiment, sizes, engine, seconds);

const showExperiment = (experiment: Experiment, flags: ShowFlags): Effect<string> =>
  pipe(
    sized(experiment),
    TE.chain((one) =>
      flags.diagram === true
        ? TE.right(diagram(one.program))
        : flags.plan === true
          ? TE.right(flags.json === true ? json(planOf(one)) : showPlan(planOf(one)))
          : flags.time
            ? withEngine(flags, (engine) =>
                pipe(
                  speedOf(one, engine),
                  TE.map((speed) => whole(one, timeLine(one, speed, engine), flags)),
                ),
              )
            : TE.right(whole(one, '', flags)),
    ),
  );

/** One probe for each kind of model: the rest of a sweep differs in size. */
const speedsOf = (members: readonly Sized[], engine: Engine): Effect<ReadonlyMap<string, Speed>> =>
  pipe(
    [...new Map(members.map((one) => [one.experiment.model.name, one] as const))],
    A.traverse(TE.ApplicativeSeq)(([kind, one]) =>
      pipe(
        speedOf(one, engine),
        TE.map((speed) => [kind, speed] as const),
      ),
    ),
    TE.map((pairs) => new Map(pairs)),
  );

const axesOf = ({ axes, experiment }: Member): string => {
  const along = Object.entries(axes).map(([axis, value]) => `${axis} ${value}`);
  return along.length === 0 ? experiment.name : along.join(', ');
};

const sweepText = (
  sweep: Sweep,
  members: readonly Sized[],
  speeds: ReadonlyMap<string, Speed>,
  engine: string,
): string => {
  const times = members.map((one) => {
    const speed = speeds.get(one.experiment.model.name);
    return speed === undefined ? null : secondsOf(one, speed);
  });
  const rows = members.map(({ experiment, program }, i) => {
    const { parameters, training } = cost(select(program, 'logits'), { batch: experiment.training.batch });
    const time = times[i];
    return [
      axesOf(sweep.members[i]),
      parameters.toLocaleString('en-US'),
      giga(training.flops),
      String(experiment.training.epochs),
      String(experiment.seeds.length),
      ...(time === null ? [] : [duration(time)]),
    ];
  });
  const timed = rows.some((row) => row.length > 5);
  const head = ['member', 'numbers', 'GFLOP a step', 'epochs', 'seeds', ...(timed ? ['a run, about'] : [])];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const table = [head, ...rows].map((row) =>
    row.map((entry, i) => (i === 0 ? entry.padEnd(widths[i]) : entry.padStart(widths[i]))).join('  '),
  );
  const total = members.reduce(
    (sum, { experiment }, i) => sum + experiment.seeds.length * (times[i] ?? 0),
    0,
  );
  return [
    `${sweep.name}: ${members.length} experiments, ${runsOf(sweep).length} runs`,
    '',
    ...table,
    ...(timed
      ? [
          '',
          `time: about ${duration(total)} in all, in one thread of this machine; an estimate, from short probes on ${engine}`,
        ]
      : []),
  ].join('\n');
};

/** The plan of each member. */
const sweepPlans = (sweep: Sweep, members: readonly Sized[], flags: ShowFlags): string => {
  const named = members.map((one, i) => [axesOf(sweep.members[i]), planOf(one)] as const);
  return flags.json === true ? json(named.map(([member, plan]) => ({ member, plan }))) : showPlans(named);
};

const showSweep = (sweep: Sweep, flags: ShowFlags): Effect<string> =>
  pipe(
    sweep.members,
    A.traverse(TE.ApplicativeSeq)(({ experiment }) => sized(experiment)),
    TE.chain((members) =>
      flags.plan === true
        ? TE.right(sweepPlans(sweep, members, flags))
        : flags.time
          ? withEngine(flags, (engine) =>
              pipe(
                speedsOf(members, engine),
                TE.map((speeds) => sweepText(sweep, members, speeds, engine.name)),
              ),
            )
          : TE.right(sweepText(sweep, members, new Map(), '')),
    ),
  );

const showDrums = (name: string): string => {
  const { drums, speed, dt, steps, window, tones } = drumExperiments[name];
  return [
    name,
    `  waves     speed ${speed}, ${steps} steps of ${dt}`,
    `  heard     ${tones} of the lowest tones, through a ${window} window`,
    ...drums.map((drum) => `  drum      ${drum.name}: ${drum.shape.kind}`),
  ].join('\n');
};

/** A program that is part of no experiment: what can be said of it without a task. */
const showProgram = (program: Program, flags: ShowFlags): string => {
  if (flags.diagram === true) return diagram(program);
  const plan = fusionPlan(program);
  if (flags.plan === true) return flags.json === true ? json(plan) : showPlan(plan);
  const listing = list(program);
  return [
    `program ${hashProgram(program).slice(0, 16)}`,
    '',
    showListing(flags.nodes === true ? listing : { ...listing, nodes: [] }),
    '',
    showCost(cost(program, { batch: 1 })),
    '',
    diagram(program),
  ].join('\n');
};

export const show = (name: string, flags: ShowFlags): Effect<string> =>
  flags.json === true && flags.plan !== true
    ? TE.left(decodeError('--json', 'only the plan is shown as JSON: give --plan too'))
    : Object.hasOwn(drumExperiments, name)
      ? TE.right(showDrums(name))
      : pipe(
          programIn(name),
          TE.chain((program) =>
            program !== null
              ? TE.right(showProgram(program, flags))
              : pipe(
                  namedFrom(name, flags.preset, flags),
                  TE.chain((found) =>
                    found.kind === 'sweep'
                      ? showSweep(found.sweep, flags)
                      : showExperiment(found.experiment, flags),
                  ),
                ),
          ),
        );
