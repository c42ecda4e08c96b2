/** The report of a sweep: one self-contained HTML page. */

import { type Html, html, nothing, when } from '../page/html.js';
import { factList, paragraphs, type Section, tableFrame } from '../page/parts.js';
import { figure, type Picture } from '../page/picture.js';
import { wavesCaption } from '../page/results.js';
import { pageHtml } from '../page/shell.js';
import { phoneTables } from '../page/style.js';
import { scoreFigure } from '../tables/figures.js';
import type { Table } from '../tables/table.js';
import type { Gallery, RunLine, SweepReport } from './report.js';

const tableMarkup = ({ columns, groups, notes }: Table): Html => html`${tableFrame(
  columns.length,
  html`<thead><tr>${columns.map(({ name, align }) => html`<th scope="col"${align === 'right' ? html` class="number"` : nothing}>${name}</th>`)}</tr></thead>
<tbody>${groups.flatMap((group) =>
    group.map(
      ({ cells, kind, best = [] }) => html`
<tr class="${kind}">${cells.map((cell, i) => {
        const number = columns[i].align === 'right' ? html` class="number"` : nothing;
        const shown = best.includes(i) ? html`<mark>${cell}</mark>` : html`${cell}`;
        return i === 0
          ? html`<th scope="row">${cell.trim()}</th>`
          : html`<td${number} data-head="${columns[i].name}">${shown}</td>`;
      })}</tr>`,
    ),
  )}
</tbody>`,
)}
${notes.map((note) => html`<p class="note">${note}</p>\n`)}`;

const withPicture = (
  id: string,
  heading: string,
  picture: Picture | undefined,
  caption: Html,
): readonly Section[] => (picture === undefined ? [] : [{ id, heading, body: figure(picture, caption) }]);

const linked = ({ name, href }: Pick<Gallery, 'name' | 'href'>): Html =>
  href === null ? html`${name}` : html`<a href="${href}">${name}</a>`;

const galleries = (all: readonly Gallery[], words: string): Html =>
  html`${all.map(({ picture, ...rest }) => html`<h3>${linked(rest)}</h3>${figure(picture, html`${words}`)}`)}`;

const tableSection = ({ tables, published }: SweepReport): readonly Section[] =>
  tables.length === 0
    ? []
    : [
        {
          id: 'table',
          heading: published ? 'The numbers, beside the published ones' : 'The numbers',
          body: html`<p>On test images that were never trained on. Where most pixels are background, scores over all pixels flatter: read the foreground columns.</p>
${tables.map((table) => html`<h3>${table.title}</h3>${tableMarkup(table)}`)}`,
        },
      ];

const waveSection = ({ waves }: SweepReport): readonly Section[] =>
  waves.length === 0
    ? []
    : [
        {
          id: 'waves',
          heading: 'See the waves',
          body: galleries(waves, wavesCaption),
        },
      ];

const predictionSection = ({ predictions, leftOut }: SweepReport): readonly Section[] =>
  predictions.length === 0
    ? []
    : [
        {
          id: 'predictions',
          heading: 'Predictions',
          body: html`<p>The best seed of each experiment, on the same test images where the tasks are the same.${
            leftOut === 0
              ? nothing
              : html` ${leftOut} more would have made this page too large; they are in the runs’ own reports.`
          }</p>${galleries(predictions, 'Test images, their targets, the predictions, and where the two differ.')}`,
        },
      ];

const state = ({ state: word, epochs, planned }: RunLine): string =>
  word === 'unfinished'
    ? `${epochs} of ${planned} epochs`
    : word === 'failed'
      ? `failed after ${epochs} of ${planned} epochs`
      : word;

const runSection = ({ runs }: SweepReport): readonly Section[] =>
  runs.length === 0
    ? []
    : [
        {
          id: 'runs',
          heading: 'Every run',
          body: html`
<details${runs.length > 24 ? nothing : html` open`}><summary>${runs.length} runs</summary><div class="table"><table>
<thead><tr><th scope="col">experiment</th><th scope="col" class="number">seed</th><th scope="col">state</th><th scope="col" class="number">test foreground IoU</th></tr></thead>
<tbody>${runs.map(
            (run) => html`
<tr><th scope="row">${linked({ name: run.experiment, href: run.href })}</th><td class="number" data-head="seed">${run.seed}</td><td data-head="state">${state(run)}</td><td class="number" data-head="test foreground IoU">${run.foregroundIou === null ? '–' : scoreFigure(run.foregroundIou)}</td></tr>`,
          )}
</tbody></table></div></details>`,
        },
      ];

const sections = (report: SweepReport): readonly Section[] => [
  {
    id: 'asked',
    heading: 'What was asked',
    body: html`${paragraphs(report.words)}${factList(report.settings)}`,
  },
  ...tableSection(report),
  ...withPicture(
    'scores',
    'At a glance',
    report.bars,
    html`Bars: the mean over seeds on the test images, in figures at the right; dots: each seed.${report.published ? ' Diamonds: the published mean, with its standard deviation.' : ''} Where nothing is finished yet the bar is missing and it is said.`,
  ),
  ...withPicture(
    'curves',
    'How they learnt',
    report.curves,
    html`Foreground IoU on the validation images over the epochs, all panels on the same axes. A wide band is an experiment whose outcome depends on its seed.`,
  ),
  ...withPicture(
    'parameters',
    'What it costs',
    report.parameters,
    html`Test scores against the number of parameters; further up and further left is better. Each axis covers the marks and little more; it need not begin at 0.`,
  ),
  ...waveSection(report),
  ...predictionSection(report),
  ...runSection(report),
  {
    id: 'reproduce',
    heading: 'Do it again',
    body: html`<p>A finished run is not run again; one that was stopped goes on where it stopped.</p>
<pre><code>${report.commands.join('\n')}</code></pre>`,
  },
  ...(report.environment.length + report.notes.length === 0
    ? []
    : [
        {
          id: 'environment',
          heading: 'Run with',
          body: html`${factList(report.environment)}${report.notes.map((note) => html`<p class="note">${note}</p>\n`)}`,
        },
      ]),
];

const own =
  'p.note{color:var(--muted);font-size:.9375rem;margin:.4rem 0}' +
  'tr.beside th,tr.beside td{color:var(--muted);border-bottom:0;padding-top:.1rem;padding-bottom:.1rem}' +
  'tr.beside th{padding-left:1.8rem}tr.chief th,tr.chief td{border-bottom:0;border-top:1px solid var(--line)}' +
  'mark{background:none;color:inherit;font-weight:700;text-decoration:underline;text-decoration-color:var(--accent);text-underline-offset:.2em}' +
  '.dense tr.chief td{font-weight:400}.dense th:first-child{white-space:normal;min-width:10rem}' +
  phoneTables +
  '@media (max-width:40rem){.table tr.chief{border-top:1px solid var(--line)}.table tr.chief th,.table tr.chief td{border-top:0}tr.beside th{padding-left:.7rem}figure.wide img{min-width:0}}';

/**
 * The report of a sweep as HTML, from the question down to the versions. Only its links lead elsewhere, to the runs'
 * own reports.
 */
export const sweepReportHtml = (report: SweepReport): string =>
  pageHtml({
    title: report.name,
    kicker: html`report of a sweep`,
    intro: html`<p class="lead">${report.verdict}</p>
<dl class="tiles">${report.tiles.map(
      ({ label, value, note }) =>
        html`<div><dt>${label}</dt><dd>${value}</dd>${when(note, (text) => html`<dd>${text}</dd>`)}</div>`,
    )}</dl>`,
    sections: sections(report),
    css: own,
  });
