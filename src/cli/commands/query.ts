/** `drumhead query`: all runs as one table. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { mayPutFile } from '../../files/put-files.js';
import { labelsOfRuns } from '../../runner/folder/labels.js';
import {
  query as ask,
  epochsTable,
  ownColumns,
  type PlainTable,
  queryToParquet,
  runsTable,
  sweepsIn,
} from '../../runner/results/query/index.js';
import { readRuns } from '../../runner/results/summary.js';
import { remark, sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { type Format, formatNamed, render } from './query-format.js';

export interface QueryFlags extends Idle {
  readonly runs: string;
  readonly format: string;
  readonly parquet?: string;
  readonly force?: boolean;
}

const ofClasses: readonly string[] = ['foreground_iou', 'foreground_accuracy', 'accuracy', 'loss'];

/** The default query, with the scores that some run has. */
const overview = (runs: PlainTable, own: readonly string[]): string => {
  const scored = [...ofClasses, ...own].filter((column) => runs.rows.some((row) => row[column] != null));
  const shown = (scored.length === 0 ? ofClasses : scored).map((column) => `"${column}"`);
  return `select experiment, seed, engine, kernels, state, epochs, ${shown.join(', ')} from runs order by all`;
};

const answered = (
  tables: readonly [runs: PlainTable, epochs: PlainTable],
  own: readonly string[],
  sql: string | undefined,
  format: Format,
  { parquet, ...writing }: Pick<QueryFlags, 'parquet' | 'force'>,
): Effect<string> =>
  parquet === undefined
    ? pipe(
        ask(tables, sql ?? overview(tables[0], own)),
        TE.map((answer) => render(format, answer)),
      )
    : pipe(
        queryToParquet(tables, sql ?? 'select * from runs', parquet, sayingMoves(writing)),
        TE.map((rows) => `${rows} ${rows === 1 ? 'row' : 'rows'}: ${parquet}`),
      );

/** Answers an SQL query over all runs. */
export const query = (sql: string | undefined, flags: QueryFlags): Effect<string> =>
  pipe(
    TE.Do,
    TE.bind('checked', () =>
      TE.fromEither(allFlags({ idle: noneIdle(flags), format: formatNamed(flags.format) })),
    ),
    TE.let('format', ({ checked }) => checked.format),
    TE.tap(() => (flags.parquet === undefined ? TE.right(undefined) : mayPutFile(flags.parquet, flags))),
    TE.bind('found', () => readRuns(flags.runs)),
    TE.bind('sweeps', () => sweepsIn(flags.runs)),
    TE.tapIO(({ found, sweeps }) => () => {
      for (const note of [...found.notes, ...sweeps.notes]) remark(note);
    }),
    TE.bind('labels', ({ found }) => TE.fromTask(labelsOfRuns(found.runs))),
    TE.flatMap(({ format, found, labels, sweeps: { sweepsOf } }) =>
      answered(
        [
          runsTable(
            found.runs,
            sweepsOf,
            labels.map(({ name }) => name),
          ),
          epochsTable(found.runs, sweepsOf),
        ],
        ownColumns(found.runs),
        sql,
        format,
        flags,
      ),
    ),
  );
