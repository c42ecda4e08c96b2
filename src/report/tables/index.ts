/** Tables: from scores of runs to a table as a value, and from that to text. Pure. */

export { countFigure, scoreFigure } from './figures.js';
export { type GroupedRun, groupsOf, type RunGroup, scoreGroups } from './groups.js';
export { columnsWide, cutFront, wrapped } from './harmless.js';
export { latexTable } from './latex.js';
export { markdownTable } from './markdown.js';
export { scoresCsv, scoresJson } from './records.js';
export {
  betterOf,
  namedTwice,
  nameOfScore,
  type ScoreSplit,
  scoreKeys,
  scoreSplits,
  scoresNamed,
  scoreWords,
  splitIsIdle,
  splitOf,
} from './score-columns.js';
export {
  differenceOf,
  isBest,
  type MissingRun,
  meansTable,
  plannedOf,
  type ScoreGroup,
  spreadTable,
  summaryOf,
} from './scores.js';
export { type Difference, difference, leastSpread, type Summary, summarise } from './statistics.js';
export type { Cell, Row, Table } from './table.js';
export { terminalTable } from './terminal.js';
