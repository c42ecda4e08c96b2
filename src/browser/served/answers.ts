/** The answers of a worker: a function for each question, and its open programs, films and trainings. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asks } from '../asks.js';
import type { Thread } from '../thread.js';
import { filmAnswers } from './film-answers.js';
import type { Film } from './films.js';
import { Handles } from './handles.js';
import { judge } from './laws.js';
import { programAnswers } from './program-answers.js';
import { type Open, programWith } from './programs.js';
import { type Serve, serving } from './serving.js';
import { trainingAnswers } from './training-answers.js';
import type { Training } from './trainings.js';

/**
 * A worker's answers, by the names of the questions.
 *
 * @param start starts another worker, to share the steps of a training; left out: there are no others
 */
export const answers = (start?: () => Thread): ReadonlyMap<string, Serve> => {
  let last = 0;
  const next = (): number => ++last;
  const programs = new Handles<Open>('program', next);
  const films = new Handles<Film>('film', next);
  const trainings = new Handles<Training>('training', next);
  return new Map<string, Serve>([
    ...programAnswers(programs),
    ...filmAnswers(films),
    ...trainingAnswers(trainings, start),
    serving(asks.close, ({ handle }) => {
      programs.drop(handle)?.session.close();
      films.drop(handle);
      const training = trainings.drop(handle);
      training?.stop?.abort();
      training?.session.close();
      return E.right({});
    }),
    serving(asks.laws, judge),
    serving(asks.model, async ({ program, weights }) => {
      const { modelZip } = await import('./model-zip.js');
      return pipe(
        programWith(program, weights, 0),
        E.flatMap((found) => modelZip(found.program, found.parameters)),
        E.map((zip) => ({ zip })),
      );
    }),
  ]);
};
