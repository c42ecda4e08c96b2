/** The messages between a query and the process that answers it. */

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

/** A question to a process, the folder for its tables, and its limits. */
export const requestCodec = t.type({
  question,
  folder: t.string,
  most: t.type({ bytes: t.number, seconds: t.number, clock: t.number }),
});
export type Request = t.TypeOf<typeof requestCodec>;

/** A table that a query can read. */
export type AskedTable = t.TypeOf<typeof table>;

const error = t.union([
  t.type({ _tag: t.literal('DecodeError'), source: t.string, problems: t.readonlyArray(t.string) }),
  t.type({ _tag: t.literal('EngineError'), engine: t.string, message: t.string }),
  t.type({ _tag: t.literal('FileError'), path: t.string, message: t.string }),
]);

const answer = t.type({
  /** All different: DuckDB renames repeated names to `seed` and `seed_1`. */
  columns: t.readonlyArray(t.type({ name: t.string, type: t.string })),
  /** As values of JSON; numbers are numbers if they are exact, otherwise text. */
  rows: t.readonlyArray(t.readonlyArray(t.unknown)),
  /** As text with all digits; null if there is no value. */
  texts: t.readonlyArray(t.readonlyArray(t.union([t.string, t.null]))),
});

/** The answer to a query; for a file, the number of its rows. */
export type Answer = t.TypeOf<typeof answer>;

/** The messages of the process before it ends. */
export const replyCodec = t.union([
  t.type({ kind: t.literal('answer'), answer }),
  t.type({ kind: t.literal('failed'), error }),
  /** It exceeds its limits. */
  t.type({
    kind: t.literal('ends'),
    for: t.union([t.literal('memory'), t.literal('time'), t.literal('clock')]),
  }),
]);
export type Reply = t.TypeOf<typeof replyCodec>;
