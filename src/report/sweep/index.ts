/** The report of a sweep. */

export { sweepReportHtml } from './page.js';
export type { Gallery, RunLine, SweepReport } from './report.js';
