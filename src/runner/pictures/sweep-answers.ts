/** What the best models of a sweep answer: charts of each, and scores against difficulty of several on one. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import type { Answers } from '../../experiments/scores/answers.js';
import { gradedScores, placeOf } from '../../report/figures/index.js';
import type { AnswerGallery, GradedPictures } from '../../report/sweep/index.js';
import { wordsOfScore } from '../../report/tables/index.js';
import { drawCharts } from '../run/report/answers.js';
import { type Figures, noFigures, readFigures } from '../run/report/figures.js';
import { shownChart } from '../run/report/page.js';
import { type Best, inTurn } from './best-runs.js';
import { distinct } from './sweep-words.js';
import { themed } from './themes.js';

/** The number of points for each experiment in a chart of many; the run's own report has all. */
const fewPairs = 300;

const thinned = (answers: Answers): Answers => {
  const { numbers } = answers;
  const every = numbers === null ? 1 : Math.ceil(numbers.pairs.length / fewPairs);
  return numbers === null || every === 1
    ? answers
    : { ...answers, numbers: { ...numbers, pairs: numbers.pairs.filter((_, i) => i % every === 0) } };
};

/**
 * The places of a list in turn over its tasks: the first of each, then the second of each, so that a page which is full leaves
 * none out whole.
 */
export const turns = (tasks: readonly string[]): readonly number[] => {
  const rank = tasks.map((task, i) => tasks.slice(0, i).filter((other) => other === task).length);
  return tasks.map((_, i) => i).sort((a, b) => rank[a] - rank[b] || a - b);
};

/** The answers of the best runs, as many as the page can hold. */
export const answersOf = (
  best: readonly Best[],
  budget: number,
): Effect<{ readonly galleries: readonly AnswerGallery[]; readonly leftOut: number }> =>
  pipe(
    inTurn(best, ({ name, run }) =>
      pipe(
        readFigures(run.record?.folder ?? ''),
        TE.orElse(() => TE.right<DrumheadError, Figures>(noFigures)),
        TE.bindTo('figures'),
        TE.bind('charts', ({ figures: { answers } }) =>
          answers === null ? TE.right([]) : drawCharts(thinned(answers)),
        ),
        TE.map(({ figures: { examples }, charts }) => ({
          name,
          href: run.href,
          task: placeOf(run.experiment).task,
          examples,
          charts,
        })),
      ),
    ),
    TE.map((all) => {
      const drawn = all.filter(({ charts, examples }) => charts.length > 0 || examples !== null);
      const kept = new Set<number>();
      let used = 0;
      for (const i of turns(drawn.map(({ task }) => task))) {
        const { charts, examples } = drawn[i];
        const bytes = 0.75 * JSON.stringify(examples).length + JSON.stringify(charts).length;
        if (used + bytes > budget) continue;
        used += bytes;
        kept.add(i);
      }
      const galleries = drawn.flatMap(({ name, href, charts, examples }, i): readonly AnswerGallery[] =>
        kept.has(i) ? [{ name, href, charts: charts.map(shownChart), examples }] : [],
      );
      return { galleries, leftOut: drawn.length - kept.size };
    }),
  );

/**
 * Scores of the best runs against difficulty: a picture for each task and score that several of them have.
 */
export const gradedOf = (best: readonly Best[]): Effect<readonly GradedPictures[]> =>
  pipe(
    inTurn(best, ({ run }) =>
      pipe(
        readFigures(run.record?.folder ?? ''),
        TE.orElse(() => TE.right<DrumheadError, Figures>(noFigures)),
        TE.map(({ answers }) => ({
          name: run.label.differs || run.label.name,
          task: placeOf(run.experiment).task,
          graded: answers?.graded ?? null,
        })),
      ),
    ),
    TE.map((all) =>
      all.flatMap(({ name, task, graded }) =>
        graded === null || graded.bins.length < 2 ? [] : [{ name, task, graded }],
      ),
    ),
    TE.flatMap((all) => {
      const keyOf = ({ task, graded }: (typeof all)[number]): string => `${task} ${graded.score}`;
      const groups = distinct(all.map(keyOf))
        .map((key) => all.filter((one) => keyOf(one) === key))
        .filter((group) => group.length > 1);
      return inTurn(groups, (group) => {
        const [{ task, graded }] = group;
        const lines = group.map((one) => ({ name: one.name, bins: one.graded.bins }));
        const of = { task, score: graded.score, better: graded.better, lines };
        return pipe(
          themed(
            (theme, room) => gradedScores({ ...of, theme, room }),
            `Scores against difficulty on ${task}, ${lines.length} models`,
          ),
          TE.map((picture) => ({
            task,
            score: wordsOfScore(graded.score),
            better: graded.better,
            picture,
            models: lines.length,
          })),
        );
      });
    }),
  );
