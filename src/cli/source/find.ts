/** Resolves a NAME at full size: a name of the catalogue, a file, a run folder, or the folder of a sweep. */

import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
  unknownName,
} from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import { EngineName, Kernels } from '../../engine/index.js';
import { experimentNamed, experimentNames } from '../../experiments/catalogue.js';
import { sweepOf } from '../../experiments/sweep/sweep.js';
import { sweepNamed, sweepNames } from '../../experiments/sweep/sweeps.js';
import { ifPresent, isPresent } from '../../files/files.js';
import { kindOf } from '../../files/kind-of.js';
import { checkFigures, checkRecord, checkSeals } from '../../runner/folder/check-seals.js';
import { files, readJson } from '../../runner/folder/files.js';
import { readExperiment } from '../../runner/folder/record.js';
import { readSweepFile } from '../../runner/folder/sweep-file.js';
import { isDocument } from '../document/document.js';
import { readHeld } from '../document/reading.js';
import type { Found } from '../flags/changes.js';
import { dataKind } from './data-folder.js';

/** All names that can be run, swept or shown. */
export const allNames: readonly string[] = [
  ...experimentNames,
  ...sweepNames,
  ...Object.keys(drumExperiments),
];

/** Resolves a NAME. **Errors** UnknownName, FileError; DecodeError with every problem at once. */
export const find =
  (name: string): Effect<Found> =>
  async () => {
    switch (await kindOfName(name)) {
      case 'name':
        return nameNamed(name);
      case 'file':
        return readNamed(name)();
      case 'folder':
        return folderNamed(name)();
    }
  };

const kindOfName = async (name: string): Promise<'name' | 'file' | 'folder'> =>
  (await kindOf(name)) ?? (isDocument(name) ? 'file' : 'name');

const catalogued: Omit<Found, 'sweep' | 'one'> = {
  kept: [],
  notes: [],
  engine: null,
  kernels: null,
  begun: null,
  from: '.',
  origin: 'catalogue',
  value: null,
};

/** Names that begin with the same part of a path come first, since only the beginning of a long list is shown. */
const nearFirst = (name: string, known: readonly string[]): readonly string[] => {
  const [part] = name.split('/');
  const near = known.filter((one) => one.startsWith(`${part}/`));
  return [...near, ...known.filter((one) => !near.includes(one))];
};

const nameNamed = (name: string): Checked<Found> => {
  if (experimentNames.includes(name))
    return pipe(
      experimentNamed(name, 'full'),
      E.map((experiment) => ({ ...catalogued, sweep: sweepOf(experiment), one: true })),
    );
  if (sweepNames.includes(name))
    return pipe(
      sweepNamed(name),
      E.map((sweep) => ({ ...catalogued, sweep, one: false })),
    );
  return E.left(
    Object.hasOwn(drumExperiments, name)
      ? decodeError(name, 'drums are struck, not trained; `drumhead run` and `drumhead show` know them')
      : unknownName('experiment, sweep or run', name, nearFirst(name, allNames)),
  );
};

/** Files are read at full size; only an explicit preset resizes them. */
const readNamed = (path: string): Effect<Found> =>
  pipe(
    readHeld(path),
    TE.map((held) => ({
      ...held,
      engine: null,
      kernels: null,
      begun: null,
      from: dirname(path),
      origin: 'file',
    })),
  );

const folderNamed = (folder: string): Effect<Found> =>
  pipe(
    isPresent(join(folder, 'sweep.json')),
    TE.flatMap(
      (swept): Effect<Found> =>
        swept
          ? pipe(
              readSweepFile(join(folder, 'sweep.json')),
              TE.map(({ sweep, engine, kernels }) => ({
                ...catalogued,
                sweep,
                one: false,
                engine: EngineName.is(engine) ? engine : null,
                kernels: kernels ?? null,
                origin: 'folder',
              })),
            )
          : pipe(
              TE.Do,
              TE.tap(() => noData(folder)),
              TE.bind('experiment', () => readExperiment(folder)),
              TE.tap(() => checkRecord(folder)),
              // Damaged results say nothing about the experiment.
              TE.bind('whole', () =>
                TE.fromTask<Checked<void>, DrumheadError>(
                  pipe(
                    checkSeals(folder),
                    TE.flatMap(() => checkFigures(folder)),
                  ),
                ),
              ),
              TE.bind('begun', () => readBegun(join(folder, files.environment))),
              TE.bind('finished', () => isPresent(join(folder, files.result))),
              TE.map(({ experiment, begun, finished, whole }) => ({
                ...catalogued,
                notes: E.isLeft(whole) ? [errorMessage(whole.left)] : [],
                sweep: sweepOf(experiment),
                one: true,
                engine: begun?.engine ?? null,
                kernels: begun?.kernels ?? null,
                begun: begun === null ? null : { folder, arithmetic: begun.arithmetic ?? 1, finished },
                origin: 'folder',
              })),
            ),
    ),
  );

/** Refuses a folder of data, with a hint how to make an experiment of it. */
const noData = (folder: string): Effect<void> =>
  pipe(
    TE.Do,
    TE.bind('run', () => isPresent(join(folder, files.experiment))),
    TE.bind('kind', () => dataKind(folder)),
    TE.flatMap(({ run, kind }) =>
      run || kind === null
        ? TE.right(undefined)
        : TE.left(
            decodeError(
              folder,
              `this is a folder of data, not of a run; \`drumhead learn ${folder}\` trains on it, and so does an experiment ` +
                `with task: { name: ${kind}, folder: ${folder} }`,
            ),
          ),
    ),
  );

/** The engine of a run, which continues with the same one, since another gives other bits. Null for imports. */
const begunCodec = t.intersection([
  t.type({ engine: EngineName }),
  t.partial({ arithmetic: t.number, kernels: Kernels }),
]);

const readBegun = (path: string): Effect<t.TypeOf<typeof begunCodec> | null> =>
  ifPresent(path, pipe(readJson(path), TE.flatMapEither(decodeWith(begunCodec, path))));
