/** From a NAME on the command line to an experiment: a name of the catalogue, a JSON file, or a run folder. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../base/codec.js';
import type { DrumheadError } from '../base/error.js';
import { EngineName } from '../engine/index.js';
import { experimentNamed, presetNamed } from '../experiments/catalogue.js';
import { decodeExperiment, type Experiment } from '../experiments/experiment.js';
import { files, readJson } from '../runner/folder.js';

/** An experiment, and the engine it was begun on where it was begun before. */
export interface Source {
  readonly experiment: Experiment;
  readonly engine: EngineName | null;
}

/**
 * The experiment that a person means.
 *
 * **Errors** UnknownName, DecodeError, FileError.
 */
export const experimentFrom = (name: string, preset: string): TE.TaskEither<DrumheadError, Source> =>
  pipe(
    TE.fromEither(presetNamed(preset)),
    TE.chain((size) => async () => {
      const kind = await kindOf(name);
      switch (kind) {
        case 'name':
          return pipe(experimentNamed(name, size), E.map(fresh));
        case 'file':
          return pipe(readExperiment(name), TE.map(fresh))();
        case 'folder':
          return pipe(
            TE.Do,
            TE.bind('experiment', () => readExperiment(join(name, files.experiment))),
            TE.bind('engine', () => readEngine(join(name, files.environment))),
          )();
      }
    }),
  );

const fresh = (experiment: Experiment): Source => ({ experiment, engine: null });

const readExperiment = (path: string): TE.TaskEither<DrumheadError, Experiment> =>
  pipe(
    readJson(path),
    TE.chainEitherK((json) => decodeExperiment(json, path)),
  );

/** A run goes on with the engine that it began with: another would not give the same bits. */
const readEngine = (path: string): TE.TaskEither<DrumheadError, EngineName> =>
  pipe(
    readJson(path),
    TE.chainEitherK(decodeWith(t.type({ engine: EngineName }), path)),
    TE.map(({ engine }) => engine),
  );

const kindOf = async (name: string): Promise<'name' | 'file' | 'folder'> => {
  const found = await stat(name).catch(() => null);
  if (found?.isDirectory()) return 'folder';
  return found !== null || name.endsWith('.json') ? 'file' : 'name';
};
