/** From a NAME on the command line to an experiment: a name of the catalogue, a JSON file, or a run folder. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../base/error.js';
import { experimentNamed, presetNamed } from '../experiments/catalogue.js';
import { decodeExperiment, type Experiment } from '../experiments/experiment.js';
import { files, readJson } from '../runner/folder.js';

/**
 * The experiment that a person means.
 *
 * **Errors** UnknownName, DecodeError, FileError.
 */
export const experimentFrom = (name: string, preset: string): TE.TaskEither<DrumheadError, Experiment> =>
  pipe(
    TE.fromEither(presetNamed(preset)),
    TE.chain((size) => async () => {
      const kind = await kindOf(name);
      if (kind === 'name') return experimentNamed(name, size);
      const path = kind === 'folder' ? join(name, files.experiment) : name;
      return pipe(
        readJson(path),
        TE.chainEitherK((json) => decodeExperiment(json, path)),
      )();
    }),
  );

const kindOf = async (name: string): Promise<'name' | 'file' | 'folder'> => {
  const found = await stat(name).catch(() => null);
  if (found?.isDirectory()) return 'folder';
  return found !== null || name.endsWith('.json') ? 'file' : 'name';
};
