/** `drumhead list`: what can be run. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { drumExperiments } from '../../drums/index.js';
import { experimentNamed, experimentNames } from '../../experiments/catalogue.js';
import { describeAnyModel } from '../../experiments/model.js';
import { runsOf } from '../../experiments/sweep.js';
import { sweepNamed, sweepNames } from '../../experiments/sweeps.js';

const aboutExperiment = (name: string): string =>
  pipe(
    experimentNamed(name, 'full'),
    E.match(
      () => '',
      ({ model, seeds }) => `${describeAnyModel(model)}; ${seeds.length} seeds`,
    ),
  );

const aboutSweep = (name: string): string =>
  pipe(
    sweepNamed(name),
    E.match(
      () => '',
      (sweep) => `a sweep of ${sweep.members.length} experiments, ${runsOf(sweep).length} runs`,
    ),
  );

const aboutDrums = (name: string): string =>
  `${drumExperiments[name].drums.length} drums, struck and listened to`;

const entries: readonly (readonly [string, () => string])[] = [
  ...experimentNames.map((name) => [name, () => aboutExperiment(name)] as const),
  ...sweepNames.map((name) => [name, () => aboutSweep(name)] as const),
  ...Object.keys(drumExperiments).map((name) => [name, () => aboutDrums(name)] as const),
];

/** The names, one a line; with what each is beside it where that is asked for. */
export const list = (long = false): string => {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, about]) => (long ? `${name.padEnd(width)}  ${about()}` : name)).join('\n');
};
