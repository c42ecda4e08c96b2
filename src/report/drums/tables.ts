/** Tables of the results: areas of squares, tones of all drums. */

import type { DrumResult } from '../../drums/index.js';
import { type Html, html, nothing } from '../page/html.js';
import { tableFrame } from '../page/parts.js';

const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('−0123456789', (character, i) => [character, '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'[i]]),
);

/** A small number with one digit: `9 × 10⁻⁷`. */
const powerText = (value: number): string => {
  const [digit, exponent] = value.toExponential(0).replaceAll('-', '−').split('e');
  return `${digit} × 10${Array.from(exponent, (character) => superscripts[character] ?? '').join('')}`;
};

/** A relative difference: `1.17 %`, or `3 × 10⁻⁸` if a percentage would be only zeros. */
export const relativeText = (difference: number): string =>
  difference === 0
    ? '0'
    : Math.abs(difference) < 5e-5
      ? powerText(difference)
      : `${(100 * difference).toFixed(2).replace('-', '−')} %`;

interface Column {
  readonly head: string;
  readonly cell: string;
}

/** A table; each cell also has its column's head, for windows too narrow for columns. */
const numbersTable = (
  first: string,
  rows: readonly { readonly name: string; readonly columns: readonly Column[] }[],
): Html => {
  const heads = (rows[0]?.columns ?? []).map(({ head }) => head);
  return tableFrame(
    1 + heads.length,
    html`<thead><tr><th scope="col">${first}</th>${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
      ({ name, columns }) => html`
<tr><th scope="row">${name}</th>${columns.map(
        ({ head, cell }) => html`<td class="number" data-head="${head}">${cell}</td>`,
      )}</tr>`,
    )}
</tbody>`,
  );
};

/** One row for each square; empty without squares. */
export const areaTable = (results: readonly DrumResult[]): Html => {
  const rows = results.flatMap(({ drum, area, points }) =>
    area === null
      ? []
      : [
          {
            name: drum.name,
            columns: [
              { head: 'points that move', cell: String(points) },
              { head: 'true area L²', cell: String(area.theory) },
              { head: 'nearest bin', cell: area.raw.toFixed(1) },
              { head: 'between bins', cell: area.heard.toFixed(3) },
              { head: 'off the lattice', cell: relativeText(area.heard / area.lattice - 1) },
              { head: 'off the true area', cell: relativeText(area.heard / area.theory - 1) },
              { head: 'of that, grid and step', cell: relativeText(area.discretisation) },
            ],
          },
        ],
  );
  return rows.length === 0 ? nothing : numbersTable('Square', rows);
};

/** One row for each tone: the first drum's exact and measured frequency, and the difference of every drum from it. */
export const toneTable = (results: readonly DrumResult[]): Html => {
  const [first, ...others] = results;
  const frequency = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(6));
  return numbersTable(
    'Tone',
    first.tones.map(({ lattice, heard }, k) => ({
      name: String(k + 1),
      columns: [
        { head: `${first.drum.name}, exact`, cell: frequency(lattice) },
        { head: 'heard', cell: frequency(heard?.frequency) },
        { head: 'difference', cell: heard === null ? '–' : relativeText(heard.frequency / lattice - 1) },
        ...others.flatMap(({ drum, tones }) => {
          const other = tones[k]?.heard ?? null;
          return [
            { head: `${drum.name}, heard`, cell: frequency(other?.frequency) },
            {
              head: `against ${first.drum.name}`,
              cell:
                other === null || heard === null ? '–' : relativeText(other.frequency / heard.frequency - 1),
            },
          ];
        }),
      ],
    })),
  );
};
