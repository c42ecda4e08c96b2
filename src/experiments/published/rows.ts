/**
 * The publication's scores as values: a codec of the two CSV files beside this one. Pure; the runner reads the files.
 */

import { csvParse, type DSVRowArray } from 'd3-dsv';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../base/error.js';

/** Published scores: our names and the columns of the files. */
const columns = {
  foregroundIou: 'iou_foreground',
  foregroundAccuracy: 'acc_foreground',
  iou: 'iou',
  accuracy: 'acc',
  loss: 'loss',
  foregroundLoss: 'loss_foreground',
} as const;

/** The name of a published score. */
export type PublishedScore = keyof typeof columns;

const isScore = (name: string): name is PublishedScore => Object.hasOwn(columns, name);

/** Foreground scores first, since overall scores look better than the segmentation is. */
export const publishedScoreNames: readonly PublishedScore[] = Object.keys(columns).filter(isScore);

/** One score of one configuration over its seeds, rounded to .01 as published. */
export interface PublishedFigures {
  readonly mean: number;
  /** Sample standard deviation (n - 1): only this matches the printed .51 for four seeds of ten at 1. */
  readonly sd: number;
  /** Null if the spread was not published (Multi-MNIST). */
  readonly spread: { readonly min: number; readonly median: number; readonly max: number } | null;
}

/** One line of the publication's tables. */
export interface PublishedRow {
  readonly dataset: string;
  readonly model: string;
  readonly variant: string;
  /** Number of seeds: 10, for Multi-MNIST 12. */
  readonly runs: number;
  readonly scores: Readonly<Record<PublishedScore, PublishedFigures>>;
}

interface Line {
  readonly key: string;
  readonly row: Readonly<Record<string, string | undefined>>;
}

const keyOf = (row: Readonly<Record<string, string | undefined>>): string =>
  [row.dataset, row.model, row.variant].join(' · ');

const linesOf = (parsed: DSVRowArray): readonly Line[] => parsed.map((row) => ({ key: keyOf(row), row }));

/** The numbers in these columns, or one problem for each cell that is not a number. */
const numbers = <K extends string>(
  { key, row }: Line,
  wanted: Readonly<Record<K, string>>,
  problems: string[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries<string>(wanted).map(([name, column]) => {
      const text = row[column];
      const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
      if (!Number.isFinite(value)) problems.push(`${key}: column ${column} is not a number`);
      return [name, value];
    }),
  );

const figures = (
  column: string,
  scores: Line,
  spread: Line | undefined,
  problems: string[],
): PublishedFigures => {
  const { mean, sd } = numbers(scores, { mean: `${column}_mean`, sd: `${column}_std` }, problems);
  if (spread === undefined) return { mean, sd, spread: null };
  const { min, median, max } = numbers(
    spread,
    { min: `${column}_min`, median: `${column}_median`, max: `${column}_max` },
    problems,
  );
  return { mean, sd, spread: { min, median, max } };
};

/**
 * The published table from the text of its two files.
 *
 * **Errors** DecodeError with a line for every cell that is missing or not a number, and for every spread without a
 * score.
 */
export const decodePublished = (scoresCsv: string, spreadCsv: string): Checked<readonly PublishedRow[]> => {
  const problems: string[] = [];
  const spreads = linesOf(csvParse(spreadCsv));
  const lines = linesOf(csvParse(scoresCsv));
  if (lines.length === 0) problems.push('no lines');
  for (const { key } of spreads)
    if (!lines.some((line) => line.key === key)) problems.push(`${key}: a spread without scores`);
  const rows = lines.map((line): PublishedRow => {
    const { dataset = '', model = '', variant = '' } = line.row;
    if (dataset === '' || model === '' || variant === '')
      problems.push(`${line.key}: dataset, model and variant are needed`);
    const spread = spreads.find(({ key }) => key === line.key);
    const of = (score: PublishedScore) => figures(columns[score], line, spread, problems);
    return {
      dataset,
      model,
      variant,
      runs: dataset === 'Multi-MNIST' ? 12 : 10,
      scores: {
        foregroundIou: of('foregroundIou'),
        foregroundAccuracy: of('foregroundAccuracy'),
        iou: of('iou'),
        accuracy: of('accuracy'),
        loss: of('loss'),
        foregroundLoss: of('foregroundLoss'),
      },
    };
  });
  return pipe(
    rows,
    E.fromPredicate(
      () => problems.length === 0,
      () => decodeError('published scores', problems),
    ),
  );
};
