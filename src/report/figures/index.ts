/** Figures of many runs. */

export { type BarScore, type BarsPicture, barsChart, scoreBars } from './bars.js';
export {
  bandOf,
  type CourseScore,
  type CoursesPicture,
  coursesChart,
  seedCourses,
} from './courses.js';
export { type Entry, type Place, placeOf } from './entries.js';
export type { Room } from './layout.js';
export { type ParametersPicture, parameterScores, parametersChart } from './parameters.js';
