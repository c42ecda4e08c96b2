/** The upper half of the page: the experiment and its main numbers. */

import { maxAbs } from '../../base/max-abs.js';
import type { DrumExperiment, DrumResult } from '../../drums/index.js';
import { type Html, html } from '../page/html.js';
import { count, duration } from '../page/numbers.js';
import { factList, paragraphs, type Section } from '../page/parts.js';
import type { Picture, Shown } from '../page/picture.js';
import type { Fact } from '../page/run.js';
import { relativeText } from './tables.js';
import { apart } from './verdict.js';

/** The input of a report on drums: plain values, finished pictures and sounds. */
export interface DrumsReport {
  readonly name: string;
  readonly experiment: DrumExperiment;
  readonly results: readonly DrumResult[];
  readonly pictures: {
    readonly areas?: Picture;
    readonly tones?: Picture;
    readonly waves?: Shown;
    readonly modes?: Shown;
  };
  /** WAV files, one for each drum, and the number of simulation steps played in a second. */
  readonly sounds?: { readonly rate: number; readonly files: readonly Uint8Array[] };
  /** The program's signature, e.g. `() → sound [4096]`. */
  readonly program: string;
  /** Command lines, one in each entry. */
  readonly commands: readonly string[];
  readonly environment?: readonly Fact[];
}

const wordsOf = ({ results, experiment }: DrumsReport): string => {
  const squares = results.every(({ area }) => area !== null);
  const what =
    'Each drum is a membrane that obeys the wave equation u_tt = c² ∆u and is held fast at its edge. It is struck ' +
    'once at one point and listened to at one point, for ever undamped; nothing is learnt. What is heard is a sum ' +
    'of its tones, and the tones are read from the peaks of the spectrum.';
  const why = squares
    ? 'The modes of a square of side L have the frequencies (c / 2L) √(m² + n²), so the lowest one tells the area: ' +
      'L² = c² / (2 f²). On a lattice of cells and in steps of time the frequency is another one, but it is known ' +
      'exactly, so that two errors can be told apart: how well the peak was read, and what grid and step have done.'
    : experiment.tones > 1
      ? 'Kac asked in 1966 whether one can hear the shape of a drum: whether its tones determine it. Gordon, Webb and ' +
        'Wolpert answered in 1992 with two polygons that differ and have all their tones in common. Each tone below ' +
        'was computed once from the shape, as an eigenvalue, and once heard in the simulated wave.'
      : '';
  return `${what}\n\n${why}`;
};

const settings = ({ experiment, results, program }: DrumsReport): readonly Fact[] => {
  const { speed, dt, steps, window } = experiment;
  return [
    { label: 'drums', value: results.map(({ drum }) => drum.name).join(', ') },
    {
      label: 'speed, time step',
      value: `c = ${speed}, dt = ${dt}`,
      note: `stable as long as c dt < 0.7071; here ${(speed * dt).toFixed(3)}`,
    },
    { label: 'steps', value: count(steps) },
    {
      label: 'spectrum',
      value: `${window === 'hann' ? 'Hann' : window} window, resolution ${(1 / (steps * dt)).toExponential(2)}`,
      note: 'cycles a unit of time; a peak is placed between the bins by the three bins at its top',
    },
    { label: 'program', value: program },
  ];
};

const source = `scan({
  steps,
  init: { y: stroke, z: zeros(rows, columns, 1) },
  step: oscillator({ dt, coupling: (y) => mul(drum, convolveWith(y, laplacian, 'zero')) }),
  observe: ({ y }) => slice(y, microphone, [1, 1, 1]),
})`;

/** The main numbers. */
export const tiles = ({ results, experiment }: DrumsReport): Html => {
  const [first, ...others] = results;
  const squares = results.flatMap(({ area }) => (area === null ? [] : [area]));
  const worst = (of: (area: (typeof squares)[number]) => number): string =>
    relativeText(maxAbs(squares.map(of)));
  const entries: readonly (readonly [string, string, string])[] = [
    ...(squares.length < results.length
      ? []
      : ([
          ['Off the lattice', worst(({ heard, lattice }) => heard / lattice - 1), 'at most, in area'],
          ['Off the true area', worst(({ heard, theory }) => heard / theory - 1), 'at most'],
        ] as const)),
    ...(experiment.tones > 1
      ? others
          .slice(0, 3)
          .map(
            (other) =>
              [
                `${first.drum.name} and ${other.drum.name}`,
                relativeText(apart(first, other)),
                `apart at most, over ${experiment.tones} tones`,
              ] as const,
          )
      : []),
    [
      'Simulated in',
      duration(results.reduce((sum, { seconds }) => sum + seconds, 0)),
      `${count(experiment.steps)} steps a drum`,
    ],
  ];
  return html`<dl class="tiles">${entries.map(
    ([label, value, note]) => html`<div><dt>${label}</dt><dd>${value}</dd><dd>${note}</dd></div>`,
  )}</dl>`;
};

export const experimentSection = (report: DrumsReport): Section => ({
  id: 'experiment',
  heading: 'What was done',
  body: html`${paragraphs(wordsOf(report))}<pre><code>${source}</code></pre>${factList(settings(report))}`,
});
