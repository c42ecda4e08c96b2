/** Figures of many runs. */

export { type BarScore, barsChart, scoreBars } from './bars.js';
export {
  bandOf,
  type CourseScore,
  coursesChart,
  seedCourses,
} from './courses.js';
export { type Entry, placeOf } from './entries.js';
export type { Room } from './layout.js';
export { parameterScores } from './parameters.js';
