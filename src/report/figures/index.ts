/** Figures of many runs. */

export { barsChart, scoreBars } from './bars.js';
export {
  bandOf,
  coursesChart,
  seedCourses,
} from './courses.js';
export { type ChiefScore, chiefOf, type Entry, placeOf } from './entries.js';
export { gradedScores } from './graded.js';
export type { Room } from './layout.js';
export { parameterScores } from './parameters.js';
