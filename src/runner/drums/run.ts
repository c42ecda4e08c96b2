/** Runs an experiment on drums into a folder: results, pictures, sounds and the report. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf } from '../../base/canonical.js';
import { type Checked, type DrumheadError, type Effect, unknownName } from '../../base/error.js';
import { type DrumExperiment, type DrumResult, drumExperiments, runDrums } from '../../drums/index.js';
import { languageVersion } from '../../dsl/index.js';
import {
  arithmetic,
  arithmeticOf,
  type Engine,
  type EngineChoice,
  engineText,
  kernelsOf,
  openEngine,
} from '../../engine/index.js';
import { isPresent } from '../../files/files.js';
import { drumsReport, drumVerdict } from '../../report/drums/index.js';
import type { RunEvent } from '../environment.js';
import { files, readJson, writeJson, writeText } from '../folder/files.js';
import { inFolder } from '../folder/ongoing/lock.js';
import { versionsOf } from '../folder/versions.js';
import { drawDrums } from './pictures.js';

export interface DrumRun {
  /** A name of `drumExperiments`; or any name, with the experiment itself. */
  readonly name: string;
  readonly experiment?: DrumExperiment;
  /** The run folder; made where it is not there. */
  readonly folder: string;
  readonly engine: EngineChoice;
  readonly tell: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

export interface DrumRunOutcome {
  /** Path of the report. */
  readonly report: string;
  /** The results in a few sentences. */
  readonly summary: string;
}

const resultsFile = 'results.json';

const experimentOf = ({ name, experiment }: DrumRun): Checked<DrumExperiment> =>
  experiment !== undefined
    ? E.right(experiment)
    : Object.hasOwn(drumExperiments, name)
      ? E.right(drumExperiments[name])
      : E.left(unknownName('experiment on drums', name, Object.keys(drumExperiments)));

/** The same experiment, language and engine give the same results. */
const identityOf = (experiment: DrumExperiment, engine: Engine): string =>
  hashOf({
    experiment,
    language: languageVersion,
    engine: engine.name,
    version: engine.version,
    ...(arithmetic[engine.name] === 1 ? {} : { arithmetic: arithmetic[engine.name] }),
    // Fused kernels are the default, and were the only ones of the first runs.
    ...(kernelsOf(engine) === 'op by op' ? { kernels: 'op by op' } : {}),
  });

const finishedCodec = t.type({ identity: t.string, summary: t.string });

/** The outcome of an earlier run of the same experiment; null if there is none or its files are damaged. */
const finishedBefore = (folder: string, identity: string): Effect<DrumRunOutcome | null> => {
  const [results, report] = [join(folder, resultsFile), join(folder, files.report)];
  return pipe(
    TE.Do,
    TE.bind('done', () => isPresent(results)),
    TE.bind('drawn', () => isPresent(report)),
    TE.flatMap(({ done, drawn }) =>
      done && drawn
        ? TE.rightTask<DrumheadError, DrumRunOutcome | null>(
            pipe(
              readJson(results),
              TE.match(
                () => null,
                (value) =>
                  finishedCodec.is(value) && value.identity === identity
                    ? { report, summary: value.summary }
                    : null,
              ),
            ),
          )
        : TE.right(null),
    ),
  );
};

/**
 * The results as they are stored, without sounds, spectra and duration, so that every run gives the same
 * bytes.
 */
const kept = ({ drum, points, strike, microphone, tones, fundamental, continuum, area }: DrumResult) => ({
  name: drum.name,
  points,
  strike,
  microphone,
  fundamental,
  continuum,
  area,
  tones,
});

const reportOf = (
  { name }: DrumRun,
  experiment: DrumExperiment,
  results: readonly DrumResult[],
  engine: Engine,
) => {
  const versions = versionsOf(engine);
  return {
    name,
    experiment,
    results,
    program: `() → sound [${experiment.steps}]`,
    // A finished run is not run again in its own folder. Only experiments of the catalogue can be run by
    // name.
    commands:
      Object.hasOwn(drumExperiments, name) && experiment === drumExperiments[name]
        ? [
            `npx drumhead run ${name} --engine ${engine.name}${kernelsOf(engine) === 'op by op' ? ' --fuse off' : ''} --runs again`,
          ]
        : [],
    environment: [
      { label: 'engine', value: engineText(versions.engine, arithmeticOf(engine)), note: versions.why },
      {
        label: 'versions',
        value: `drumhead ${versions.drumhead}, ${versions.engineVersion}, Node ${versions.node}`,
      },
      { label: 'machine', value: `${versions.platform}, ${versions.processor}` },
    ],
  };
};

/** Runs, draws and writes. The results are written last: they mark the run as finished. */
const runInto = (
  run: DrumRun,
  experiment: DrumExperiment,
  engine: Engine,
  identity: string,
): Effect<DrumRunOutcome> => {
  const { folder, tell, signal } = run;
  const count = experiment.drums.length;
  return pipe(
    writeJson(join(folder, files.experiment), { name: run.name, ...experiment }),
    TE.flatMap(() => writeJson(join(folder, files.environment), versionsOf(engine))),
    TE.flatMap(() =>
      runDrums(experiment, engine, {
        signal,
        tell: ({ name }, index) =>
          tell({ kind: 'stage', message: `striking drum ${index + 1} of ${count}: ${name}` }),
      }),
    ),
    TE.tapIO(() => () => tell({ kind: 'stage', message: 'drawing the waves, the figures and the report' })),
    TE.flatMap((results) =>
      pipe(
        drawDrums(folder, experiment, results, engine),
        TE.flatMap((drawn) =>
          writeText(
            join(folder, files.report),
            drumsReport({ ...reportOf(run, experiment, results, engine), ...drawn }),
          ),
        ),
        TE.flatMap((report) => {
          const summary = drumVerdict(results);
          return pipe(
            writeJson(
              join(folder, files.timing),
              results.map(({ drum, seconds }) => ({ name: drum.name, seconds })),
            ),
            TE.flatMap(() =>
              writeJson(join(folder, resultsFile), { identity, summary, drums: results.map(kept) }),
            ),
            TE.map(() => ({ report, summary })),
          );
        }),
      ),
    ),
  );
};

/**
 * Runs an experiment on drums into its folder: experiment.json, environment.json, results.json, timing.json, areas / tones / modes /
 * waves as SVG, PNG and GIF, sounds as WAV, report.html; every file atomically. A finished run of the same experiment on
 * the same engine is not run again.
 *
 * **Errors** UnknownName for a name that is not catalogued, EngineError, FileError (also while another process works
 * there), DecodeError for a shape that holds no drum, Interrupted when the signal is aborted between two drums.
 *
 * @example
 * runDrumExperiment({ name: 'drums/squares', folder: 'runs/drums/squares', engine: 'auto', tell, signal })
 */
export const runDrumExperiment = (run: DrumRun): Effect<DrumRunOutcome> =>
  pipe(
    TE.Do,
    TE.bind('experiment', () => TE.fromEither(experimentOf(run))),
    TE.bind('engine', () => openEngine(run.engine)),
    TE.flatMap(({ experiment, engine }) => {
      const identity = identityOf(experiment, engine);
      return inFolder(
        run.folder,
        pipe(
          finishedBefore(run.folder, identity),
          TE.flatMap((before) => {
            if (before === null) return runInto(run, experiment, engine, identity);
            run.tell({ kind: 'note', message: 'this run is finished; nothing was run again' });
            return TE.right(before);
          }),
        ),
      );
    }),
  );
