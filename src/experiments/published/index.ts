/** Published scores, for comparison with results. */

export { type Beside, catalogueName, publishedBeside } from './match.js';
export {
  decodePublished,
  type PublishedFigures,
  type PublishedRow,
  type PublishedScore,
  publishedScoreNames,
} from './rows.js';
