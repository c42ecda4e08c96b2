/** The report of a sweep: one self-contained HTML page. */

import { mostGradedLines } from '../figures/graded.js';
import { type Html, html, nothing, when } from '../page/html.js';
import { factList, paragraphs, type Section, tableFrame } from '../page/parts.js';
import { figure, type Picture } from '../page/picture.js';
import { examplesCaption, wavesCaption } from '../page/results.js';
import { pageHtml } from '../page/shell.js';
import { phoneTables } from '../page/style.js';
import { scoreFigure } from '../tables/figures.js';
import type { Table } from '../tables/table.js';
import type { Gallery, RunLine, ScorePicture, SweepReport } from './report.js';

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

const withPictures = (
  id: string,
  heading: string,
  pictures: readonly ScorePicture[],
  captionOf: (score: string) => Html,
): readonly Section[] =>
  pictures.length === 0
    ? []
    : [
        {
          id,
          heading,
          body: html`${pictures.map(({ score, picture }) => figure(picture, captionOf(score)))}`,
        },
      ];

const linked = ({ name, href }: Pick<Gallery, 'name' | 'href'>): Html =>
  href === null ? html`${name}` : html`<a href="${href}">${name}</a>`;

const galleries = (all: readonly Gallery[], words: string): Html =>
  html`${all.map(({ picture, ...rest }) => html`<h3>${linked(rest)}</h3>${figure(picture, html`${words}`)}`)}`;

const tableSection = ({ tables, published, foreground }: SweepReport): readonly Section[] =>
  tables.length === 0
    ? []
    : [
        {
          id: 'table',
          heading: published ? 'The numbers, beside the published ones' : 'The numbers',
          body: html`<p>On test samples that were never trained on.${foreground ? html` Where most pixels are background, scores over all pixels flatter: read the foreground columns.` : nothing}</p>
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
          }</p>${galleries(predictions, 'Test images, what is asked of them, what is predicted, and where the two differ.')}`,
        },
      ];

const answerSection = ({ answers }: SweepReport): readonly Section[] =>
  answers.length === 0
    ? []
    : [
        {
          id: 'answers',
          heading: 'What they answer',
          body: html`<p>The best seed of each experiment, on its test samples.</p>${answers.map(
            ({ charts, examples, ...rest }) =>
              html`<h3>${linked(rest)}</h3><div class="pair">${charts.map(({ picture, caption }) => figure(picture, html`${caption}`))}</div>${
                examples === null ? nothing : figure(examples, html`${examplesCaption}`)
              }`,
          )}`,
        },
      ];

/** Scores of models against the difficulty of samples. */
const gradedSection = ({ graded }: SweepReport): readonly Section[] =>
  graded.length === 0
    ? []
    : [
        {
          id: 'difficulty',
          heading: 'How they take what is hard',
          body: html`${graded.map(({ task, score, better, picture, models }) =>
            figure(
              picture,
              html`The best seed of each experiment on ${task}: ${score} of its test samples, the easy ones at the left. Where a line ${better === 'less' ? 'rises' : 'falls'}, what is learnt does not reach that far.${
                models > mostGradedLines
                  ? ` Of ${models} models the ${mostGradedLines} best at the hardest samples.`
                  : ''
              }`,
            ),
          )}`,
        },
      ];

const state = ({ state: word, epochs, planned }: RunLine): string =>
  word === 'unfinished'
    ? `${epochs} of ${planned} epochs`
    : word === 'failed'
      ? `failed after ${epochs} of ${planned} epochs`
      : word;

/** The head of the column of scores, and a cell of it: if runs have different scores, each cell names its own. */
const scoreColumn = (runs: readonly RunLine[]) => {
  const [words, other] = [...new Set(runs.map(({ chief }) => chief.words))];
  const alike = other === undefined;
  const cell = ({ chief }: RunLine): string =>
    chief.value === null ? '–' : `${alike ? '' : `${chief.words} `}${scoreFigure(chief.value)}`;
  return { head: alike ? `test ${words}` : 'test score', cell };
};

const runSection = ({ runs }: SweepReport): readonly Section[] => {
  const { head, cell } = scoreColumn(runs);
  return runs.length === 0
    ? []
    : [
        {
          id: 'runs',
          heading: 'Every run',
          body: html`
<details${runs.length > 24 ? nothing : html` open`}><summary>${runs.length} runs</summary><div class="table"><table>
<thead><tr><th scope="col">experiment</th><th scope="col" class="number">seed</th><th scope="col">state</th><th scope="col" class="number">${head}</th></tr></thead>
<tbody>${runs.map(
            (run) => html`
<tr><th scope="row">${linked({ name: run.experiment, href: run.href })}</th><td class="number" data-head="seed">${run.seed}</td><td data-head="state">${state(run)}</td><td class="number" data-head="${head}">${cell(run)}</td></tr>`,
          )}
</tbody></table></div></details>`,
        },
      ];
};

const sections = (report: SweepReport): readonly Section[] => [
  {
    id: 'asked',
    heading: 'What was asked',
    body: html`${paragraphs(report.words)}${factList(report.settings)}`,
  },
  ...tableSection(report),
  ...withPictures(
    'scores',
    'At a glance',
    report.bars,
    () =>
      html`Bars: the mean over seeds on the test samples, in figures at the right; dots: each seed.${report.published ? ' Diamonds: the published mean, with its standard deviation.' : ''} Where nothing is finished yet the bar is missing and it is said.`,
  ),
  ...withPictures(
    'curves',
    'How they learnt',
    report.curves,
    (score) =>
      html`${score[0].toUpperCase()}${score.slice(1)} on the validation samples over the epochs, all panels on the same axes. A wide band is an experiment whose outcome depends on its seed.`,
  ),
  ...withPicture(
    'parameters',
    'What it costs',
    report.parameters,
    html`Test scores against the number of parameters; further up and further left is better. Each axis covers the marks and little more; it need not begin at 0.`,
  ),
  ...gradedSection(report),
  ...waveSection(report),
  ...answerSection(report),
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

/** The report of a sweep as HTML, from the question to the versions. Its links lead to the reports of the runs. */
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
