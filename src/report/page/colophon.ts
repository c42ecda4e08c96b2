/** The end of the page: the program, how to get the same result, and the environment of the run. */

import { type Html, html, nothing, when } from './html.js';
import { count } from './numbers.js';
import { factList, type Section } from './parts.js';
import { figure } from './picture.js';
import type { ParameterRow, RunReport } from './run.js';

const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join(' × '));

const parameterTable = (parameters: readonly ParameterRow[]): Html => {
  const starts = parameters.some((p) => p.initialiser !== undefined);
  const total = parameters.reduce((sum, p) => sum + p.count, 0);
  return html`
<div class="table"><table>
<thead><tr><th scope="col">Parameter</th><th scope="col">shape</th><th scope="col" class="number">values</th>${
    starts ? html`<th scope="col">starts as</th>` : nothing
  }</tr></thead>
<tbody>${parameters.map(
    (p) => html`
<tr><th scope="row"><code>${p.name}</code>${p.trainable === false ? ' (not trained)' : ''}</th><td>${shapeText(p.shape)}</td><td class="number">${count(p.count)}</td>${
      starts ? html`<td>${p.initialiser ?? ''}</td>` : nothing
    }</tr>`,
  )}
</tbody>
<tfoot><tr><th scope="row">all</th><td></td><td class="number">${count(total)}</td>${starts ? html`<td></td>` : nothing}</tr></tfoot>
</table></div>`;
};

/** Longer tables are folded away, so that the page can be read through. */
const longest = 14;

const parameters = (rows: readonly ParameterRow[]): Html =>
  rows.length <= longest
    ? html`<h3>Parameters</h3>${parameterTable(rows)}`
    : html`<details><summary>Parameters: ${count(rows.length)} tensors</summary>${parameterTable(rows)}</details>`;

export const programSection = ({ program }: RunReport): readonly Section[] =>
  program === undefined
    ? []
    : [
        {
          id: 'program',
          heading: 'The program',
          body: html`<p>The model is a value: a closed graph of few primitives that is checked, counted, drawn, compiled and saved as data. This run’s own copy lies beside this page.</p>
${factList(program.cost)}${when(program.diagram, (picture) => figure(picture, html`The program as a graph.`))}${when(
  program.parameters,
  parameters,
)}${when(
  program.mermaid,
  (source) =>
    html`<details><summary>Diagram source (Mermaid)</summary><pre><code>${source}</code></pre></details>`,
)}`,
        },
      ];

/** The commands that repeat the run. */
export const reproduceSection = ({ reproduce }: RunReport): Section => ({
  id: 'reproduce',
  heading: 'Do it again',
  body: html`<p>This runs the same experiment again, on the same data and with the same seed.</p>
<pre class="command"><code>${reproduce.commands.join('\n')}</code></pre>${when(reproduce.note, (note) => html`<p>${note}</p>`)}`,
});

/** Engine, versions and machine. */
export const environmentSection = ({ environment }: RunReport): readonly Section[] =>
  environment === undefined || environment.length === 0
    ? []
    : [{ id: 'environment', heading: 'Run with', body: factList(environment) }];
