/** Maps of amplitude, phase and speed of the waves of some samples, one row for each sample. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isUnresolved, type Propagation, type Unresolved } from '../../analysis/index.js';
import { type Checked, decodeError, defect } from '../../base/error.js';
import { light, type Theme } from '../colours.js';
import { scaleBar } from '../legend.js';
import {
  atLeast,
  column,
  framed,
  type Look,
  onPaper,
  row,
  say,
  sayLines,
  sayWithin,
  separated,
  space,
} from '../look.js';
import { imagePanel, labelPanel, zoomFor } from '../panels.js';
import { encodePng } from '../png.js';
import { type Raster, scaleUp, tabulate } from '../raster.js';
import { asksNothing, type Sample, sampleProblems } from '../sample.js';
import { roundUp, scaleText } from '../scale.js';
import { nowhere, phaseColour, rampColour } from './colours.js';

/** A sample and the propagation of one channel of its waves. */
export interface MappedSample {
  readonly sample: Sample;
  /** The propagation, or the reason why it is not resolved. */
  readonly propagation: Propagation | Unresolved;
}

export interface MapsPicture {
  readonly rows: readonly MappedSample[];
  readonly classes: readonly string[];
  readonly title: string;
  readonly note?: string;
  /** The lattice of the maps; default: that of each sample. */
  readonly grid?: { readonly height: number; readonly width: number };
  /** The unit of time; default `unit of time`. */
  readonly unit?: string;
  readonly theme?: Theme;
  readonly density?: number;
}

const panelSize = 132;
const gap = 10;

/** The 90th percentile of speeds: a few sites, where the phase is nearly flat, have extreme ones. */
const speedScale = (rows: readonly MappedSample[]): number => {
  const speeds = rows
    .flatMap(({ propagation }) =>
      isUnresolved(propagation)
        ? []
        : [...propagation.speed].filter((_, i) => propagation.travelling[i] > 0.5),
    )
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return speeds.length === 0 ? 1 : roundUp(speeds[Math.floor(0.9 * (speeds.length - 1))]);
};

const draw = (picture: MapsPicture): Raster => {
  const { rows, title, note, unit = 'unit of time' } = picture;
  const look: Look = { theme: picture.theme ?? light, density: picture.density ?? 2 };
  const { theme, density } = look;
  const fastest = speedScale(rows);
  // If nothing is resolved, there are no maps to name.
  const some = rows.some(({ propagation }) => !isUnresolved(propagation));
  const bare = rows.every(({ sample }) => asksNothing(sample));
  const names = [
    'input',
    ...(bare ? [] : ['target']),
    ...(some ? ['amplitude', 'phase', 'speed', 'share that runs'] : []),
  ];
  const cells = rows.map(({ sample, propagation }) => {
    const { height, width } = sample;
    const stills = [
      imagePanel(sample),
      ...(bare ? [] : [labelPanel(sample.target, height, width, picture.classes.length)]),
    ].map((raster) => framed(look, scaleUp(zoomFor(height, width, panelSize) * density)(raster)));
    if (isUnresolved(propagation))
      return { sample, said: `not resolved: ${propagation.unresolved}`, panels: stills };
    const {
      amplitude,
      phase,
      speed,
      travelling,
      grid = { height, width },
    } = {
      ...propagation,
      grid: picture.grid,
    };
    const most = amplitude.reduce((a, b) => Math.max(a, b), 1e-30);
    const zoom = zoomFor(grid.height, grid.width, panelSize) * density;
    const map = (colour: (site: number) => ReturnType<typeof phaseColour>): Raster =>
      framed(look, scaleUp(zoom)(tabulate(grid.width, grid.height, (x, y) => colour(y * grid.width + x))));
    const ifLoud = (site: number, colour: ReturnType<typeof phaseColour>) =>
      amplitude[site] < 0.1 * most ? nowhere(theme) : colour;
    return {
      sample,
      said: `strongest at ${propagation.frequency.toPrecision(3)} cycles a ${unit}, ${propagation.cycles.toFixed(1)} of them seen; amplitude at most ${scaleText(most)}`,
      panels: [
        ...stills,
        map((site) => rampColour(theme, amplitude[site] / most)),
        map((site) => ifLoud(site, phaseColour(phase[site]))),
        map((site) =>
          Number.isFinite(speed[site]) ? rampColour(theme, speed[site] / fastest) : nowhere(theme),
        ),
        map((site) =>
          Number.isFinite(travelling[site])
            ? ifLoud(site, rampColour(theme, travelling[site]))
            : nowhere(theme),
        ),
      ],
    };
  });
  const wide = Math.max(...cells.flatMap(({ panels }) => panels.map((panel) => panel.width))) / density;
  const room = 6 * (wide + gap);
  const head = row(
    look,
    ...names.map((name) => atLeast(look, wide + gap, 0, sayWithin(look, 'caption', name, wide))),
  );
  const lines = cells.map(({ sample, said, panels }) =>
    column(
      look,
      space(look, 0, 10),
      row(look, say(look, 'strong', sample.name ?? ''), space(look, 10, 0), say(look, 'caption', said)),
      row(
        look,
        ...separated(
          space(look, gap, 0),
          panels.map((panel) => atLeast(look, wide, 0, panel)),
        ),
      ),
    ),
  );
  const bar = (name: string, raster: Raster): Raster =>
    column(look, say(look, 'strong', name), space(look, 0, 4), raster);
  const high = 84;
  const bars = row(
    look,
    ...separated(space(look, 34, 0), [
      bar(
        'amplitude',
        scaleBar(look, high, (share) => rampColour(theme, share), ['greatest', '0']),
      ),
      bar(
        'phase',
        scaleBar(look, high, (share) => phaseColour(Math.PI * (2 * share - 1)), ['π', '0', '−π']),
      ),
      bar(
        `speed, cells a ${unit}`,
        scaleBar(look, high, (share) => rampColour(theme, share), [`${scaleText(fastest)} and more`, '0']),
      ),
      bar(
        'share that runs',
        scaleBar(look, high, (share) => rampColour(theme, share), ['runs', 'stands']),
      ),
    ]),
  );
  return onPaper(
    look,
    column(
      look,
      sayLines(look, 'title', title, room),
      ...(note === undefined ? [] : [sayLines(look, 'caption', note, room)]),
      space(look, 0, 10),
      head,
      ...lines,
      ...(some ? [space(look, 0, 16), bars] : []),
    ),
  );
};

/**
 * The maps as the bytes of a PNG. Sites with less than a tenth of the greatest amplitude are grey.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const propagationMaps = (picture: MapsPicture): Checked<Uint8Array> => {
  const problems = [
    ...(picture.rows.length === 0 ? ['rows: none given'] : []),
    ...picture.rows.flatMap(({ sample }, i) =>
      sampleProblems(`rows[${i}].sample`, sample, picture.classes.length),
    ),
  ];
  return problems.length === 0
    ? pipe(
        E.tryCatch(() => draw(picture), defect),
        E.map(encodePng),
      )
    : E.left(decodeError('propagation maps', problems));
};
