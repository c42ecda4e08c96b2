/** Building blocks of the sections. */

import { type Html, html, nothing } from './html.js';
import type { Fact } from './run.js';

/** A table with this many columns is set smaller. */
const many = 5;

/** The markup around a table with this many columns. */
export const tableFrame = (columns: number, rows: Html): Html =>
  html`
<div class="table${columns >= many ? ' dense' : ''}"><table>
${rows}
</table></div>`;

/** A section with its heading; left out of the page when it would be empty. */
export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly body: Html;
}

export const sectionMarkup = ({ id, heading, body }: Section): Html => html`
<section id="${id}">
<h2>${heading}</h2>
${body}
</section>`;

/** Paragraphs of a text, separated by empty lines. */
export const paragraphs = (text: string): Html =>
  html`${text
    .split(/\n\s*\n/)
    .filter((p) => p.trim() !== '')
    .map((p) => html`<p>${p.trim()}</p>\n`)}`;

/** A list of facts; nothing when there are none. */
export const factList = (facts: readonly Fact[] | undefined): Html =>
  facts === undefined || facts.length === 0
    ? nothing
    : html`<dl class="facts">${facts.map(
        ({ label, value, note }) =>
          html`<div><dt>${label}</dt><dd>${value}${note === undefined ? nothing : html`<small>${note}</small>`}</dd></div>\n`,
      )}</dl>`;
