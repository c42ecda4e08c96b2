/** The answers of a model on test samples: as numbers, and on its best and worst samples. */

import type { Session } from '../../compile/tfjs/session/session.js';
import type { ArrayForm, ArraySplit, ArrayValues } from '../../data/arrays.js';
import { volume } from '../../dsl/index.js';
import {
  type Answers,
  addClassAnswers,
  addNumberAnswers,
  classAnswers,
  hardBins,
  noClassAnswers,
  noNumberAnswers,
  numberAnswers,
  type SeriesAnswer,
} from '../../experiments/scores/answers.js';
import type { Compared } from '../../experiments/scores/compared.js';
import type { Better } from '../../experiments/scores/measures.js';
import { only } from '../training/classes.js';
import { range } from '../training/evaluate.js';
import type { Evaluation, Objective } from '../training/objective.js';

/** The samples to observe, and how. */
export interface AnswersPlan {
  readonly objective: Objective;
  readonly compared: Compared | null;
  readonly forms: Readonly<Record<string, ArrayForm>>;
  /** Samples of a part that is run at once. */
  readonly batch: number;
  /** The score that is compared with the difficulty of samples. */
  readonly score: { readonly name: string; readonly better: Better };
  readonly signal?: AbortSignal;
}

/** One sample with its answer. */
export interface ObservedSample {
  readonly index: number;
  readonly arrays: ArrayValues;
  /** The output that is compared, if there is one. */
  readonly answer: Float32Array | null;
  readonly evaluation: Evaluation;
  /** Whether it is one of the best or the worst; null if a person named it. */
  readonly rank: 'best' | 'worst' | null;
}

/** The observed answers. */
export interface ObservedAnswers {
  readonly answers: Answers;
  readonly samples: readonly ObservedSample[];
}

/**
 * The largest number of answers that are counted: a few pictures have as many pixels as a large set has
 * samples.
 */
const mostPlaces = 2_000_000;
const mostSamples = 10_000;
const fewestSamples = 64;
/** The number of best samples, and of worst ones. */
const mostExtremes = 3;

/** The number of samples of a split that are run. */
export const samplesLookedAt = (count: number, places: number): number =>
  Math.min(count, mostSamples, Math.max(fewestSamples, Math.floor(mostPlaces / Math.max(1, places))));

/** The array of the samples' difficulty. */
const difficultyIn = (forms: AnswersPlan['forms']): string | null =>
  Object.keys(forms).find((name) => forms[name].aside === true && forms[name].shape.length === 0) ?? null;

const placeOf = ({ forms, compared }: AnswersPlan): Answers['place'] => {
  if (compared === null) return 'sample';
  if (compared.classes === null) return 'value';
  const { shape } = forms[compared.against];
  return shape.length === 0 ? 'sample' : shape.length === 1 ? 'step' : 'pixel';
};

/** The values of one sample of several. */
const sampleOf = (values: ArrayValues, i: number, samples: number): ArrayValues =>
  Object.fromEntries(
    Object.entries(values).map(([name, all]) => {
      const size = all.length / samples;
      return [name, all.subarray(i * size, (i + 1) * size)];
    }),
  );

interface Part {
  readonly values: ArrayValues;
  readonly outputs: ArrayValues;
}

/** Some samples with their outputs. */
const observe = async (
  session: Session,
  split: ArraySplit,
  plan: AnswersPlan,
  indices: readonly number[],
  more: readonly string[],
): Promise<Part> => {
  const { objective, compared, batch } = plan;
  const mask = compared?.mask ?? null;
  const names = [
    ...new Set([
      ...objective.reads,
      ...(compared === null ? [] : [compared.against]),
      ...(mask === null ? [] : [mask]),
      ...more,
    ]),
  ];
  const values = await split.read(names, indices);
  const { outputs } = await session.infer(
    { count: indices.length, inputs: only(objective.inputs, values), samples: indices },
    [...new Set([...objective.outputs, ...(compared === null ? [] : [compared.output])])],
    {
      microBatches: range(0, Math.ceil(indices.length / batch)).map((part) =>
        Math.min(batch, indices.length - part * batch),
      ),
    },
  );
  return { values, outputs };
};

/** Every sample scored by itself. */
const scored = (
  { objective }: AnswersPlan,
  { values, outputs }: Part,
  samples: number,
): readonly Evaluation[] =>
  range(0, samples).map((i) =>
    objective.scorer.add(sampleOf(outputs, i, samples), sampleOf(values, i, samples), 1).evaluation(),
  );

/** The samples with the least and the largest loss; samples without a loss are left out. */
const extremes = (
  losses: readonly (number | null)[],
): Pick<Record<'best' | 'worst', readonly number[]>, 'best' | 'worst'> => {
  const known = losses.flatMap((loss, i) => (loss !== null && Number.isFinite(loss) ? [{ loss, i }] : []));
  const sorted = known.sort((a, b) => a.loss - b.loss || a.i - b.i).map(({ i }) => i);
  const each = Math.min(mostExtremes, Math.floor(sorted.length / 2));
  return { best: sorted.slice(0, each), worst: sorted.slice(sorted.length - each).reverse() };
};

/** Samples by their number, with all of their arrays. */
export const observeNamed = async (
  session: Session,
  split: ArraySplit,
  plan: AnswersPlan,
  chosen: readonly { readonly index: number; readonly rank: ObservedSample['rank'] }[],
): Promise<readonly ObservedSample[]> => {
  const done: ObservedSample[] = [];
  for (const { index, rank } of chosen) {
    const part = await observe(session, split, plan, [index], Object.keys(plan.forms));
    done.push({
      index,
      rank,
      arrays: part.values,
      answer: plan.compared === null ? null : part.outputs[plan.compared.output],
      evaluation: scored(plan, part, 1)[0],
    });
  }
  return done;
};

/** Lines of each rank that are drawn: two samples, or two columns of one. */
const mostLines = 2;
/** A second axis up to here is one of columns, beyond it one of places. */
const mostChannels = 16;
/** Numbers of a line. */
const mostPoints = 400;

/** The numbers over time of a few samples: what is asked is [T] or [T, columns], with what was seen before it where that is said. */
const seriesOf = (
  { compared, forms }: AnswersPlan,
  samples: readonly ObservedSample[],
): readonly SeriesAnswer[] => {
  if (compared === null || compared.classes !== null) return [];
  const { shape } = forms[compared.against];
  const [steps = 0, columns = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || steps < 3 || columns > mostChannels) return [];
  const before = forms.past?.shape;
  const seen =
    compared.against === 'future' && before?.length === shape.length && (before[1] ?? 1) === columns
      ? (before[0] ?? 0)
      : 0;
  const every = Math.ceil((steps + seen) / mostPoints);
  return (['best', 'worst'] as const).flatMap((rank) =>
    samples
      .filter((one) => one.rank === rank)
      .slice(0, columns > 1 ? 1 : mostLines)
      .flatMap(({ index, arrays, answer }) =>
        answer === null
          ? []
          : range(0, Math.min(mostLines, columns)).map((column): SeriesAnswer => {
              const line = (values: Float32Array, count: number): readonly number[] =>
                range(0, Math.floor(count / every)).map((i) =>
                  Number(values[i * every * columns + column].toPrecision(6)),
                );
              return {
                sample: index,
                rank,
                column: column + 1,
                columns,
                every,
                past: seen === 0 ? [] : line(arrays.past, seen),
                truth: line(arrays[compared.against], steps),
                predicted: line(answer, steps),
              };
            }),
      ),
  );
};

/**
 * The answers on the first samples of a split, as many as `samplesLookedAt` says, and the best and worst of
 * them; null if it was stopped, or if the split has no samples. Rejects if the engine does.
 */
export const observeAnswers = async (
  session: Session,
  split: ArraySplit,
  plan: AnswersPlan,
): Promise<ObservedAnswers | null> => {
  const { compared, forms, batch, score, signal } = plan;
  const places = compared === null ? 1 : volume(forms[compared.against].shape);
  const samples = samplesLookedAt(split.count, places);
  if (samples === 0) return null;
  const hard = difficultyIn(forms);
  const classes = compared?.classes ?? null;
  const classSums = noClassAnswers(classes?.length ?? 0);
  const numberSums = noNumberAnswers(samples * places);
  const evaluations: Evaluation[] = [];
  const graded: (readonly [number, number])[] = [];
  const together = 4 * batch;
  for (let begin = 0; begin < samples; begin += together) {
    if (signal?.aborted === true) return null;
    const indices = range(begin, Math.min(together, samples - begin));
    const part = await observe(session, split, plan, indices, hard === null ? [] : [hard]);
    const own = scored(plan, part, indices.length);
    evaluations.push(...own);
    if (hard !== null)
      for (const [i, { scores, loss }] of own.entries()) {
        const value = score.name === 'loss' ? loss : scores[score.name];
        if (value != null && Number.isFinite(value)) graded.push([part.values[hard][i], value]);
      }
    if (compared === null) continue;
    const [answer, truth] = [part.outputs[compared.output], part.values[compared.against]];
    const mask = compared.mask === null ? null : part.values[compared.mask];
    if (classes === null)
      addNumberAnswers(
        numberSums,
        answer,
        truth,
        (at) => mask === null || mask.length !== truth.length || mask[at] !== 0,
      );
    else addClassAnswers(classSums, answer, truth);
  }
  const { best, worst } = extremes(evaluations.map(({ loss }) => loss));
  const shown = await observeNamed(session, split, plan, [
    ...best.map((index) => ({ index, rank: 'best' as const })),
    ...worst.map((index) => ({ index, rank: 'worst' as const })),
  ]);
  const series = seriesOf(plan, shown);
  return {
    answers: {
      samples,
      of: split.count,
      place: placeOf(plan),
      classes: classes === null ? null : classAnswers(classSums, classes),
      numbers: compared === null || classes !== null ? null : numberAnswers(numberSums),
      graded:
        graded.length === 0 ? null : { score: score.name, better: score.better, bins: hardBins(graded) },
      ...(series.length === 0 ? {} : { series }),
    },
    samples: shown,
  };
};
