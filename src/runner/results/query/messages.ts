/** The messages between whoever asks a query and the process that answers it. */

import * as t from 'io-ts';

const table = t.type({
  name: t.string,
  columns: t.record(t.string, t.string),
  rows: t.readonlyArray(t.UnknownRecord),
});

const question = t.type({
  tables: t.readonlyArray(table),
  sql: t.string,
  file: t.union([t.string, t.null]),
});
/** A query, and the Parquet file that its answer is written to. */
export type Question = t.TypeOf<typeof question>;

/** A question to a process, the folder that it puts tables in, and what it may take. */
export const requestCodec = t.type({
  question,
  folder: t.string,
  most: t.type({ bytes: t.number, seconds: t.number }),
});
export type Request = t.TypeOf<typeof requestCodec>;

/** A table as it is asked about. */
export type AskedTable = t.TypeOf<typeof table>;

const error = t.union([
  t.type({ _tag: t.literal('DecodeError'), source: t.string, problems: t.readonlyArray(t.string) }),
  t.type({ _tag: t.literal('EngineError'), engine: t.string, message: t.string }),
  t.type({ _tag: t.literal('FileError'), path: t.string, message: t.string }),
]);

const answer = t.type({
  /** All different: DuckDB renames repeated names to `seed` and `seed_1`. */
  columns: t.readonlyArray(t.type({ name: t.string, type: t.string })),
  /** As values of JSON; numbers are numbers where they are exact, text otherwise. */
  rows: t.readonlyArray(t.readonlyArray(t.unknown)),
  /** As text with all digits; null where there is no value. */
  texts: t.readonlyArray(t.readonlyArray(t.union([t.string, t.null]))),
});

/** The answer to a query; where it is written to a file, the number of its rows. */
export type Answer = t.TypeOf<typeof answer>;

/** What the process says before it ends. */
export const replyCodec = t.union([
  t.type({ kind: t.literal('answer'), answer }),
  t.type({ kind: t.literal('failed'), error }),
  /** It takes more than it may. */
  t.type({ kind: t.literal('ends'), for: t.union([t.literal('memory'), t.literal('time')]) }),
]);
export type Reply = t.TypeOf<typeof replyCodec>;
