/** The first part of every case with a model: its program, its parameters, its fields and maps in our layout. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RR from 'fp-ts/lib/ReadonlyRecord.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Arrays } from '../../compile/tfjs/session/session.js';
import { type Program, parametersOf, sameShape, showShape } from '../../dsl/index.js';
import { buildModel, type ModelSpec, type Sizes } from '../../models/catalogue.js';
import { exportTorch, importTorch, type TorchTensor, torchNames } from '../../models/torch-names.js';
import { readArrays } from './arrays.js';
import { type Modelled, modelOf } from './hyper.js';
import type { ArrayEntries, Hyper } from './manifest.js';

/** A program with the fixture's parameters. */
export interface Prepared extends Modelled {
  readonly program: Program;
  readonly parameters: Arrays;
  /** Our names of its parameters by PyTorch's. */
  readonly names: Readonly<Record<string, string>>;
  /** Parameters of the original that ours does not have: it allocates them and does not use them. */
  readonly unused: readonly string[];
}

interface Described {
  readonly name: string;
  readonly model: string;
  readonly hyper: Hyper;
  readonly params: ArrayEntries;
  readonly buffers_initial: ArrayEntries | undefined;
}

/** Running statistics, without PyTorch's count of batches. */
export const floats = (entries: ArrayEntries): ArrayEntries =>
  pipe(
    entries,
    RR.filter(({ dtype }) => dtype === 'float32'),
  );

/** Initial running statistics, for cases that do not list them. */
const untrainedStatistics = (spec: ModelSpec, program: Program): Readonly<Record<string, TorchTensor>> => {
  const start = initialParameters(program.graph, 0);
  const fixed = parametersOf(program.graph).filter(({ trainable }) => !trainable);
  return exportTorch(spec, program, Object.fromEntries(fixed.map(({ name }) => [name, start[name]])));
};

/** Reads a case's parameters and builds its model at the size of this input. */
export const prepare = (folder: string, described: Described, input: TorchTensor): Effect<Prepared> =>
  pipe(
    readArrays(folder)({ ...described.params, ...floats(described.buffers_initial ?? {}) }),
    TE.flatMapEither((state) =>
      pipe(
        E.Do,
        E.bind('modelled', () => modelOf(folder, described, input.shape)),
        E.bind('program', ({ modelled }) => buildModel(modelled.spec, modelled.sizes)),
        E.bind('imported', ({ modelled, program }) =>
          importTorch(
            modelled.spec,
            program,
            { ...untrainedStatistics(modelled.spec, program), ...state },
            `${folder}, case ${described.name}`,
          ),
        ),
        E.map(({ modelled, program, imported }) => ({
          ...modelled,
          program,
          names: torchNames(modelled.spec, program),
          ...imported,
        })),
      ),
    ),
  );

/** Classes of pixels, each a whole number below the number of classes. */
export const classMap = (
  folder: string,
  name: string,
  { shape, data }: TorchTensor,
  images: number,
  { height, width, classes }: Pick<Sizes, 'height' | 'width' | 'classes'>,
): Checked<Int32Array> => {
  const source = `${folder}, ${name}`;
  const wanted = [images, height, width];
  if (!sameShape(shape, wanted))
    return E.left(decodeError(source, `its shape is ${showShape(shape)}, expected ${showShape(wanted)}`));
  const bad = data.find((k) => !(Number.isInteger(k) && k >= 0 && k < classes));
  return bad === undefined
    ? E.right(Int32Array.from(data))
    : E.left(decodeError(source, `${bad} is not a class; there are ${classes}, from 0`));
};
