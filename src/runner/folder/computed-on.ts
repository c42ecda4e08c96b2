/** What a run was computed on, from its folder; and that engine again, for a run that is looked at once more. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { askedKernels, type Engine, type EngineChoice, Kernels, openEngine } from '../../engine/index.js';
import { isPresent } from '../../files/files.js';
import { files, readJson } from './files.js';

/** An engine's name and arithmetic, as a run folder says them. */
export interface ComputedOn {
  readonly engine: string | null;
  /** The number of the engine's arithmetic; 1 where nothing is said of it. */
  readonly arithmetic: number;
  /** What computed it; null on an engine that has no choice, and where nothing is said of it. */
  readonly kernels: Kernels | null;
}

const codec = t.intersection([
  t.type({ engine: t.string }),
  t.partial({ arithmetic: t.number, kernels: Kernels }),
]);

/** What is known where nothing is said. */
export const unsaid: ComputedOn = { engine: null, arithmetic: 1, kernels: null };

/** On what the run of a folder was computed. **Errors** FileError, DecodeError of a damaged environment.json. */
export const readComputedOn = (folder: string): Effect<ComputedOn> => {
  const path = join(folder, files.environment);
  return pipe(
    isPresent(path),
    TE.flatMap((there) =>
      there
        ? pipe(
            readJson(path),
            TE.flatMapEither(decodeWith(codec, path)),
            TE.map(({ engine, arithmetic = 1, kernels = null }) => ({ engine, arithmetic, kernels })),
          )
        : TE.right(unsaid),
    ),
  );
};

/**
 * Opens an engine for the weights of a run: the kernels that computed the run compute again, so that its scores are the
 * same to the last bit, unless a person asks for others.
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
            // Weights that were imported were computed on nothing.
            TE.orElse(() => TE.right<DrumheadError, Kernels | null>(null)),
          ),
    ),
    TE.flatMap((kernels) => openEngine(choice, kernels ?? undefined)),
  );
