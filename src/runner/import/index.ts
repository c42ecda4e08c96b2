/** Imports: programs and weights from outside, as a folder that can be run, exported and evaluated like a run's. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../base/error.js';
import { encodeProgram, parametersOf } from '../../dsl/index.js';
import { type Files, type Writing, writeFolder } from '../../files/write-folder.js';
import { importRecord, type Trained } from '../export/trained.js';
import { files } from '../folder/files.js';
import { encodeWeights, weightsManifest } from '../folder/weights.js';
import type { Wanted } from './safetensors.js';
import { readRunnable } from './source.js';

export type { Wanted } from './safetensors.js';
export { type Runnable, readRunnable } from './source.js';

const textOf = (value: string): Uint8Array => new TextEncoder().encode(value);
const jsonOf = (value: unknown): Uint8Array => textOf(`${JSON.stringify(value, null, 2)}\n`);

/** The files of a run folder that can be made from a program and its weights. */
const runLike = ({ program, parameters, experiment, model, description }: Trained): Files => {
  const declared = parametersOf(program.graph);
  return {
    ...(experiment === null ? {} : { [files.experiment]: jsonOf(experiment) }),
    [importRecord]: jsonOf({ description, model }),
    [files.program]: textOf(encodeProgram(program)),
    [files.weights]: jsonOf(weightsManifest(declared, 'weights.bin')),
    [files.weightValues]: encodeWeights(declared, parameters),
  };
};

/** An import that was written. */
export interface Import {
  readonly folder: string;
  readonly trained: Trained;
  /** Tensors that the program does not use. */
  readonly unused: readonly string[];
}

/**
 * Imports weights: safetensors under PyTorch's names, or an exported program. The folder is written whole or
 * not at all.
 *
 * **Errors** as `readRunnable`; DecodeError for a GraphModel, which is not a program any more, and if the
 * folder holds other files.
 */
export const importInto = (
  path: string,
  wanted: Wanted | null,
  folder: string,
  writing: Writing = {},
): Effect<Import> =>
  pipe(
    readRunnable(path, wanted),
    TE.flatMap((found) =>
      found.kind === 'graph-model'
        ? TE.left(
            decodeError(
              path,
              'a GraphModel is no program any more; import safetensors, or what --format program wrote',
            ),
          )
        : TE.right(found),
    ),
    TE.tap(({ trained }) => writeFolder(folder, runLike(trained), writing)),
    TE.map(({ trained, unused }) => ({ folder, trained, unused })),
  );
