/** Tables: from scores of runs to a table as a value, and from that to text. Pure. */

export { scoresCsv } from './csv.js';
export { type GroupedRun, groupsOf, type RunGroup, scoreGroups } from './groups.js';
export { latexTable, markdownTable, terminalTable } from './render.js';
export { differenceOf, meansTable, type ScoreGroup, scoreWords, spreadTable, summaryOf } from './scores.js';
export { type Difference, difference, leastSpread, type Summary, summarise } from './statistics.js';
export type { Cell, Row, Table } from './table.js';
