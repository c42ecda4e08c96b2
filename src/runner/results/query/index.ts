/** All runs as one table that can be queried. */

export { withDatabase } from '../../../formats/duckdb.js';
export { jsonText } from './exact.js';
export type { Answer } from './messages.js';
export { query, queryToParquet } from './query.js';
export { sweepsIn } from './sweeps.js';
export { epochsTable, ownColumns, type PlainTable, runsTable } from './tables.js';
