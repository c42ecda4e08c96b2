/** An experiment, before anything runs. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { cost, showCost } from '../../compile/cost/index.js';
import { diagram } from '../../compile/diagram/index.js';
import { showPlan } from '../../compile/fuse/coverage/show.js';
import { showSummary, summary } from '../../compile/summary/index.js';
import { changes, describeAugment } from '../../data/augment.js';
import { describeTask, isArrayTask } from '../../data/task.js';
import { hashProgram, select } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { trainedOutput } from '../../experiments/learning.js';
import { describeLoss } from '../../experiments/loss.js';
import { describeAnyModel } from '../../experiments/model.js';
import { describeTraining } from '../../experiments/training/training.js';
import { duration, plural } from '../../report/page/numbers.js';
import type { Speed } from '../../runner/run/estimate.js';
import { fitted } from '../terminal/fitted.js';
import {
  giga,
  json,
  planOf,
  type ShowFlags,
  type Sized,
  secondsOf,
  sized,
  speedOf,
  withEngine,
} from './sized.js';

/** A run that may stop early takes no longer than all its epochs. */
const epochsText = ({ experiment: { training } }: Sized): string =>
  `${plural(training.epochs, 'epoch')}${training.patience === null ? '' : ' (fewer where it stops early)'}`;

const timeLine = (one: Sized, speed: Speed, engine: Engine): string =>
  `time: about ${duration(secondsOf(one, speed))} a run of ${epochsText(one)} in one thread of this ` +
  `machine; an estimate, from ${giga(speed.flopsPerSecond)} GFLOP/s measured in ${speed.seconds.toFixed(1)} s on ${engine.name}`;

const describeExperiment = ({ experiment, program, classes }: Sized, label: string): readonly string[] => [
  label,
  ...(label === experiment.name ? [] : [`  name      ${experiment.name}`]),
  `  task      ${describeTask(experiment.task)}`,
  `  model     ${describeAnyModel(experiment.model)}`,
  `  loss      ${describeLoss(experiment.loss, classes, !isArrayTask(experiment.task))}`,
  `  training  ${describeTraining(experiment.training)}`,
  ...(experiment.augment === undefined || !changes(experiment.augment)
    ? []
    : [`  augment   ${describeAugment(experiment.augment)}`]),
  `  seeds     ${experiment.seeds.join(', ')}`,
  `  program   ${hashProgram(program).slice(0, 16)}`,
];

const whole = (one: Sized, label: string, time: string, flags: ShowFlags): string => {
  const { experiment, program } = one;
  const listing = summary(program);
  // The diagram is code and is not wrapped.
  const words = [
    ...describeExperiment(one, label),
    '',
    showSummary(flags.nodes === true ? listing : { ...listing, nodes: [] }),
    '',
    showCost(
      cost(select(program, trainedOutput(experiment.loss)), {
        batch: experiment.training.batch,
      }),
    ),
    ...(time === '' ? [] : ['', time]),
  ].join('\n');
  return `${fitted(words)}\n\n${diagram(program)}`;
};

/** @param label its label */
export const showExperiment = (experiment: Experiment, label: string, flags: ShowFlags): Effect<string> =>
  pipe(
    sized(experiment),
    TE.flatMap((one) =>
      flags.diagram === true
        ? TE.right(diagram(one.program))
        : flags.plan === true
          ? TE.right(flags.json === true ? json(planOf(one)) : fitted(showPlan(planOf(one))))
          : flags.time
            ? withEngine(flags, (engine) =>
                pipe(
                  speedOf(one, engine),
                  TE.map((speed) => whole(one, label, timeLine(one, speed, engine), flags)),
                ),
              )
            : TE.right(whole(one, label, '', flags)),
    ),
  );
