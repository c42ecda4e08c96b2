/**
 * Observes and draws the answers of a run's model on its test samples: charts, and its best and worst
 * samples.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../../base/error.js';
import { errorOf, type Session } from '../../../compile/tfjs/session/session.js';
import type { NamedArrays } from '../../../data/arrays.js';
import type { SplitName } from '../../../data/dataset.js';
import type { Program } from '../../../dsl/index.js';
import type { Learning } from '../../../experiments/learning.js';
import type { LossSpec } from '../../../experiments/loss.js';
import type { Answers } from '../../../experiments/scores/answers.js';
import { type Compared, comparedIn } from '../../../experiments/scores/compared.js';
import type { Better, Measures } from '../../../experiments/scores/measures.js';
import { type AnswerChart, answerCharts } from '../../../report/answers/charts.js';
import {
  type Example,
  type ExamplesPicture,
  examplesFigure,
  examplesPng,
} from '../../../report/answers/examples.js';
import { dark, light, type PanelFigure, type Theme } from '../../../report/index.js';
import { scoreFigure } from '../../../report/tables/figures.js';
import { wordsOfScore } from '../../../report/tables/score-columns.js';
import {
  type AnswersPlan,
  type ObservedAnswers,
  type ObservedSample,
  observeAnswers,
} from '../../observe/answers.js';
import { objectiveOf } from '../../training/aimed.js';
import type { Objective } from '../../training/objective.js';

/** The parts of a run that its answers need. */
export interface Answering {
  readonly program: Program;
  readonly aim: Learning['aim'];
  readonly loss: LossSpec;
  readonly arrays: NamedArrays;
  readonly objective?: Objective;
  /** Samples of a part that is run at once. */
  readonly batch: number;
  readonly signal?: AbortSignal;
}

/** A chart in both themes, at full width and for a phone. */
export interface DrawnChart extends Pick<AnswerChart, 'name' | 'alt' | 'caption'> {
  readonly wide: { readonly light: string; readonly dark: string };
  readonly narrow: { readonly light: string; readonly dark: string };
}

/** The drawings of answers. */
export interface DrawnAnswers {
  readonly answers: Answers;
  readonly charts: readonly DrawnChart[];
  /** Null if there are no samples to show. */
  readonly examples: { readonly figure: PanelFigure; readonly png: Uint8Array } | null;
}

/**
 * The score that is compared with the difficulty of a sample: the first that the experiment declares, or for
 * classes the share of correct ones.
 */
const scoreOf = ({ aim }: Pick<Answering, 'aim'>): { readonly name: string; readonly better: Better } => {
  if (aim.kind === 'classes')
    return {
      name:
        aim.objects > 0
          ? 'foregroundAri'
          : aim.scored === 'segmentation' && aim.label === 'mask'
            ? 'foregroundIou'
            : 'accuracy',
      better: 'more',
    };
  const [first] = Object.entries(aim.scores);
  return first === undefined ? { name: 'loss', better: 'less' } : { name: first[0], better: first[1].better };
};

/** The plan for observing the answers of a run. */
export const answersPlan = (of: Answering): AnswersPlan => ({
  objective: of.objective ?? objectiveOf(of),
  compared: comparedIn(of, of.loss, of.arrays.forms),
  forms: of.arrays.forms,
  batch: of.batch,
  score: scoreOf(of),
  ...(of.signal === undefined ? {} : { signal: of.signal }),
});

const rankWords = { best: 'best', worst: 'worst' } as const;

/** The scores of one sample in words: its loss, and its score if that is another. */
export const sampleNote = (
  { scores, loss }: { readonly scores: Measures; readonly loss: number | null },
  name: string,
): string =>
  [
    ...(loss === null ? [] : [`loss ${scoreFigure(loss)}`]),
    ...(name === 'loss' || scores[name] == null
      ? []
      : [`${wordsOfScore(name)} ${scoreFigure(scores[name])}`]),
  ].join(', ');

/** A sample as an example of a picture. */
const exampleOf =
  (plan: AnswersPlan, split: SplitName) =>
  (sample: ObservedSample): Example => ({
    name: `${sample.rank === null ? '' : `${rankWords[sample.rank]}: `}${split} sample ${sample.index}`,
    note: sampleNote(sample.evaluation, plan.score.name),
    arrays: sample.arrays,
    answer: sample.answer,
  });

const askedOf = (compared: Compared | null): ExamplesPicture['asked'] =>
  compared === null ? null : { against: compared.against, classes: compared.classes };

/** The arrays to show, without those that repeat others: for pictures with classes only one target. */
const formsShown = ({ forms, compared }: AnswersPlan): AnswersPlan['forms'] =>
  Object.fromEntries(
    Object.entries(forms).filter(
      ([name, form]) => name === compared?.against || form.classes === undefined || !('image' in forms),
    ),
  );

/** Samples as the examples of a picture. */
export const examplesOf = (
  plan: AnswersPlan,
  samples: readonly ObservedSample[],
  split: SplitName,
): ExamplesPicture => ({
  examples: samples.map(exampleOf(plan, split)),
  forms: formsShown(plan),
  asked: askedOf(plan.compared),
});

const both = (
  draw: (theme: Theme) => Effect<string>,
): Effect<{ readonly light: string; readonly dark: string }> =>
  pipe(
    TE.Do,
    TE.bind('light', () => draw(light)),
    TE.bind('dark', () => draw(dark)),
  );

const drawChart = ({ name, alt, caption, draw }: AnswerChart): Effect<DrawnChart> =>
  pipe(
    TE.Do,
    TE.bind('wide', () => both((theme) => draw({ theme, room: 'wide' }))),
    TE.bind('narrow', () => both((theme) => draw({ theme, room: 'narrow' }))),
    TE.map((drawn) => ({ name, alt, caption, ...drawn })),
  );

/** The charts of answers in every form. */
export const drawCharts = (answers: Answers): Effect<readonly DrawnChart[]> =>
  TE.traverseSeqArray(drawChart)(answerCharts(answers));

/** Draws the observed answers. */
const drawObserved = (plan: AnswersPlan, { answers, samples }: ObservedAnswers): Effect<DrawnAnswers> =>
  pipe(
    TE.Do,
    TE.bind('charts', () => drawCharts(answers)),
    TE.bind('examples', () => {
      if (samples.length === 0) return TE.right(null);
      const picture = examplesOf(plan, samples, 'test');
      return TE.fromEither(
        pipe(
          E.Do,
          E.bind('figure', () =>
            examplesFigure({
              ...picture,
              alt: 'The samples that the model does best and worst, with what was asked and answered',
            }),
          ),
          E.bind('png', () => examplesPng(picture)),
        ),
      );
    }),
    TE.map((drawn) => ({ answers, ...drawn })),
  );

/**
 * Observes and draws the answers on the test samples; null if it was stopped. **Errors** those of the engine.
 */
export const drawAnswers = (session: Session, of: Answering): Effect<DrawnAnswers | null> => {
  const plan = answersPlan(of);
  return pipe(
    TE.tryCatch(() => observeAnswers(session, of.arrays.test, plan), errorOf),
    TE.flatMap((observed) => (observed === null ? TE.right(null) : drawObserved(plan, observed))),
  );
};
