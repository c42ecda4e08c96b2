/** Reads the program at a path: in one of the formats, or in a run folder. */

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type DrumheadError, decodeError, type Effect, fileError } from '../../base/error.js';
import { isPresent } from '../../files/files.js';
import { asWritten } from '../../files/manifest.js';
import { bringBack } from '../../files/write-folder.js';
import { readTrained, type Trained } from '../export/trained.js';
import { readJson } from '../folder/files.js';
import { type GraphFile, readGraphModel } from './graph-model.js';
import { readProgramFile } from './program.js';
import { readSafetensors, type Wanted } from './safetensors.js';

/** A program that can run. */
export type Runnable =
  | { readonly kind: 'program'; readonly trained: Trained; readonly unused: readonly string[] }
  | { readonly kind: 'graph-model'; readonly model: GraphFile };

/** The files that are looked for in a folder, in this order. */
const candidates = ['model.json', 'weights.safetensors', 'program.json'] as const;

const fileIn = (folder: string): Effect<string> =>
  pipe(
    candidates.map((name) => join(folder, name)),
    TE.traverseSeqArray((path) =>
      pipe(
        isPresent(path),
        TE.map((there) => (there ? [path] : [])),
      ),
    ),
    TE.map((found) => found.flat()),
    TE.flatMap(([first]) =>
      first === undefined
        ? TE.left(
            decodeError(
              folder,
              `there is none of ${candidates.join(', ')}: it is neither a run nor an export of one`,
            ),
          )
        : TE.right(first),
    ),
  );

const resolved = (path: string): Effect<string> =>
  pipe(
    // An export that was killed between its two renames has moved the earlier one aside.
    bringBack(path),
    TE.flatMap(() =>
      TE.tryCatch(
        () => stat(path),
        (cause): DrumheadError => fileError(path, cause),
      ),
    ),
    TE.flatMap((found) => (found.isDirectory() ? fileIn(path) : TE.right(path))),
  );

const program = (trained: Trained, unused: readonly string[] = []): Runnable => ({
  kind: 'program',
  trained,
  unused,
});

const fromJson = (json: unknown, path: string): Effect<Runnable> => {
  if (t.UnknownRecord.is(json)) {
    if (json.format === 'drumhead-program')
      return pipe(
        readProgramFile(json, path),
        TE.map((trained) => program(trained)),
      );
    if (json.format === 'graph-model')
      return pipe(
        readGraphModel(json, path),
        TE.map((model) => ({ kind: 'graph-model', model })),
      );
    if ('language' in json)
      return pipe(
        readTrained(dirname(path)),
        TE.map((trained) => program(trained)),
      );
  }
  return TE.left(
    decodeError(
      path,
      'this is neither a GraphModel, nor a program of drumhead with its weights, nor safetensors',
    ),
  );
};

const ofNoKind = (path: string): DrumheadError =>
  decodeError(
    path,
    'this is nothing that can be read here: give a .safetensors file, program.json as export --format program writes it, ' +
      'or a folder with one of them',
  );

/**
 * Reads a GraphModel (model.json), a program.json with its weights, safetensors, a run folder, or a folder that holds
 * one of these.
 *
 * @param wanted the model that weights without a program are for
 *
 * **Errors** FileError, DecodeError: one sentence on what was found instead, or a line for everything that
 * does not fit.
 */
export const readRunnable = (path: string, wanted: Wanted | null = null): Effect<Runnable> =>
  pipe(
    resolved(path),
    TE.flatMap((file) =>
      pipe(
        file.endsWith('.safetensors')
          ? pipe(
              readSafetensors(file, wanted),
              TE.map(({ trained, unused }) => program(trained, unused)),
            )
          : pipe(
              readJson(file),
              TE.mapError((error) =>
                error._tag === 'DecodeError' && !file.endsWith('.json') ? ofNoKind(file) : error,
              ),
              TE.flatMap((json) => fromJson(json, file)),
              TE.filterOrElse(
                () => wanted === null,
                (): DrumheadError =>
                  decodeError(
                    '--model',
                    `it does nothing here, since ${file} says its program itself; leave it out`,
                  ),
              ),
            ),
        // A file that can be read may still be damaged.
        TE.tap(() => asWritten(dirname(file))),
      ),
    ),
  );
