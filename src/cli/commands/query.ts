/** `drumhead query`: all runs as one table. */

import { csvFormatRows } from 'd3-dsv';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, unknownName } from '../../base/error.js';
import { mayBeFile } from '../../data/make-folder.js';
import { type Table, terminalTable } from '../../report/tables/index.js';
import {
  type Answer,
  query as ask,
  epochsTable,
  type PlainTable,
  queryToParquet,
  runsTable,
  sweepsIn,
} from '../../runner/query/index.js';
import { readRuns } from '../../runner/runs.js';
import { remark } from '../edge.js';

export interface QueryFlags {
  readonly runs: string;
  readonly format: string;
  readonly parquet?: string;
}

const formats = ['terminal', 'csv', 'json'] as const;
type Format = (typeof formats)[number];

const formatNamed = (name: string): E.Either<DrumheadError, Format> => {
  const found = formats.find((format) => format === name);
  return found === undefined ? E.left(unknownName('format', name, formats)) : E.right(found);
};

const plain = (cell: unknown): string =>
  cell === null || cell === undefined ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell);

const short = (cell: unknown): string =>
  typeof cell === 'number' && !Number.isInteger(cell) ? String(Number(cell.toPrecision(6))) : plain(cell);

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/;

const tableOf = ({ columns, rows }: Answer): Table => ({
  title: `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
  columns: columns.map(({ name, type }) => ({ name, align: numeric.test(type) ? 'right' : 'left' })),
  groups: rows.map((row) => [{ kind: 'chief', cells: row.map(short) }]),
  notes: [],
});

const render = (format: Format, answer: Answer): string => {
  const { columns, rows } = answer;
  switch (format) {
    case 'terminal':
      return terminalTable(tableOf(answer));
    case 'csv':
      return csvFormatRows([columns.map(({ name }) => name), ...rows.map((row) => row.map(plain))]);
    case 'json':
      return JSON.stringify(
        rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]]))),
        null,
        2,
      );
  }
};

/** What is shown when nothing is asked. */
const overview =
  'select experiment, seed, engine, state, epochs, foreground_iou, foreground_accuracy, accuracy, loss from runs order by all';

const answered = (
  tables: readonly PlainTable[],
  sql: string | undefined,
  format: Format,
  parquet: string | undefined,
): TE.TaskEither<DrumheadError, string> =>
  parquet === undefined
    ? pipe(
        ask(tables, sql ?? overview),
        TE.map((answer) => render(format, answer)),
      )
    : pipe(
        queryToParquet(tables, sql ?? 'select * from runs', parquet),
        TE.map((rows) => `${rows} ${rows === 1 ? 'row' : 'rows'}: ${parquet}`),
      );

export const query = (sql: string | undefined, flags: QueryFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('format', () => TE.fromEither(formatNamed(flags.format))),
    TE.chainFirst(() => (flags.parquet === undefined ? TE.right(undefined) : mayBeFile(flags.parquet))),
    TE.bind('found', () => readRuns(flags.runs)),
    TE.bind('sweepsOf', () => sweepsIn(flags.runs)),
    TE.chainFirstIOK(({ found }) => () => {
      for (const note of found.notes) remark(note);
    }),
    TE.chain(({ format, found, sweepsOf }) =>
      answered(
        [runsTable(found.runs, sweepsOf), epochsTable(found.runs, sweepsOf)],
        sql,
        format,
        flags.parquet,
      ),
    ),
  );
