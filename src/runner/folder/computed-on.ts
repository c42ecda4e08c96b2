/** The engine that a run was computed on, according to its folder; and opening the same engine again. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { askedKernels, type Engine, type EngineChoice, Kernels, openEngine } from '../../engine/index.js';
import { ifPresent } from '../../files/files.js';
import { files, readJson } from './files.js';

/** The engine, arithmetic and kernels of a run, according to its folder. */
export interface ComputedOn {
  readonly engine: string | null;
  /** The number of the engine's arithmetic; 1 where the folder does not say. */
  readonly arithmetic: number;
  /** The kernels; null on an engine without that choice, and where the folder does not say. */
  readonly kernels: Kernels | null;
}

const codec = t.intersection([
  t.type({ engine: t.string }),
  t.partial({ arithmetic: t.number, kernels: Kernels }),
]);

/** The values of a folder without a record of its engine. */
export const unsaid: ComputedOn = { engine: null, arithmetic: 1, kernels: null };

/**
 * The engine that the run in a folder was computed on.
 *
 * **Errors** FileError, DecodeError of a damaged environment.json.
 */
export const readComputedOn = (folder: string): Effect<ComputedOn> => {
  const path = join(folder, files.environment);
  return pipe(
    ifPresent(path, pipe(readJson(path), TE.flatMapEither(decodeWith(codec, path)))),
    TE.map((found) => {
      if (found === null) return unsaid;
      const { engine, arithmetic = 1, kernels = null } = found;
      return { engine, arithmetic, kernels };
    }),
  );
};

/**
 * Opens an engine for the weights of a run: with the kernels that computed the run, so that its scores are
 * the same to the last bit, unless a person asks for others.
 *
 * **Errors** as `openEngine`.
 */
export const openEngineFor = (folder: string, choice: EngineChoice): Effect<Engine> =>
  pipe(
    TE.fromEither(askedKernels()),
    TE.flatMap((asked) =>
      asked !== null
        ? TE.right<DrumheadError, Kernels | null>(asked)
        : pipe(
            readComputedOn(folder),
            TE.map(({ kernels }) => kernels),
            // Imported weights have no environment.json.
            TE.orElse(() => TE.right<DrumheadError, Kernels | null>(null)),
          ),
    ),
    TE.flatMap((kernels) => openEngine(choice, kernels ?? undefined)),
  );
