/** The report of a run: one self-contained HTML page. */

import { environmentSection, programSection, reproduceSection } from './colophon.js';
import { html, when } from './html.js';
import { courseSection, dataSection, experimentSection, tiles, verdict } from './opening.js';
import type { Section } from './parts.js';
import { answersSection, predictionsSection, scoresSection, wavesSection } from './results.js';
import type { RunReport } from './run.js';
import { pageHtml } from './shell.js';

const sections = (run: RunReport): readonly Section[] => [
  experimentSection(run),
  dataSection(run),
  courseSection(run),
  ...scoresSection(run),
  ...wavesSection(run),
  ...answersSection(run),
  ...predictionsSection(run),
  ...programSection(run),
  reproduceSection(run),
  ...environmentSection(run),
];

/**
 * The report of a run as HTML, from the experiment in words to the versions. The page holds its pictures as data and
 * loads nothing else. The same run gives the same bytes.
 *
 * @example
 * reportHtml({
 *   name: 'tetrominoes/nwm-linear',
 *   words: 'A Neural Wave Machine learns to name the piece that each pixel belongs to.',
 *   data: { words: 'Images of one to five textured pieces.' },
 *   training: { epochs: [] },
 *   reproduce: { commands: ['npx drumhead run tetrominoes/nwm-linear --preset quick --seed 0'] },
 * })
 */
export const reportHtml = (run: RunReport): string =>
  pageHtml({
    title: run.name,
    kicker: html`report of a run${when(run.date, (date) => html` · ${date}`)}`,
    intro: html`${when(run.training.stopped, (why) => html`<p class="warning"><strong>Unfinished.</strong> ${why}</p>`)}
${(run.warnings ?? []).map((words) => html`<p class="warning"><strong>Not all is shown.</strong> ${words}</p>\n`)}
<p class="lead">${verdict(run)}</p>
${tiles(run)}`,
    sections: sections(run),
  });
