/** What was published, to be read beside what is found. */

export { type Beside, catalogueName, publishedBeside } from './match.js';
export {
  decodePublished,
  type PublishedFigures,
  type PublishedRow,
  type PublishedScore,
  publishedScoreNames,
} from './rows.js';
