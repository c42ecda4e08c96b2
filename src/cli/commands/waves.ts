/** `drumhead waves`: measurements of a run's waves. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  isUnresolved,
  type Measured,
  type Propagation,
  summaryOf,
  type Unresolved,
} from '../../analysis/index.js';
import type { Effect } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { presetNamed } from '../../experiments/catalogue.js';
import { mayPut, putFiles } from '../../files/put-files.js';
import type { Files } from '../../files/write-folder.js';
import { energyCurves, kOmegaMap, propagationMaps } from '../../report/analysis/index.js';
import { dark, light } from '../../report/index.js';
import { jsonBytes } from '../../runner/folder/files.js';
import { drawingFiles, drawingNames, inBothThemes } from '../../runner/pictures/themes.js';
import {
  analyseWaves,
  analysisFolder,
  analysisNumbers,
  type WaveAnalysis,
} from '../../runner/pictures/waves/analysis.js';
import { firstImages, type OpenRun, openRun } from '../../runner/results/open-run.js';
import { sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { optionalFlag, wholeFlag, wholesFlag } from '../flags/flags.js';
import { type CommonFlags, withEnvironment } from '../session.js';
import { finishedRun, sayingTaken } from '../source/finished.js';
import { fitted } from '../terminal/fitted.js';

export interface WavesFlags extends Omit<CommonFlags, 'pictures' | 'workers'>, Idle {
  readonly samples?: string;
  readonly channel?: string;
  readonly steps?: string;
  readonly out?: string;
  readonly force?: boolean;
  /** Settings that change the named experiment. */
  readonly set?: readonly string[];
  readonly preset?: string;
}

const imagesText = ({ samples }: WaveAnalysis, { samples: { noun } }: Pick<OpenRun, 'samples'>): string =>
  samples.length === 1 ? `one test ${noun}` : `${samples.length} test ${noun}s`;

/** The files to draw, which depend on what an analysis resolves. */
const fileNames = [
  ...drawingNames('k-omega'),
  ...drawingNames('energy'),
  'maps.png',
  'maps-dark.png',
  'analysis.json',
];

const draw = (open: OpenRun, analysis: WaveAnalysis): Effect<Files> => {
  const { spectrum, spectrumSteps, lines, energies, samples, channel, steps, dt } = analysis;
  const name = open.title;
  const unit = unitOf(analysis);
  const stepsText = (count: number): string => (dt === null ? `${count} steps` : `${count} steps of ${dt}`);
  const over = `${imagesText(analysis, open)}, ${stepsText(steps)}`;
  const { height, width } = analysis.grid;
  const maps = [light, dark].map((theme) => ({
    file: theme.name === 'light' ? 'maps.png' : 'maps-dark.png',
    picture: propagationMaps({
      rows: samples.slice(0, 6),
      classes: open.samples.classes,
      grid: { height, width },
      unit,
      title: `Phase and speed of the waves: ${name}`,
      note: `channel ${channel + 1}, at each ${open.samples.noun}’s strongest frequency, over ${stepsText(steps)}; ${withoutOffsets}; grey where little swings, nothing runs or it is not resolved`,
      theme,
    }),
  }));
  return pipe(
    TE.Do,
    TE.bind('map', () =>
      isUnresolved(spectrum)
        ? TE.right({})
        : pipe(
            inBothThemes((theme) =>
              kOmegaMap({
                spectrum,
                lines,
                title: `Spectrum of the waves: ${name}`,
                notes: [
                  `mean over ${imagesText(analysis, open)} and all channels, ${stepsText(spectrumSteps)}`,
                  withoutOffsets,
                  ...(spectrum.joined ? [] : [windowed]),
                  `frequencies to about ${(2 / (spectrumSteps * (dt ?? 1))).toPrecision(2)}; faster than ${(1 / (2 * (dt ?? 1))).toPrecision(3)} appears slower`,
                ],
                unit,
                theme,
              }),
            ),
            TE.flatMapEither((drawing) => drawingFiles('k-omega', drawing)),
          ),
    ),
    TE.bind('curves', () =>
      // Two steps give a single energy, which makes no line.
      energies.length < 2
        ? TE.right({})
        : pipe(
            inBothThemes((theme) =>
              energyCurves({
                energies,
                title: `Energy of the waves: ${name}`,
                note: `${aboutZero}; mean over sites and over ${over}`,
                theme,
              }),
            ),
            TE.flatMapEither((drawing) => drawingFiles('energy', drawing)),
          ),
    ),
    TE.bind('pictures', () =>
      pipe(
        maps,
        E.traverseArray(({ file, picture }) =>
          pipe(
            picture,
            E.map((bytes) => [file, bytes] as const),
          ),
        ),
        TE.fromEither,
      ),
    ),
    TE.map(({ map, curves, pictures }) => ({
      ...map,
      ...curves,
      ...Object.fromEntries(pictures),
      'analysis.json': jsonBytes(analysisNumbers(open, analysis)),
    })),
  );
};

/** The energy is measured from 0, so a state that rests elsewhere has some energy at rest. */
const aboutZero = 'about y = 0, of the linear springs';

/** The note for a graph that does not join opposite edges. */
const windowed = 'edges are not joined: in space through a window, wave numbers to about 4π / sites';

const withoutOffsets = 'each site without its mean and linear trend';

const unitOf = ({ dt }: WaveAnalysis): string => (dt === null ? 'step' : 'unit of time');

const numberOr = (value: Measured, said: (value: number) => string, what: string): string =>
  isUnresolved(value) ? `${what} not resolved: ${value.unresolved}` : said(value);

const swingText = (found: Propagation | Unresolved, unit: string): string => {
  if (isUnresolved(found)) return `frequency, speed and share that runs not resolved: ${found.unresolved}`;
  const { speed, travelling, direction } = summaryOf(found);
  const strongest =
    `strongest at ${found.frequency.toPrecision(3)} cycles a ${unit} (${found.cycles.toFixed(1)} seen` +
    `${found.nearNyquist ? ', at the edge of what the steps show: it may be a faster one' : ''})`;
  if (isUnresolved(travelling))
    return `${strongest}; speed and share that runs not resolved: ${travelling.unresolved}`;
  return [
    strongest,
    `${(100 * travelling).toFixed(0)} % of it runs`,
    numberOr(speed, (value) => `phase speed ${value.toPrecision(3)} cells a ${unit}`, 'speed'),
    ...(isUnresolved(speed)
      ? []
      : [
          numberOr(
            direction,
            (value) => `towards ${((180 * value) / Math.PI).toFixed(0)}° (0° right, 90° down)`,
            'direction',
          ),
        ]),
  ].join(', ');
};

const said = (open: OpenRun, analysis: WaveAnalysis, paths: readonly string[]): string => {
  const { samples, energies, channel, spectrum } = analysis;
  const total = energies.map(({ kinetic, coupling, own }) => kinetic + coupling + own);
  return [
    `${open.title}, channel ${channel + 1}; ${withoutOffsets}`,
    ...samples.map(
      ({ index, propagation }) =>
        `  test ${open.samples.noun} ${index}: ${swingText(propagation, unitOf(analysis))}`,
    ),
    isUnresolved(spectrum)
      ? `  spectrum not resolved: ${spectrum.unresolved}`
      : `  spectrum over ${analysis.spectrumSteps} steps${spectrum.joined ? '' : `; ${windowed}`}`,
    ...(total.length === 0
      ? []
      : [
          `  energy ${aboutZero}, from ${total[0].toPrecision(3)} to ${total[total.length - 1].toPrecision(3)}`,
        ]),
    ...paths.map((path) => `  ${path}`),
  ].join('\n');
};

/** Measures the waves of a finished run, draws the figures and lists the files. */
export const waves = (name: string, flags: WavesFlags): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        samples: optionalFlag(flags.samples, wholesFlag('--samples', 0)),
        channel: optionalFlag(flags.channel, wholeFlag('--channel', 1)),
        steps: optionalFlag(flags.steps, wholeFlag('--steps', 8)),
        engine: parseEngineChoice(flags.engine),
        preset: presetNamed(flags.preset ?? 'full'),
      }),
    ),
    TE.flatMap(({ samples, channel, steps }) =>
      withEnvironment({ ...flags, workers: '1', pictures: false }, (environment) =>
        pipe(
          finishedRun(name, flags, 'waves'),
          sayingTaken(name),
          TE.flatMap((folder) => openRun(folder, environment)),
          TE.flatMap((open) =>
            pipe(
              mayPut(flags.out ?? analysisFolder(open), fileNames, flags),
              TE.flatMap(() =>
                analyseWaves(open, {
                  steps,
                  // The flag counts from 1.
                  channel: channel === null ? null : channel - 1,
                  samples: samples ?? firstImages(open, 4),
                }),
              ),
              TE.flatMap((analysis) =>
                pipe(
                  draw(open, analysis),
                  TE.flatMap((drawn) =>
                    putFiles(flags.out ?? analysisFolder(open), drawn, sayingMoves(flags)),
                  ),
                  TE.map((paths) => fitted(said(open, analysis, paths))),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
  );
