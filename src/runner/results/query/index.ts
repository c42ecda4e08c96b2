/** All runs as one table that can be queried. */

export { withDatabase } from './duckdb.js';
export { jsonText } from './exact.js';
export { type Answer, query, queryToParquet } from './query.js';
export { sweepsIn } from './sweeps.js';
export { epochsTable, type PlainTable, runsTable } from './tables.js';
