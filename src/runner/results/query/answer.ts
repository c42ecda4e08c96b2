/** Answers SQL over run folders by DuckDB, in this process. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../../base/error.js';

import { grouped, limits, sizeText } from '../../../base/limits.js';
import { type Connection, selects, withDatabase } from '../../../formats/duckdb.js';
import { exactText, exactValue } from './exact.js';
import { inOurNames } from './fault.js';
import type { Answer, AskedTable, Question } from './messages.js';

const quoted = (text: string): string => `'${text.replace(/'/g, "''")}'`;

/**
 * Loads a table. It is written as lines of JSON and read with the table's types, so no type is guessed and an
 * empty table works.
 */
const put = async (connection: Connection, table: AskedTable, folder: string): Promise<void> => {
  const path = join(folder, `${table.name}.ndjson`);
  await writeFile(path, table.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const columns = Object.entries(table.columns).map(([name, type]) => `${name}: ${quoted(type)}`);
  await connection.run(
    `CREATE TABLE ${table.name} AS SELECT * FROM read_json(${quoted(path)}, format = 'newline_delimited', ` +
      `columns = {${columns.join(', ')}}, maximum_object_size = 16777216)`,
  );
};

/**
 * Locks the database in: from here on it reads no file but `allowed`, loads no extension, opens no connection, and
 * these settings cannot be changed. The query, and names in it, may come from somebody else.
 */
const lockIn = async (connection: Connection, allowed: readonly string[]): Promise<void> => {
  for (const setting of [
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'allow_community_extensions = false',
    "temp_directory = ''",
    // Secrets of other programs of this person, in the home folder.
    'allow_persistent_secrets = false',
    "secret_directory = ''",
    "memory_limit = '1GB'",
    // Each thread holds 2,048 rows, whatever their size.
    'threads = 1',
    `allowed_paths = [${allowed.map(quoted).join(', ')}]`,
    'enable_external_access = false',
    'lock_configuration = true',
  ])
    await connection.run(`SET ${setting}`);
};

/** Rejects everything but a single SELECT before any of it runs, since a query must only read. */
const readsOnly = async (connection: Connection, sql: string): Promise<void> => {
  // Without a statement DuckDB fails with no message.
  if (sql.replace(/--.*$/gm, '').replace(/[\s;]/g, '') === '')
    throw new Error('it is empty; write a SELECT, such as select * from runs');
  const statements = await connection.extractStatements(sql);
  const first = await statements.prepare(0);
  const reads = statements.count === 1 && first.statementType === selects;
  first.destroySync();
  if (!reads) throw new Error('a query reads runs and changes nothing; write a single SELECT');
};

/** A query without its final semicolon, so that it can be put in brackets. */
const bare = (sql: string): string => sql.trim().replace(/(;\s*)+$/, '');

/**
 * The names of an answer's columns; equal names get suffixes, as DuckDB makes them in a table and in Parquet.
 */
const distinctNames = async (
  connection: Connection,
  sql: string,
  names: readonly string[],
): Promise<readonly string[]> =>
  new Set(names.map((name) => name.toLowerCase())).size === names.length
    ? names
    : (await connection.runAndReadAll(`SELECT * FROM (${bare(sql)}\n) LIMIT 0`)).columnNames();

const tooMuch = (what: string): Error =>
  new Error(`it answers with ${what}; select less, add LIMIT, or write all of it to a file with --parquet`);

/**
 * Reads rows one chunk at a time, so that an answer beyond the limits is refused before all of it is in
 * memory. The database counts its bytes first, without keeping them.
 */
const readLimited = async (connection: Connection, sql: string) => {
  const rows = limits.answerRows + 1;
  const counted = (text: string) =>
    connection.runAndReadAll(
      `SELECT sum(strlen(COLUMNS(*)::VARCHAR))::DOUBLE FROM (SELECT * FROM (${text}\n) LIMIT ${rows})`,
    );
  // A query that fails in brackets is tried again without a trailing comment; a faulty one is refused below.
  const sums = await counted(bare(sql)).catch(() =>
    counted(sql.replace(/;(\s|;|--[^\n]*(\n|$))*$/, '')).catch(() => null),
  );
  const bytes = (sums?.getRowsJson() ?? []).flat().reduce<number>((sum, one) => sum + Number(one), 0);
  if (bytes > limits.answerBytes) throw tooMuch(`more than ${sizeText(limits.answerBytes)}, the limit`);
  const reader = await connection.streamAndReadUntil(sql, rows);
  if (reader.currentRowCount > limits.answerRows)
    throw tooMuch(`more than ${grouped(limits.answerRows)} rows, the limit`);
  return reader;
};

const answerOf = async (connection: Connection, sql: string): Promise<Answer> => {
  const reader = await readLimited(connection, sql);
  const names = await distinctNames(connection, sql, reader.columnNames());
  const types = reader.columnTypes();
  const cells = reader.getRowsJson();
  return {
    columns: types.map((type, i) => ({ name: names[i], type: type.toString() })),
    rows: cells.map((row) => row.map((cell, i) => exactValue(types[i], cell))),
    texts: cells.map((row) => row.map((cell, i) => exactText(types[i], cell))),
  };
};

/**
 * The answer to a question, in this process, without a limit on memory and time. For a file the answer is the
 * number of its rows.
 *
 * @param folder an empty folder for the tables; the caller removes it
 */
export const answerIn = (folder: string, { tables, sql, file }: Question): Effect<Answer> =>
  pipe(
    withDatabase(async (connection) => {
      for (const table of tables) await put(connection, table, folder);
      await lockIn(connection, file === null ? [] : [file]);
      await readsOnly(connection, sql);
      if (file === null) return answerOf(connection, sql);
      // On a line of its own, since the query may end in a comment.
      await connection.run(`COPY (${bare(sql)}\n) TO ${quoted(file)} (FORMAT parquet)`);
      return answerOf(connection, `SELECT count(*) FROM read_parquet(${quoted(file)})`);
    }),
    TE.mapError(inOurNames(tables)),
  );
