/** Weights under PyTorch's names, from safetensors into a program. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith, whole } from '../../base/codec.js';
import { type Checked, decodeError, type Effect, unlessProblems } from '../../base/error.js';
import type { Program } from '../../dsl/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { programFor } from '../../experiments/model.js';
import { readBytes } from '../../files/files.js';
import { decodeSafetensors, type Safetensors } from '../../formats/safetensors.js';
import { buildModel, type ModelSpec, type Sizes } from '../../models/catalogue.js';
import { idleTorch } from '../../models/torch-idle.js';
import { importTorch } from '../../models/torch-names.js';
import { allNumbers, describeTrained, descriptionCodec, type Trained } from '../export/trained.js';
import { parseJson } from '../folder/files.js';
import { knownVersion, toldOf } from './program.js';

/** The model that weights are for. */
export interface Wanted {
  readonly model: ModelSpec;
  readonly sizes: Sizes;
  readonly experiment: Experiment | null;
}

/** A program with imported weights, and the tensors that it does not use. */
export interface ImportedProgram {
  readonly trained: Trained;
  readonly unused: readonly string[];
}

const size = whole(1, 1_000_000);
const toldCodec = t.type({
  version: t.unknown,
  description: descriptionCodec,
  model: t.unknown,
  sizes: t.type({ height: size, width: size, channels: size, classes: size }),
  experiment: t.unknown,
});

/** The metadata of our own export; null for a file of someone else. */
const toldBy = (
  { metadata }: Safetensors,
  source: string,
): Checked<(Wanted & { readonly description: string }) | null> =>
  metadata.drumhead === undefined
    ? E.right(null)
    : pipe(
        parseJson(metadata.drumhead, `${source}, its metadata`),
        E.flatMap(decodeWith(toldCodec, `${source}, its metadata`)),
        E.tap(({ version }) => knownVersion(version, source)),
        E.flatMap(({ sizes, description, ...about }) =>
          pipe(
            toldOf(about, source),
            E.map(({ experiment, model }) =>
              model === null ? null : { model, sizes, experiment, description },
            ),
          ),
        ),
      );

const programOf = ({ model, sizes, experiment }: Wanted): Checked<Program> =>
  experiment === null ? buildModel(model, sizes) : programFor(experiment.model, experiment.loss, sizes);

/** Refuses weights stored as whole numbers that float32 cannot hold. */
const exactWeights = ({ tensors }: Safetensors, unused: readonly string[], path: string): Checked<void> => {
  const problems = Object.entries(tensors)
    .filter(([name, { rounded }]) => rounded && !unused.includes(name))
    .map(([name]) => `'${name}' holds whole numbers that float32 has not; save it as F32`);
  return unlessProblems(path, problems, undefined);
};

/**
 * Tensors that the original does not use either: its count of batches, and parameters that it allocates for
 * nothing.
 */
const idle = ({ model }: Wanted, { tensors }: Safetensors): ((name: string) => boolean) => {
  const inVain = Object.keys(idleTorch(model, tensors));
  return (name) => name.endsWith('.num_batches_tracked') || inVain.includes(name);
};

/**
 * The weights in a file, in the program of their model: `wanted`, or the one that our own export names.
 *
 * **Errors** DecodeError with every tensor that is missing or has another shape, or if the model is not
 * known.
 */
export const readSafetensors = (path: string, wanted: Wanted | null): Effect<ImportedProgram> =>
  pipe(
    readBytes(path, 'array'),
    TE.flatMapEither((bytes) => decodeSafetensors(bytes, path)),
    TE.bindTo('file'),
    TE.bind('told', ({ file }) => TE.fromEither(toldBy(file, path))),
    TE.flatMapEither(({ file, told }) => {
      const target = wanted ?? told;
      if (target === null)
        return E.left(
          decodeError(
            path,
            'it does not say which model its weights are for; `drumhead import FILE --model NAME` takes them in',
          ),
        );
      return pipe(
        programOf(target),
        E.bindTo('program'),
        E.bind('imported', ({ program }) => importTorch(target.model, program, file.tensors, path)),
        E.tap(({ imported }) => exactWeights(file, imported.unused, path)),
        E.tap(({ imported }) => allNumbers(imported.parameters, path)),
        E.map(({ program, imported }) => ({
          unused: imported.unused.filter((name) => !idle(target, file)(name)),
          trained: {
            program,
            parameters: imported.parameters,
            experiment: target.experiment,
            model: target.model,
            description:
              wanted === null && told !== null
                ? told.description
                : describeTrained(program, target.experiment, 'imported weights'),
          },
        })),
      );
    }),
  );
