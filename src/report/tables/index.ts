/** Tables: from scores of runs to a table as a value, and from that to text. Pure. */

export { scoreFigure } from './figures.js';
export { type GroupedRun, groupsOf, scoreGroups, scoresShown } from './groups.js';
export { columnsWide, cutFront, wrapped } from './harmless.js';
export { latexTable } from './latex.js';
export { markdownTable } from './markdown.js';
export { scoresCsv, scoresJson } from './records.js';
export {
  betterOf,
  namedTwice,
  type ScoreSplit,
  scoreKeys,
  scoreSplits,
  scoresNamed,
  scoreWords,
  splitIsIdle,
  wordsOfScore,
} from './score-columns.js';
export {
  meansTable,
  plannedOf,
  type ScoreGroup,
  spreadTable,
} from './scores.js';
export { difference, type Summary, summarise } from './statistics.js';
export type { Row, Table } from './table.js';
export { terminalTable } from './terminal.js';
