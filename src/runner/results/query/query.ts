/** SQL over run folders, answered by a process of its own. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../../base/error.js';
import { limits } from '../../../base/limits.js';
import { readBytes } from '../../../files/files.js';
import { putFile } from '../../../files/put-files.js';
import type { Writing } from '../../../files/write-folder.js';
import type { Answer } from './messages.js';
import { ask } from './process.js';
import type { PlainTable } from './tables.js';
import { inTemporary } from './temporary.js';

const most = { bytes: limits.queryBytes, seconds: limits.querySeconds, clock: limits.queryClock };

/**
 * The answer to a query over these tables: one SELECT, in the wide sense of DuckDB (`describe runs` is one).
 * It reads these tables and nothing else: no file, no network, no extension. DuckDB works in a process of its
 * own, which ends if it takes more memory or time than `limits` allows.
 *
 * **Errors** EngineError if DuckDB is not installed or its process dies; DecodeError with DuckDB's message on
 * the query, if it is not a SELECT (then nothing has run), and if it takes too much.
 */
export const query = (tables: readonly PlainTable[], sql: string): Effect<Answer> =>
  ask({ tables, sql, file: null }, most);

/**
 * Writes the answer to a query to a Parquet file, whole or not at all, and returns its number of rows. The
 * database itself writes only to a temporary folder.
 *
 * **Errors** as `query`; DecodeError if another file is in its place, which `force` moves aside; FileError.
 */
export const queryToParquet = (
  tables: readonly PlainTable[],
  sql: string,
  file: string,
  writing: Writing = {},
): Effect<number> =>
  inTemporary((folder) => {
    const made = join(folder, 'answer.parquet');
    return pipe(
      ask({ tables, sql, file: made }, most),
      TE.map(({ rows }) => Number(rows[0][0])),
      TE.tap(() =>
        pipe(
          readBytes(made, 'array'),
          TE.flatMap((bytes) => putFile(file, bytes, writing)),
        ),
      ),
    );
  });
