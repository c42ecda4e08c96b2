/** Where waves swing, in what phase and how fast they run: maps of some samples, a row each. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Propagation } from '../../analysis/index.js';
import { type DrumheadError, decodeError, defect } from '../../base/error.js';
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
  sayWithin,
  separated,
  space,
} from '../look.js';
import { imagePanel, labelPanel, zoomFor } from '../panels.js';
import { encodePng } from '../png.js';
import { type Raster, scaleUp, tabulate } from '../raster.js';
import { type Sample, sampleProblems } from '../sample.js';
import { roundUp, scaleText } from '../scale.js';
import { nowhere, phaseColour, rampColour } from './colours.js';

/** A sample and what one channel of its waves does. */
export interface MappedSample {
  readonly sample: Sample;
  readonly propagation: Propagation;
}

export interface MapsPicture {
  readonly rows: readonly MappedSample[];
  readonly classes: readonly string[];
  readonly title: string;
  readonly note?: string;
  readonly theme?: Theme;
  readonly density?: number;
}

const panelSize = 132;
const gap = 10;

/** The speed that nine tenths of the sites that run stay below: where the phase is nearly flat a few race. */
const speedScale = (rows: readonly MappedSample[]): number => {
  const speeds = rows
    .flatMap(({ propagation: { speed, travelling } }) => [...speed].filter((_, i) => travelling[i] > 0.5))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return speeds.length === 0 ? 1 : roundUp(speeds[Math.floor(0.9 * (speeds.length - 1))]);
};

const draw = (picture: MapsPicture): Raster => {
  const { rows, title, note } = picture;
  const look: Look = { theme: picture.theme ?? light, density: picture.density ?? 2 };
  const { theme, density } = look;
  const fastest = speedScale(rows);
  const names = ['input', 'target', 'amplitude', 'phase', 'speed', 'share that runs'];
  const cells = rows.map(({ sample, propagation }) => {
    const { height, width } = sample;
    const { amplitude, phase, speed, travelling } = propagation;
    const most = amplitude.reduce((a, b) => Math.max(a, b), 1e-30);
    const zoom = zoomFor(height, width, panelSize) * density;
    const panel = (raster: Raster): Raster => framed(look, scaleUp(zoom)(raster));
    const map = (colour: (site: number) => ReturnType<typeof phaseColour>): Raster =>
      panel(tabulate(width, height, (x, y) => colour(y * width + x)));
    const ifLoud = (site: number, colour: ReturnType<typeof phaseColour>) =>
      amplitude[site] < 0.1 * most ? nowhere(theme) : colour;
    return {
      sample,
      frequency: propagation.frequency,
      panels: [
        panel(imagePanel(sample)),
        panel(labelPanel(sample.target, height, width)),
        map((site) => rampColour(theme, amplitude[site] / most)),
        map((site) => ifLoud(site, phaseColour(phase[site]))),
        map((site) =>
          Number.isFinite(speed[site]) ? rampColour(theme, speed[site] / fastest) : nowhere(theme),
        ),
        map((site) => ifLoud(site, rampColour(theme, travelling[site]))),
      ],
    };
  });
  const wide = Math.max(...cells.map(({ panels }) => panels[0].width)) / density;
  const head = row(
    look,
    ...names.map((name) => atLeast(look, wide + gap, 0, sayWithin(look, 'caption', name, wide))),
  );
  const lines = cells.map(({ sample, frequency, panels }) =>
    column(
      look,
      space(look, 0, 10),
      row(
        look,
        say(look, 'strong', sample.name ?? ''),
        space(look, 10, 0),
        say(look, 'caption', `strongest at ${frequency.toFixed(3)} cycles a unit of time`),
      ),
      row(look, ...separated(space(look, gap, 0), panels)),
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
        'speed, cells a unit of time',
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
      say(look, 'title', title),
      ...(note === undefined ? [] : [say(look, 'caption', note)]),
      space(look, 0, 10),
      head,
      ...lines,
      space(look, 0, 16),
      bars,
    ),
  );
};

/**
 * The maps as the bytes of a PNG. Sites that swing less than a tenth of the greatest amplitude are left grey.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const propagationMaps = (picture: MapsPicture): E.Either<DrumheadError, Uint8Array> => {
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
    : E.left(decodeError('propagation maps', ...problems));
};
