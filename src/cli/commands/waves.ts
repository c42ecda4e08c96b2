/** `drumhead waves`: what the waves of a run do. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Propagation, summaryOf } from '../../analysis/index.js';
import type { DrumheadError } from '../../base/error.js';
import { writeBytes } from '../../data/files.js';
import { mayHoldFiles } from '../../data/make-folder.js';
import { energyCurves, kOmegaMap, propagationMaps } from '../../report/analysis/index.js';
import { dark, light } from '../../report/index.js';
import { inBothThemes, writeDrawing } from '../../runner/drawings.js';
import { writeJson } from '../../runner/folder.js';
import { firstImages, type OpenRun, openRun } from '../../runner/open-run.js';
import {
  analyseWaves,
  analysisFolder,
  analysisNumbers,
  type WaveAnalysis,
} from '../../runner/waves/analysis.js';
import { finishedRun } from '../finished.js';
import { wholeFlag, wholesFlag } from '../flags.js';
import { optionalFlag } from '../optional-flag.js';
import { type CommonFlags, withEnvironment } from '../session.js';

export interface WavesFlags extends Omit<CommonFlags, 'pictures' | 'workers'> {
  readonly samples?: string;
  readonly channel?: string;
  readonly steps?: string;
  readonly out?: string;
  readonly preset?: string;
}

const subject = ({ run }: OpenRun): string => `${run.experiment.name}, seed ${run.seed}`;

const imagesText = ({ samples }: WaveAnalysis): string =>
  samples.length === 1 ? 'one test image' : `${samples.length} test images`;

const draw = (
  open: OpenRun,
  analysis: WaveAnalysis,
  folder: string,
): TE.TaskEither<DrumheadError, readonly string[]> => {
  const { spectrum, spectrumSteps, lines, energies, samples, channel, steps, dt } = analysis;
  const name = subject(open);
  const over = `${imagesText(analysis)}, ${steps} steps of ${dt}`;
  const maps = [light, dark].map((theme) => ({
    path: join(folder, theme.name === 'light' ? 'maps.png' : 'maps-dark.png'),
    picture: propagationMaps({
      rows: samples.slice(0, 6),
      classes: open.dataset.classes,
      title: `Phase and speed of the waves: ${name}`,
      note: `channel ${channel}, at each image’s strongest frequency; grey where little swings or nothing runs`,
      theme,
    }),
  }));
  return pipe(
    TE.Do,
    TE.bind('map', () =>
      pipe(
        inBothThemes((theme) =>
          kOmegaMap({
            spectrum,
            lines,
            title: `Spectrum of the waves: ${name}`,
            note: `mean over ${imagesText(analysis)} and all channels, ${spectrumSteps} steps of ${dt}; frequencies to about ${(2 / (spectrumSteps * dt)).toPrecision(2)}`,
            theme,
          }),
        ),
        TE.chain((drawing) => writeDrawing(folder, 'k-omega', drawing)),
      ),
    ),
    TE.bind('curves', () =>
      energies.length === 0
        ? TE.right([])
        : pipe(
            inBothThemes((theme) =>
              energyCurves({
                energies,
                title: `Energy of the waves: ${name}`,
                note: `mean over sites and over ${over}`,
                theme,
              }),
            ),
            TE.chain((drawing) => writeDrawing(folder, 'energy', drawing)),
          ),
    ),
    TE.bind('pictures', () =>
      pipe(
        maps,
        A.traverse(TE.ApplicativeSeq)(({ path, picture }) =>
          pipe(
            TE.fromEither(picture),
            TE.chain((bytes) => writeBytes(path, bytes)),
          ),
        ),
      ),
    ),
    TE.bind('numbers', () => writeJson(join(folder, 'analysis.json'), analysisNumbers(open, analysis))),
    TE.map(({ map, curves, pictures, numbers }) => [...map, ...curves, ...pictures, numbers]),
  );
};

/** Below this share a wave stands more than it runs, and the speed of the rest is not that of the wave. */
const mostlyRuns = 0.2;

const swingText = (found: Propagation): string => {
  const { speed, travelling } = summaryOf(found);
  if (!Number.isFinite(travelling)) return 'nothing swings';
  return (
    `strongest at ${found.frequency.toFixed(3)} cycles a unit of time, ` +
    `${Number.isFinite(speed) && travelling >= mostlyRuns ? `phase speed ${speed.toFixed(2)} cells a unit of time` : 'no single speed'}, ` +
    `${(100 * travelling).toFixed(0)} % of it runs`
  );
};

const said = (open: OpenRun, analysis: WaveAnalysis, paths: readonly string[]): string => {
  const { samples, energies, channel } = analysis;
  const total = energies.map(({ kinetic, coupling, own }) => kinetic + coupling + own);
  return [
    `${subject(open)}, channel ${channel}`,
    ...samples.map(({ index, propagation }) => `  test image ${index}: ${swingText(propagation)}`),
    ...(total.length === 0
      ? []
      : [`  energy from ${total[0].toPrecision(3)} to ${total[total.length - 1].toPrecision(3)}`]),
    ...paths.map((path) => `  ${path}`),
  ].join('\n');
};

export const waves = (name: string, flags: WavesFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('samples', () => TE.fromEither(optionalFlag(flags.samples, wholesFlag('--samples', 0)))),
    TE.bind('channel', () => TE.fromEither(optionalFlag(flags.channel, wholeFlag('--channel', 0)))),
    TE.bind('steps', () => TE.fromEither(optionalFlag(flags.steps, wholeFlag('--steps', 8)))),
    TE.chain((plan) =>
      withEnvironment({ ...flags, workers: '1', pictures: false }, (environment) =>
        pipe(
          finishedRun(name, flags),
          TE.chain((folder) => openRun(folder, environment)),
          TE.chain((open) =>
            pipe(
              mayHoldFiles(flags.out ?? analysisFolder(open)),
              TE.chain(() => analyseWaves(open, { ...plan, samples: plan.samples ?? firstImages(open, 4) })),
              TE.chain((analysis) =>
                pipe(
                  draw(open, analysis, flags.out ?? analysisFolder(open)),
                  TE.map((paths) => said(open, analysis, paths)),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
  );
