/**
 * From a NAME on the command line to an experiment or a sweep: a name of the catalogue, a JSON, YAML or TypeScript file,
 * a run folder, or the folder of a sweep.
 */

import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../base/codec.js';
import { type DrumheadError, decodeError, unknownName } from '../base/error.js';
import { isPresent } from '../data/files.js';
import type { Task } from '../data/task.js';
import { drumExperiments } from '../drums/index.js';
import { EngineName } from '../engine/index.js';
import { experimentNamed, experimentNames, presetNamed } from '../experiments/catalogue.js';
import { decodeExperiment, type Experiment } from '../experiments/experiment.js';
import { decodeAnySweep, isSweep } from '../experiments/grid.js';
import { settingsText } from '../experiments/label.js';
import { type Preset, smaller } from '../experiments/presets.js';
import { type Settings, withSettings } from '../experiments/settings.js';
import { type Member, mapSweep, type Sweep, smallerSweep, sweepOf } from '../experiments/sweep.js';
import { sweepNamed, sweepNames } from '../experiments/sweeps.js';
import { files, readJson } from '../runner/folder.js';
import { readSweepFile } from '../runner/sweep/file.js';
import { isDocument, readDocument } from './document.js';
import { type ChangeFlags, settingsFlag } from './flags.js';
import { isProgram } from './program-file.js';

/** An experiment, and the engine it was begun on where it was begun before. */
export interface Source {
  readonly experiment: Experiment;
  readonly engine: EngineName | null;
}

/** What a NAME can mean. */
export type Named =
  | ({ readonly kind: 'experiment' } & Source)
  | { readonly kind: 'sweep'; readonly sweep: Sweep };

type Effect<A> = TE.TaskEither<DrumheadError, A>;

/** All names that can be run, swept or shown. */
export const allNames: readonly string[] = [
  ...experimentNames,
  ...sweepNames,
  ...Object.keys(drumExperiments),
];

/**
 * What a person means, at the size and with the changes that they ask for.
 *
 * **Errors** UnknownName, DecodeError with every problem at once, FileError.
 */
export const namedFrom = (name: string, preset: string, flags: ChangeFlags = {}): Effect<Named> =>
  pipe(
    TE.Do,
    TE.bind('size', () => TE.fromEither(presetNamed(preset))),
    TE.bind('settings', () => TE.fromEither(settingsFlag('--set', flags.set ?? []))),
    TE.bindW('found', ({ size }) => find(name, size)),
    TE.chainEitherK(({ found, settings }) => changed(found, settings, flags.mnistDir)),
  );

/** The experiment that a person means. **Errors** as `namedFrom`; DecodeError for a sweep. */
export const experimentFrom = (name: string, preset: string, flags: ChangeFlags = {}): Effect<Source> =>
  pipe(
    namedFrom(name, preset, flags),
    TE.chainEitherK((found) =>
      found.kind === 'experiment'
        ? E.right(found)
        : E.left(
            decodeError(
              name,
              `this is a sweep of ${found.sweep.members.length} experiments; run it by \`drumhead sweep ${name}\``,
            ),
          ),
    ),
  );

/** The sweep that a person means; an experiment is a sweep of one. **Errors** as `namedFrom`. */
export const sweepFrom = (name: string, preset: string, flags: ChangeFlags = {}): Effect<Sweep> =>
  pipe(
    namedFrom(name, preset, flags),
    TE.map((found) => (found.kind === 'sweep' ? found.sweep : sweepOf(found.experiment))),
  );

/** Digits from a folder, for every task that has digits. */
const withDigits = (sweep: Sweep, folder: string | undefined): E.Either<DrumheadError, Sweep> => {
  if (folder === undefined) return E.right(sweep);
  const hasDigits = ({ experiment }: Member): boolean => 'mnistDir' in experiment.task;
  return sweep.members.some(hasDigits)
    ? E.right(mapSweep((experiment) => ({ ...experiment, task: digitsFrom(folder, experiment.task) }))(sweep))
    : E.left(decodeError('--mnist-dir', `${sweep.name} has no task with digits of MNIST`));
};

const digitsFrom = (folder: string, task: Task): Task =>
  task.name === 'mnist' || task.name === 'multi-mnist' ? { ...task, mnistDir: folder } : task;

const changed = (
  found: Named,
  settings: Settings,
  mnistDir: string | undefined,
): E.Either<DrumheadError, Named> => {
  const sweep = found.kind === 'sweep' ? found.sweep : sweepOf(found.experiment);
  const one = found.kind === 'experiment';
  return pipe(
    sweep.members,
    A.traverse(E.Applicative)(({ axes, experiment }) =>
      pipe(
        withSettings(experiment, settings, one ? experiment.name : `${sweep.name}, ${settingsText(axes)}`),
        E.map((made): Member => ({ axes, experiment: made })),
      ),
    ),
    E.chain((members) => withDigits({ ...sweep, members }, mnistDir)),
    E.map(mapSweep(anchored(process.cwd()))),
    E.map((made) =>
      one ? { ...found, experiment: made.members[0].experiment } : { kind: 'sweep', sweep: made },
    ),
  );
};

const find =
  (name: string, size: Preset): Effect<Named> =>
  async () => {
    switch (await kindOf(name)) {
      case 'name':
        return nameNamed(name, size);
      case 'file':
        return readNamed(name, size)();
      case 'folder':
        return folderNamed(name)();
    }
  };

const kindOf = async (name: string): Promise<'name' | 'file' | 'folder'> => {
  const found = await stat(name).catch(() => null);
  if (found?.isDirectory()) return 'folder';
  return found !== null || isDocument(name) ? 'file' : 'name';
};

const nameNamed = (name: string, size: Preset): E.Either<DrumheadError, Named> => {
  if (experimentNames.includes(name)) return pipe(experimentNamed(name, size), E.map(fresh));
  if (sweepNames.includes(name)) return pipe(sweepNamed(name), E.map(smallerSweep(size)), E.map(asSweep));
  return E.left(
    Object.hasOwn(drumExperiments, name)
      ? decodeError(name, 'drums are struck, not trained; `drumhead run` and `drumhead show` know them')
      : unknownName('experiment', name, allNames),
  );
};

const fresh = (experiment: Experiment): Named => ({ kind: 'experiment', experiment, engine: null });
const asSweep = (sweep: Sweep): Named => ({ kind: 'sweep', sweep });

/** A preset is for what was written at full size: that is what files hold, and it is asked for by name. */
const readNamed = (path: string, size: Preset): Effect<Named> =>
  pipe(
    readDocument(path),
    TE.filterOrElse(
      (value) => !isProgram(value),
      (): DrumheadError =>
        decodeError(
          path,
          'it holds a program alone; an experiment has a task too: { name, task, model: program }',
        ),
    ),
    TE.chainEitherK((value) =>
      isSweep(value)
        ? pipe(
            decodeAnySweep(value, path),
            E.map(mapSweep(anchored(dirname(path)))),
            E.map(smallerSweep(size)),
            E.map(asSweep),
          )
        : pipe(
            decodeExperiment(value, path),
            E.map(anchored(dirname(path))),
            E.map(smaller(size)),
            E.map(fresh),
          ),
    ),
  );

const folderNamed = (folder: string): Effect<Named> =>
  pipe(
    isPresent(join(folder, 'sweep.json')),
    TE.chain(
      (swept): Effect<Named> =>
        swept
          ? pipe(
              readSweepFile(join(folder, 'sweep.json')),
              TE.map(({ sweep }) => asSweep(sweep)),
            )
          : pipe(
              TE.Do,
              TE.bind('experiment', () => readExperiment(join(folder, files.experiment))),
              TE.bind('engine', () => readEngine(join(folder, files.environment))),
              TE.map((source): Named => ({ kind: 'experiment', ...source })),
            ),
    ),
  );

const readExperiment = (path: string): Effect<Experiment> =>
  pipe(
    readJson(path),
    TE.chainEitherK((json) => decodeExperiment(json, path)),
  );

/**
 * A run goes on with the engine that it began with: another would not give the same bits. Null for what was imported,
 * which began on none.
 */
const readEngine = (path: string): Effect<EngineName | null> =>
  pipe(
    isPresent(path),
    TE.chain(
      (there): Effect<EngineName | null> =>
        there
          ? pipe(
              readJson(path),
              TE.chainEitherK(decodeWith(t.type({ engine: EngineName }), path)),
              TE.map(({ engine }) => engine),
            )
          : TE.right(null),
    ),
  );

const anchoredTask = (folder: string, task: Task): Task => {
  switch (task.name) {
    case 'npy':
    case 'png':
      return { ...task, folder: resolve(folder, task.folder) };
    case 'mnist':
    case 'multi-mnist':
      return task.mnistDir === null ? task : { ...task, mnistDir: resolve(folder, task.mnistDir) };
    case 'tetrominoes':
    case 'polygons':
      return task;
  }
};

/** Paths in a file begin at the file's folder, those that are typed where they are typed; from here on they are whole. */
const anchored =
  (folder: string) =>
  (experiment: Experiment): Experiment => ({ ...experiment, task: anchoredTask(folder, experiment.task) });
