/** `drumhead show`: what an experiment is, before anything runs. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError } from '../../base/error.js';
import { type Cost, cost } from '../../compile/cost/index.js';
import { diagram } from '../../compile/diagram/index.js';
import { list, showListing } from '../../compile/listing/index.js';
import { describeTask, taskShape } from '../../data/task.js';
import { hashProgram, type Program, select } from '../../dsl/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { describeAnyModel, programFor } from '../../experiments/model.js';
import { experimentFrom } from '../source.js';

export interface ShowFlags {
  readonly preset: string;
  readonly nodes?: boolean;
  readonly diagram?: boolean;
}

const giga = (value: number): string => (value / 1e9).toFixed(value < 1e9 ? 3 : 1);

/** What one pass takes: arithmetic as counted by `cost`, memory as it estimates it. */
const costLines = ({ batch, inference, training }: Cost): readonly string[] => [
  `one batch of ${batch}:`,
  `  inference      ${giga(inference.flops)} GFLOP, about ${giga(inference.peakBytes)} GB at its peak`,
  `  training step  ${giga(training.flops)} GFLOP, about ${giga(training.peakBytes)} GB when not cut`,
];

const text = (experiment: Experiment, program: Program, flags: ShowFlags): string => {
  if (flags.diagram === true) return diagram(program);
  const { training, seeds } = experiment;
  const listing = list(program);
  return [
    experiment.name,
    `  task      ${describeTask(experiment.task)}`,
    `  model     ${describeAnyModel(experiment.model)}`,
    `  training  ${training.optimiser} at ${training.rate} (${training.schedule}), batch ${training.batch}, ` +
      `${training.epochs} epochs, seeds ${seeds.join(', ')}`,
    `  program   ${hashProgram(program).slice(0, 16)}`,
    '',
    showListing(flags.nodes === true ? listing : { ...listing, nodes: [] }),
    '',
    ...costLines(cost(select(program, 'logits'), { batch: training.batch })),
  ].join('\n');
};

export const show = (name: string, flags: ShowFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('experiment', () =>
      pipe(
        experimentFrom(name, flags.preset),
        TE.map(({ experiment }) => experiment),
      ),
    ),
    TE.bindW('sizes', ({ experiment }) =>
      TE.fromOption(() =>
        decodeError(name, 'the sizes of this task are known when its files are read; run it instead'),
      )(taskShape(experiment.task)),
    ),
    TE.bind('program', ({ experiment, sizes }) =>
      TE.fromEither(programFor(experiment.model, experiment.loss.target, sizes)),
    ),
    TE.map(({ experiment, program }) => text(experiment, program, flags)),
  );
