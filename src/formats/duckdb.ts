/**
 * The part of @duckdb/node-api that is used. The package is optional (70 MB); its types are not imported, so that
 * drumhead compiles without it.
 */

import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, type Effect, engineError } from '../base/error.js';

/** The part of a DuckDB type that is used: its name, and the types inside it. */
export interface ColumnType {
  readonly toString: () => string;
  /** For lists, arrays and maps. */
  readonly valueType?: ColumnType;
  readonly keyType?: ColumnType;
  /** For structs. */
  readonly entryNames?: readonly string[];
  readonly entryTypes?: readonly ColumnType[];
  /** For unions. */
  readonly memberTags?: readonly string[];
  readonly memberTypes?: readonly ColumnType[];
}

interface Reader {
  readonly columnNames: () => readonly string[];
  readonly columnTypes: () => readonly ColumnType[];
  readonly currentRowCount: number;
  /** Large integers and decimals come as strings. */
  readonly getRowsJson: () => readonly (readonly unknown[])[];
}

/** Statements that DuckDB has parsed but not run. */
interface Statements {
  readonly count: number;
  readonly prepare: (index: number) => Promise<{
    /** One of `StatementType`. */
    readonly statementType: number;
    readonly destroySync: () => void;
  }>;
}

/** DuckDB's `StatementType.SELECT`: any statement that answers with rows and changes nothing, `describe` and `from` too. */
export const selects = 1;

/** The rows of a result, read about two thousand at a time. */
interface Chunks {
  /** Null, or a chunk without rows, at the end. */
  readonly fetchChunk: () => Promise<Chunk | null>;
}

interface Chunk {
  readonly rowCount: number;
  readonly getColumnValues: (column: number) => readonly unknown[];
}

/** A connection to the database in memory. */
export interface Connection {
  readonly stream: (sql: string) => Promise<Chunks>;
  readonly extractStatements: (sql: string) => Promise<Statements>;
  readonly run: (sql: string) => Promise<unknown>;
  readonly runAndReadAll: (sql: string) => Promise<Reader>;
  /** As `runAndReadAll`, but reads rows as they are made, and stops after about `rows`. */
  readonly streamAndReadUntil: (sql: string, rows: number) => Promise<Reader>;
  readonly closeSync: () => void;
}

interface DuckDb {
  readonly DuckDBInstance: {
    readonly create: (path: string) => Promise<{
      readonly connect: () => Promise<Connection>;
      readonly closeSync: () => void;
    }>;
  };
}

const packageName = '@duckdb/node-api';

const load = (name: string, wanted: string, otherwise: string): Effect<DuckDb> =>
  TE.tryCatch(
    async (): Promise<DuckDb> => await import(name),
    () =>
      engineError(
        'duckdb',
        `${wanted} the optional package ${name}, which is not installed here; run \`npm install ${name}\` in the folder of drumhead (it has about 70 MB), or ${otherwise}`,
      ),
  );

/** The first line of a message of DuckDB, which is the sentence; the other lines show the query. */
const sqlError = (cause: unknown): DrumheadError => {
  const said = cause instanceof Error ? cause.message : String(cause);
  // The name of the failing internal function does not help the author of the query.
  const own = said.replace(/^Failed to \w+ statements: /, '');
  if (own.startsWith('Permission Error'))
    return decodeError(
      'query',
      'a query reads runs and changes nothing, and reaches no file or address; write a single SELECT from runs or epochs',
    );
  return decodeError('query', own.split('\n\n')[0].replace(/\s+/g, ' ').trim());
};

/** A database in memory, until it is closed. */
export interface Database {
  readonly connection: Connection;
  readonly close: () => void;
}

/** Opens a database in memory. **Errors** EngineError if DuckDB is not installed; rejects if it fails. */
export const openDatabase = (
  name: string = packageName,
  wanted = 'queries need',
  otherwise = 'read the CSV of `drumhead table NAME --format csv`',
): Effect<Database> =>
  TE.flatMap((duckdb: DuckDb) =>
    TE.tryCatch(async () => {
      const instance = await duckdb.DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      return {
        connection,
        close: () => {
          connection.closeSync();
          instance.closeSync();
        },
      };
    }, sqlError),
  )(load(name, wanted, otherwise));

/**
 * Runs work on a database in memory.
 *
 * **Errors** EngineError if DuckDB is not installed; DecodeError with its message on a query.
 */
export const withDatabase = <A>(
  work: (connection: Connection) => Promise<A>,
  name: string = packageName,
): Effect<A> =>
  TE.flatMap(({ connection, close }: Database) =>
    TE.tryCatch(async () => {
      try {
        return await work(connection);
      } finally {
        close();
      }
    }, sqlError),
  )(openDatabase(name));
