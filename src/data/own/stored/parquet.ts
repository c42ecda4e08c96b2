/**
 * The columns of a Parquet file that are numbers, or lists of numbers with one shape in all rows. DuckDB, an optional
 * package, reads it.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, errorMessage } from '../../../base/error.js';
import { grouped, limits, tooManyArrays } from '../../../base/limits.js';
import { type Connection, type Database, openDatabase } from '../../../formats/duckdb.js';

/** A column of numbers. */
export interface ParquetColumn {
  readonly name: string;
  /** Rows. */
  readonly count: number;
  /** The shape of a row's value; [] for a number. */
  readonly shape: readonly number[];
  /** The values as float32, row after row; missing values are NaN. */
  readonly values: () => AsyncIterable<Uint8Array>;
}

export interface ParquetColumns {
  readonly columns: readonly ParquetColumn[];
  /** Names of the columns that are not numbers. */
  readonly others: readonly string[];
}

const isOfNumbers = (type: string): boolean =>
  /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))(\[\d*\])*$/.test(
    type,
  );

const quoted = (text: string, mark: string): string => `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;

const from = (path: string, more = ''): string => `read_parquet(${quoted(path, "'")}${more})`;

const opening = (): Promise<Checked<Database>> =>
  openDatabase(undefined, 'Parquet needs', 'save the columns as .npz or safetensors')();

/** A column as SQL: its numbers in lists, at this depth. Fixed arrays are lists too. */
interface Lists {
  readonly sql: string;
  readonly depth: number;
}

const listsOf = (name: string, type: string): Lists => {
  const column = quoted(name, '"');
  return {
    depth: type.split('[').length - 1,
    sql: /\[\d/.test(type) ? `cast(${column} as ${type.replace(/\[\d+\]/g, '[]')})` : column,
  };
};

/** SQL that flattens nested lists by so many levels. */
const flattened = (sql: string, times: number): string =>
  times <= 0 ? sql : flattened(`flatten(${sql})`, times - 1);

/**
 * The shape of the first row, which all rows must have. DuckDB computes the sizes, since a row may be too large.
 *
 * **Errors** Rejects with a sentence if a row has another shape.
 */
const shapeOf = async (
  path: string,
  { sql, depth }: Lists,
  connection: Connection,
): Promise<readonly number[]> => {
  if (depth === 0) return [];
  const asked = Array.from({ length: depth }, (_, axis) => `len(${sql}${'[1]'.repeat(axis)})`);
  const [sizes = []] = (
    await connection.runAndReadAll(`select ${asked.join(', ')} from ${from(path)} limit 1`)
  ).getRowsJson();
  const shape = sizes.map((size) => Number(size ?? 0));
  const numbers = shape.reduce((a, b) => a * b, 1);
  if (numbers > limits.parquetRow)
    throw new Error(
      `a row has ${grouped(numbers)} values, and ${grouped(limits.parquetRow)} is the limit in Parquet; save such samples as .npy or safetensors`,
    );
  const other = shape.map((size, axis) =>
    axis === 0
      ? `len(${sql}) is distinct from ${size}`
      : `len(list_filter(${flattened(sql, axis - 1)}, lambda x: len(x) is distinct from ${size})) > 0`,
  );
  const [odd] = (
    await connection.runAndReadAll(
      `select file_row_number, len(${sql}) from ${from(path, ', file_row_number = true')} where ${other.join(' or ')} limit 1`,
    )
  ).getRowsJson();
  if (odd === undefined) return shape;
  const [row, size] = odd;
  throw new Error(
    Number(size ?? -1) === shape[0]
      ? `row ${row} has lists of other lengths in it than the first; every row has as many values`
      : `row ${row} has ${size === null ? 'no list' : `${size} values`} where the first has ${shape[0]}; every row has as many`,
  );
};

/** The values of a column, a few thousand at a time. */
async function* valuesOf(path: string, { sql, depth }: Lists): AsyncGenerator<Uint8Array> {
  const opened = await opening();
  if (E.isLeft(opened)) throw new Error(errorMessage(opened.left));
  const { connection, close } = opened.right;
  try {
    const numbers = depth === 0 ? sql : `unnest(${flattened(sql, depth - 1)})`;
    // A value of any numeric type as a JavaScript number.
    const stream = await connection.stream(`select ${numbers}::double from ${from(path)}`);
    for (;;) {
      const chunk = await stream.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      const values = chunk.getColumnValues(0).map((value) => (value === null ? Number.NaN : Number(value)));
      yield new Uint8Array(Float32Array.from(values).buffer);
    }
  } finally {
    close();
  }
}

const columnsOn = async (path: string, connection: Connection): Promise<ParquetColumns> => {
  const rows = (await connection.runAndReadAll(`select count(*) from ${from(path)}`)).getRowsJson();
  const count = Number(rows[0]?.[0]);
  const described = (await connection.runAndReadAll(`describe select * from ${from(path)}`)).getRowsJson();
  const named = described.map(([name, type]) => ({ name: String(name), type: String(type) }));
  const ofNumbers = named.filter(({ type }) => isOfNumbers(type));
  if (ofNumbers.length > limits.arrays) throw new Error(tooManyArrays(ofNumbers.length));
  const columns: ParquetColumn[] = [];
  for (const { name, type } of ofNumbers) {
    const lists = listsOf(name, type);
    const shape = await shapeOf(path, lists, connection).catch((cause: unknown) => {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`);
    });
    columns.push({ name, count, shape, values: () => valuesOf(path, lists) });
  }
  return { columns, others: named.filter(({ type }) => !isOfNumbers(type)).map(({ name }) => name) };
};

/**
 * The columns of a file. Reads names, shapes and the number of rows, and checks that the lists of all rows have one
 * shape.
 *
 * **Errors** EngineError if DuckDB is not installed; DecodeError if it cannot read the file.
 */
export const parquetColumns = async (path: string): Promise<Checked<ParquetColumns>> => {
  if (/[*?[\]{}]/.test(path))
    return E.left(
      decodeError(path, 'its path has *, ?, [ or {, which stand for several files in DuckDB; rename it'),
    );
  const opened = await opening();
  if (E.isLeft(opened)) return opened;
  try {
    return E.right(await columnsOn(path, opened.right.connection));
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    return E.left(decodeError(path, said.split('\n\n')[0].replace(/\s+/g, ' ').trim()));
  } finally {
    opened.right.close();
  }
};
