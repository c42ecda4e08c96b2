/** The report of an experiment on drums: one self-contained HTML page. */

import { maxAbs } from '../../base/max-abs.js';
import type { DrumResult } from '../../drums/index.js';
import { type Html, html } from '../page/html.js';
import { count } from '../page/numbers.js';
import { factList, type Section } from '../page/parts.js';
import { figure } from '../page/picture.js';
import { pageHtml } from '../page/shell.js';
import { phoneTables } from '../page/style.js';
import { type DrumsReport, experimentSection, tiles } from './opening.js';
import { areaTable, relativeText, toneTable } from './tables.js';
import { drumVerdict } from './verdict.js';

/** How much the areas measured between the bins differ from the curve of theory for grid and time step. */
const onCurve = (results: readonly DrumResult[]): string => {
  const most = maxAbs(results.flatMap(({ area }) => (area === null ? [] : [area.heard / area.lattice - 1])));
  return most < 1e-3 ? 'on it' : `up to ${relativeText(most)} off it`;
};

const areaSection = ({ results, pictures }: DrumsReport): readonly Section[] =>
  pictures.areas === undefined
    ? []
    : [
        {
          id: 'areas',
          heading: 'The area, heard',
          body: html`${figure(
            pictures.areas,
            html`First: area told from the fundamental, against the true area. Second: its relative error. Read at the nearest bin, the frequency is rounded to the resolution. The dashed curve, π² (1 − 2 c² dt²) / 12 L², is what grid and time step do to any square; read between the bins, the areas lie ${onCurve(results)}.`,
          )}${areaTable(results)}<p>“Off the lattice” compares with the exact frequency on the lattice, f = asin(dt √λ / 2) / (π dt) with λ = 8 c² sin²(π / 2L): it is the error of listening alone.</p>`,
        },
      ];

/** A sentence for each drum whose tones equal the first one's. */
const exactWords = ([first, ...others]: readonly DrumResult[]): string =>
  others
    .map(({ drum, tones }) => ({
      name: drum.name,
      most: maxAbs(tones.map(({ lattice }, k) => lattice / first.tones[k].lattice - 1)),
    }))
    .filter(({ most }) => most < 1e-11)
    .map(
      ({ name, most }) =>
        `Computed as eigenvalues, the ${first.tones.length} lowest tones of the ${name} and of the ${first.drum.name} agree to ${relativeText(most)}, which is rounding. `,
    )
    .join('');

const toneSection = ({ results, pictures }: DrumsReport): readonly Section[] =>
  pictures.tones === undefined
    ? []
    : [
        {
          id: 'tones',
          heading: 'Tone by tone',
          body: html`${figure(
            pictures.tones,
            html`Every other drum against the first. A peak on a hairline is a tone of the first drum. How loud a tone is depends on where one strikes and listens; how high it is does not.`,
          )}${toneTable(results)}<p>${exactWords(results)}Frequencies in cycles a unit of time. “Exact” is the eigenvalue of the lattice’s Laplacian, turned into a frequency of the time steps; a dash is a tone that is not heard, such as one with a node where the drum is struck or listened to.</p>`,
        },
      ];

const waveSection = ({ pictures }: DrumsReport): readonly Section[] =>
  pictures.waves === undefined
    ? []
    : [
        {
          id: 'waves',
          heading: 'See the waves',
          body: figure(
            pictures.waves,
            html`The same drums on a finer lattice after a smooth stroke at the ring. Red: up; blue: down; each drum in its own scale. Beside each drum, what is heard at the dot so far.`,
          ),
        },
      ];

const modeSection = ({ pictures }: DrumsReport): readonly Section[] =>
  pictures.modes === undefined
    ? []
    : [
        {
          id: 'modes',
          heading: 'The modes',
          body: figure(
            pictures.modes,
            html`How each drum swings in its lowest tones, and the tone above it in units of the first drum’s fundamental, without the time step.`,
          ),
        },
      ];

const audio = (wav: Uint8Array): Html =>
  html`<audio controls preload="metadata" src="data:audio/wav;base64,${Buffer.from(wav).toString('base64')}"></audio>`;

const soundSection = ({ sounds, results, experiment }: DrumsReport): readonly Section[] =>
  sounds === undefined
    ? []
    : [
        {
          id: 'sounds',
          heading: 'Hear them',
          body: html`<p>The simulated sounds themselves at ${count(sounds.rate)} steps a second, softened and fading, because an undamped membrane rings for ever.</p>
<dl class="facts">${results.map(
            ({ drum, fundamental }, i) =>
              html`<div><dt>${drum.name}</dt><dd>${audio(sounds.files[i])}<small>fundamental ${Math.round(
                fundamental.frequency * experiment.dt * sounds.rate,
              )} Hz</small></dd></div>\n`,
          )}</dl>`,
        },
      ];

const sections = (report: DrumsReport): readonly Section[] => [
  experimentSection(report),
  ...waveSection(report),
  ...areaSection(report),
  ...toneSection(report),
  ...modeSection(report),
  ...soundSection(report),
  ...(report.commands.length === 0
    ? []
    : [
        {
          id: 'reproduce',
          heading: 'Do it again',
          body: html`<p>This strikes the same drums again; on the same engine every number is the same.</p>
<pre class="command"><code>${report.commands.join('\n')}</code></pre>`,
        },
      ]),
  ...(report.environment === undefined || report.environment.length === 0
    ? []
    : [{ id: 'environment', heading: 'Run with', body: factList(report.environment) }]),
];

/**
 * The report on drums as HTML, from the result to the versions, with its pictures and sounds inside.
 *
 * @example
 * drumsReport({ name: 'drums/squares', experiment, results, pictures: {}, program: '() → sound [4096]', commands: [] })
 */
export const drumsReport = (report: DrumsReport): string =>
  pageHtml({
    title: report.name,
    kicker: html`drums`,
    intro: html`<p class="lead">${drumVerdict(report.results)}</p>
${tiles(report)}`,
    sections: sections(report),
    css: `${phoneTables}thead th.number{white-space:normal}audio{display:block;width:min(26rem,100%);height:2.4rem}`,
    sounds: true,
  });
