/** Programs with their weights, as `--format program` writes them. */

import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { sha256Hex } from '../../base/canonical.js';
import { decodeWith } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { decodeProgram } from '../../dsl/index.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import { readBytes } from '../../files/files.js';
import { decodeModel, type ModelSpec } from '../../models/catalogue.js';
import { exportVersion } from '../export/formats.js';
import { descriptionCodec, fitted, type Trained } from '../export/trained.js';
import { decodeManifest } from '../folder/weights.js';

const codec = t.type({
  description: descriptionCodec,
  program: t.unknown,
  experiment: t.unknown,
  model: t.unknown,
  weightsManifest: t.unknown,
  weightsSha256: t.string,
});

const orNull =
  <A>(decode: (value: unknown) => Checked<A>) =>
  (value: unknown): Checked<A | null> =>
    value === null || value === undefined ? E.right(null) : decode(value);

/** The experiment and the model that a file names. */
export const toldOf = (
  { experiment, model }: { readonly experiment: unknown; readonly model: unknown },
  source: string,
): Checked<{ readonly experiment: Experiment | null; readonly model: ModelSpec | null }> =>
  pipe(
    E.Do,
    E.bind('experiment', () => orNull((value) => decodeExperiment(value, source))(experiment)),
    E.bind('model', () => orNull((value) => decodeModel(value, source))(model)),
  );

/** **Errors** DecodeError for what a newer drumhead wrote. */
export const knownVersion = (version: unknown, source: string): Checked<void> =>
  typeof version === 'number' && version <= exportVersion
    ? E.right(undefined)
    : E.left(
        decodeError(
          source,
          `it was written by a newer drumhead (version ${String(version)}, this one reads ${exportVersion}); use that one`,
        ),
      );

/**
 * The program in a parsed program.json, with the weights beside it.
 *
 * **Errors** DecodeError: of a newer version of the language, damaged, or with every weight that does not fit; FileError.
 */
export const readProgramFile = (json: Readonly<Record<string, unknown>>, path: string): Effect<Trained> => {
  const values = join(dirname(path), 'program.bin');
  return pipe(
    TE.fromEither(knownVersion(json.version, path)),
    TE.flatMapEither(() => decodeWith(codec, path)(json)),
    TE.bindTo('file'),
    TE.bindW('program', ({ file }) => TE.fromEither(decodeProgram(file.program, path))),
    TE.bind('told', ({ file }) => TE.fromEither(toldOf(file, path))),
    TE.bind('entries', ({ file }) => TE.fromEither(decodeManifest(file.weightsManifest, path))),
    TE.bind('bytes', () => readBytes(values, 'array')),
    TE.flatMapEither(({ file, program, told, entries, bytes }) =>
      pipe(
        fitted(program, entries, bytes, path, values),
        E.filterOrElse(
          () => sha256Hex(bytes) === file.weightsSha256,
          (): DrumheadError =>
            decodeError(values, `its checksum is not that of ${path}; the file is damaged`),
        ),
        E.map((parameters) => ({ program, parameters, description: file.description, ...told })),
      ),
    ),
  );
};
