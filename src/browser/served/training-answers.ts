/** Answers about trainings. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { hashProgram } from '../../dsl/program.js';
import { asks } from '../asks.js';
import type { Thread } from '../thread.js';
import { copied } from './films.js';
import type { Handles } from './handles.js';
import { type Answer, serving } from './serving.js';
import type { Training } from './trainings.js';

/** Trains, stops, and gives weights and run folders. The code of trainings is loaded with the first question. */
export const trainingAnswers = (
  trainings: Handles<Training>,
  start: (() => Thread) | undefined,
): readonly Answer[] => [
  serving(asks.training, async ({ experiment, seed, workers }) => {
    const { openTraining, progressOf } = await import('./training.js');
    return pipe(
      openTraining(experiment, seed, start && { count: workers, start }),
      E.map((training) => ({
        handle: trainings.put(training),
        program: training.program.graph,
        hash: hashProgram(training.program),
        classes: training.classes,
        parts: training.plan.microBatches,
        workers: training.workers,
        progress: progressOf(training),
      })),
    );
  }),
  serving(asks.train, async ({ handle, epochs }, say) => {
    const { goOn } = await import('./training.js');
    const found = trainings.find(handle);
    return E.isLeft(found) ? found : goOn(found.right, epochs, say);
  }),
  serving(asks.stop, ({ handle }) =>
    pipe(
      trainings.find(handle),
      E.map(({ stop }) => {
        stop?.abort();
        return {};
      }),
    ),
  ),
  serving(asks.trained, async ({ handle, which }) => {
    const { weightsNow } = await import('./training.js');
    return pipe(
      trainings.find(handle),
      E.map((training) => copied(weightsNow(training, which))),
    );
  }),
  serving(asks.folder, async ({ handle, host }) => {
    const { runFolder } = await import('./training.js');
    return pipe(
      trainings.find(handle),
      E.map((training) => runFolder(training, host)),
    );
  }),
];
