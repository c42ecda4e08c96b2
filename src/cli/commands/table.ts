/** `drumhead table`: the publication's tables from whatever runs are finished. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, unknownName } from '../../base/error.js';
import { type PublishedScore, publishedScoreNames } from '../../experiments/published/index.js';
import {
  latexTable,
  markdownTable,
  meansTable,
  type ScoreGroup,
  scoreGroups,
  scoresCsv,
  spreadTable,
  type Table,
  terminalTable,
} from '../../report/tables/index.js';
import { type Collection, collect } from '../../runner/collection.js';
import { readPublished } from '../../runner/published.js';
import { sweepFrom } from '../source.js';

export interface TableFlags {
  readonly runs: string;
  readonly preset: string;
  readonly format: string;
  readonly scores: string;
}

export const tableFormats = ['terminal', 'csv', 'markdown', 'latex'] as const;
type TableFormat = (typeof tableFormats)[number];

const formatNamed = (name: string): E.Either<DrumheadError, TableFormat> => {
  const found = tableFormats.find((format) => format === name);
  return found === undefined ? E.left(unknownName('format', name, tableFormats)) : E.right(found);
};

const scoresNamed = (list: string): E.Either<DrumheadError, readonly PublishedScore[]> => {
  const names = list === 'all' ? publishedScoreNames : list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !publishedScoreNames.some((score) => score === name));
  return unknown === undefined
    ? E.right(publishedScoreNames.filter((score) => names.includes(score)))
    : E.left(unknownName('score', unknown, [...publishedScoreNames, 'all']));
};

const renderers: Readonly<Record<Exclude<TableFormat, 'csv'>, (table: Table) => string>> = {
  terminal: terminalTable,
  markdown: markdownTable,
  latex: latexTable,
};

const render = (
  { name, notes }: Collection,
  groups: readonly ScoreGroup[],
  scores: readonly PublishedScore[],
  format: TableFormat,
): string => {
  if (format === 'csv') return scoresCsv(groups, scores);
  const means = meansTable(name, groups, scores);
  const tables = [{ ...means, notes: [...means.notes, ...notes] }, spreadTable(name, groups, scores)];
  return tables.map(renderers[format]).join('\n\n\n');
};

export const table = (name: string, flags: TableFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('format', () => TE.fromEither(formatNamed(flags.format))),
    TE.bind('scores', () => TE.fromEither(scoresNamed(flags.scores))),
    TE.bind('collection', () => collect(name, flags.runs, sweepFrom(name, flags.preset))),
    TE.bind('published', () => readPublished),
    TE.map(({ format, scores, collection, published }) => {
      const groups = scoreGroups(
        collection.runs.map((run) => ({ ...run, scores: run.record?.scores ?? null })),
        published,
      );
      return render(collection, groups, scores, format);
    }),
  );
