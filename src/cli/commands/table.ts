/** `drumhead table`: the publication's tables, from the runs that are finished. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { presetNamed } from '../../experiments/catalogue.js';
import {
  latexTable,
  markdownTable,
  meansTable,
  namedTwice,
  type ScoreGroup,
  type ScoreSplit,
  scoreGroups,
  scoreSplits,
  scoresCsv,
  scoresJson,
  scoresNamed,
  scoresShown,
  spreadTable,
  type Table,
  terminalTable,
} from '../../report/tables/index.js';
import { groupedRun } from '../../runner/results/collected-runs.js';
import { type Collection, collect } from '../../runner/results/collection.js';
import { readPublished } from '../../runner/results/published.js';
import { remark } from '../edge.js';
import { allFlags, allValues, type Idle, noneIdle } from '../flags/all-flags.js';
import { oneOf, settingsFlag } from '../flags/flags.js';
import { sweepFrom } from '../source/source.js';
import { terminalWidth } from '../terminal/terminal-width.js';

export interface TableFlags extends Idle {
  readonly runs: string;
  readonly preset: string;
  readonly format: string;
  /** Settings that change the named experiment. */
  readonly set?: readonly string[];
  /** Default: the main scores of each experiment. */
  readonly scores?: string;
  readonly split?: string;
  readonly tables?: string;
  /** False for `--no-extremes`. */
  readonly extremes?: boolean;
}

export const tableFormats = ['terminal', 'csv', 'json', 'markdown', 'latex'] as const;
type TableFormat = (typeof tableFormats)[number];

export const tableKinds = ['means', 'extremes'] as const;
type TableKind = (typeof tableKinds)[number];

/** The requested tables. CSV and JSON hold all figures at once, so a choice would do nothing. */
const kindsWanted = (
  format: string,
  { tables, extremes = true }: TableFlags,
): Checked<readonly TableKind[]> => {
  if ((format === 'csv' || format === 'json') && (tables !== undefined || !extremes))
    return E.left(
      decodeError(
        tables === undefined ? '--no-extremes' : '--tables',
        `${format} has one line a score with all its figures; there is nothing to choose`,
      ),
    );
  return pipe(
    (tables ?? tableKinds.join(',')).split(',').map((name) => name.trim()),
    (names) => allValues(names.map(oneOf('table', tableKinds))),
    E.map((names) => tableKinds.filter((kind) => names.includes(kind) && (extremes || kind !== 'extremes'))),
    E.flatMap((kinds) =>
      kinds.length > 0
        ? E.right(kinds)
        : E.left(decodeError('--tables', 'no table is left without the extremes')),
    ),
  );
};

/** Keys of the scores that only some runs have, or will have. */
const keptIn = (groups: readonly ScoreGroup[]): readonly string[] => [
  ...new Set([
    ...groups.flatMap(({ runs }) => runs.flatMap(({ scores }) => Object.keys(scores))),
    ...groups.flatMap(({ shown = [] }) => shown.flatMap((name) => [name, `validation.${name}`])),
  ]),
];

/**
 * The requested scores; by default the main scores of each experiment. Of training samples only the loss is recorded.
 */
const asked = ({ scores }: TableFlags, split: ScoreSplit, groups: readonly ScoreGroup[]): string =>
  scores ?? (split === 'train' ? 'loss' : scoresShown(groups).join(','));

const made: Readonly<
  Record<TableKind, (name: string, groups: readonly ScoreGroup[], scores: readonly string[]) => Table>
> = { means: meansTable, extremes: spreadTable };

const render = (
  { name, notes }: Collection,
  groups: readonly ScoreGroup[],
  scores: readonly string[],
  format: TableFormat,
  kinds: readonly TableKind[],
): string => {
  if (format === 'csv') return scoresCsv(groups, scores);
  if (format === 'json') return scoresJson(groups, scores);
  const shown = kinds.map((kind, i) => {
    const table = made[kind](name, groups, scores);
    // Each note on an unreadable run is shown once.
    return { kind, table: i === 0 ? { ...table, notes: [...table.notes, ...notes] } : table };
  });
  const texts: Readonly<Record<typeof format, (table: Table, kind: TableKind) => string>> = {
    terminal: (table) => terminalTable(table, terminalWidth()),
    markdown: markdownTable,
    latex: (table, kind) => latexTable(table, `${name}-${kind}`),
  };
  return shown.map(({ kind, table }) => texts[format](table, kind)).join('\n\n\n');
};

const splitNamed = oneOf<ScoreSplit>('split', scoreSplits);

/** The tables of the runs of a name. */
export const table = (name: string, flags: TableFlags): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        format: oneOf('format', tableFormats)(flags.format),
        kinds: kindsWanted(flags.format, flags),
        split: splitNamed(flags.split ?? 'test'),
        preset: presetNamed(flags.preset),
        settings: settingsFlag('--set', flags.set ?? []),
      }),
    ),
    TE.bind('collection', () =>
      collect(name, flags.runs, sweepFrom(name, flags.preset, { set: flags.set ?? [] })),
    ),
    TE.bind('published', () => readPublished),
    TE.let('groups', ({ collection, published }) => scoreGroups(collection.runs.map(groupedRun), published)),
    TE.bind('scores', ({ split, groups }) =>
      TE.fromEither(scoresNamed(asked(flags, split, groups), split, keptIn(groups))),
    ),
    TE.tapIO(({ split }) => () => {
      for (const note of namedTwice(flags.scores ?? '', split)) remark(`note: ${note}`);
    }),
    TE.tapIO(({ format, collection }) => () => {
      // These formats have no place for notes.
      if (format === 'csv' || format === 'json') for (const note of collection.notes) remark(note);
    }),
    TE.map(({ format, kinds, scores, collection, groups }) =>
      render(collection, groups, scores, format, kinds),
    ),
  );
