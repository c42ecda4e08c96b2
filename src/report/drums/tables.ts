/** What was heard, in numbers: of squares their areas, of all drums their tones. */

import type { DrumResult } from '../../drums/index.js';
import { type Html, html, nothing } from '../page/html.js';
import { tableFrame } from '../page/parts.js';

const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('−0123456789', (character, i) => [character, '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'[i]]),
);

/** `9 × 10⁻⁷`: one digit is enough to say how small it is. */
const powerText = (value: number): string => {
  const [digit, exponent] = value.toExponential(0).replaceAll('-', '−').split('e');
  return `${digit} × 10${Array.from(exponent, (character) => superscripts[character] ?? '').join('')}`;
};

/** A relative difference: `1.17 %`, and `3 × 10⁻⁸` where a percentage would be noughts. */
export const relativeText = (difference: number): string =>
  difference === 0
    ? '0'
    : Math.abs(difference) < 5e-5
      ? powerText(difference)
      : `${(100 * difference).toFixed(2).replace('-', '−')} %`;

/** One row a square; nothing where there is none. */
export const areaTable = (results: readonly DrumResult[]): Html => {
  const rows = results.flatMap(({ drum, area, points }) => (area === null ? [] : [{ drum, area, points }]));
  return rows.length === 0
    ? nothing
    : tableFrame(
        8,
        html`<thead><tr><th scope="col">Square</th><th scope="col" class="number">points that move</th><th scope="col" class="number">true area L²</th><th scope="col" class="number">nearest bin</th><th scope="col" class="number">between bins</th><th scope="col" class="number">off the lattice</th><th scope="col" class="number">off the true area</th><th scope="col" class="number">of that, grid and step</th></tr></thead>
<tbody>${rows.map(
          ({ drum, area, points }) => html`
<tr><th scope="row">${drum.name}</th><td class="number">${points}</td><td class="number">${area.theory}</td><td class="number">${area.raw.toFixed(1)}</td><td class="number">${area.heard.toFixed(3)}</td><td class="number">${relativeText(area.heard / area.lattice - 1)}</td><td class="number">${relativeText(area.heard / area.theory - 1)}</td><td class="number">${relativeText(area.discretisation)}</td></tr>`,
        )}
</tbody>`,
      );
};

/** One row a tone: the first drum's exact and heard frequency, and by how much every drum's differs from it. */
export const toneTable = (results: readonly DrumResult[]): Html => {
  const [first, ...others] = results;
  const frequency = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(6));
  return tableFrame(
    4 + 2 * others.length,
    html`<thead><tr><th scope="col">Tone</th><th scope="col" class="number">${first.drum.name}, exact</th><th scope="col" class="number">heard</th><th scope="col" class="number">difference</th>${others.map(
      ({ drum }) =>
        html`<th scope="col" class="number">${drum.name}, heard</th><th scope="col" class="number">against ${first.drum.name}</th>`,
    )}</tr></thead>
<tbody>${first.tones.map(
      ({ lattice, heard }, k) => html`
<tr><th scope="row">${k + 1}</th><td class="number">${frequency(lattice)}</td><td class="number">${frequency(heard?.frequency)}</td><td class="number">${
        heard === null ? '–' : relativeText(heard.frequency / lattice - 1)
      }</td>${others.map(({ tones }) => {
        const other = tones[k]?.heard ?? null;
        return html`<td class="number">${frequency(other?.frequency)}</td><td class="number">${
          other === null || heard === null ? '–' : relativeText(other.frequency / heard.frequency - 1)
        }</td>`;
      })}</tr>`,
    )}
</tbody>`,
  );
};
