/** The report of a sweep. */

export { sweepReportHtml } from './page.js';
export type { AnswerGallery, Gallery, GradedPictures, RunLine, ScorePicture, SweepReport } from './report.js';
