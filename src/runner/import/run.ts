/** A program from any format run on a person's file, its answer written as pictures and arrays. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, defect, type Effect } from '../../base/error.js';
import { type Shape, volume } from '../../dsl/index.js';
import type { EngineChoice } from '../../engine/index.js';
import { type Files, mayWrite, type Writing, writeFolder } from '../../files/write-folder.js';
import { encodeNpy } from '../../formats/npy/npy.js';
import { gridOfShape, planeOf } from '../observe/wave-grid.js';
import { answersFor, type Computed, compute, inputsOfRunnable } from './compute.js';
import { type Inputs, readInputs } from './input.js';
import { type Answer, answerGif, classesPng } from './pictures.js';
import { type Runnable, readRunnable } from './source.js';

/** At most this many samples are drawn; the arrays hold all of them. */
const mostDrawn = 16;

/** The files of a program's answer. */
export interface Answered {
  readonly folder: string;
  readonly description: string;
  readonly count: number;
  readonly files: readonly string[];
  /** The outputs that are single numbers, such as the steps that a scan took: one for each sample. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  /** The parts of the inputs that are not read, one sentence each. */
  readonly notes: readonly string[];
}

const part = (values: ArrayLike<number>, index: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => values[index * size + i]);

const answerOf = (
  outputs: Readonly<Record<string, Computed>>,
  inputs: Inputs,
  shapes: Readonly<Record<string, Shape>>,
  index: number,
): Answer | null => {
  const { classes, waves } = outputs;
  if (classes?.shape.length !== 2) return null;
  const [height, width] = classes.shape;
  const seen = shapes.image;
  const picture =
    seen?.length === 3 && seen[0] === height && seen[1] === width && (seen[2] === 1 || seen[2] === 3);
  // A TensorFlow.js graph has only shapes, so an output called waves is taken for a sequence.
  const found = waves === undefined ? null : gridOfShape(waves.shape);
  return {
    height,
    width,
    image: picture
      ? { channels: seen[2], values: Float32Array.from(part(inputs.values.image, index, volume(seen))) }
      : null,
    classes: part(classes.data, index, height * width),
    waves:
      found?.kind === 'grid'
        ? {
            ...found.grid,
            values: planeOf(found.grid, Float32Array.from(part(waves.data, index, volume(waves.shape)))),
          }
        : null,
  };
};

const arrayFile = ({ shape, data }: Computed, count: number): Checked<Uint8Array> =>
  data instanceof Int32Array
    ? encodeNpy({ dtype: 'int32', shape: [count, ...shape], data })
    : encodeNpy({ dtype: 'float32', shape: [count, ...shape], data });

const isNumber = ({ shape }: Computed): boolean => shape.length === 0;

/** Class maps and waves as pictures; classes and single numbers as arrays, or all outputs of other programs. */
const filesOf = (
  outputs: Readonly<Record<string, Computed>>,
  inputs: Inputs,
  shapes: Readonly<Record<string, Shape>>,
): Checked<Files> => {
  const { count } = inputs;
  const kept = Object.entries(outputs).filter(
    ([name, computed]) => outputs.classes === undefined || name === 'classes' || isNumber(computed),
  );
  return pipe(
    kept,
    E.traverseArray(([name, computed]) =>
      pipe(
        arrayFile(computed, count),
        E.map((bytes) => [`${name}.npy`, bytes] as const),
      ),
    ),
    E.flatMap((arrays) =>
      E.tryCatch(
        () => ({
          ...Object.fromEntries(arrays),
          ...Object.fromEntries(
            Array.from({ length: Math.min(count, mostDrawn) }, (_, index) => index).flatMap((index) => {
              const answer = answerOf(outputs, inputs, shapes, index);
              if (answer === null) return [];
              const number = count === 1 ? '' : `-${index}`;
              const gif = answerGif(answer);
              return [
                [`classes${number}.png`, classesPng(answer)],
                ...(gif === null ? [] : [[`waves${number}.gif`, gif]]),
              ];
            }),
          ),
        }),
        defect,
      ),
    ),
  );
};

const descriptionOf = (runnable: Runnable): string =>
  runnable.kind === 'program' ? runnable.trained.description : runnable.model.description;

/**
 * Runs a program on input files and writes its answer to a folder, whole or not at all.
 *
 * @param given `NAME=FILE`, or a file alone if there is one input
 *
 * **Errors** those of `read`; as `readInputs`, `compute` and `writeFolder`.
 */
export const runRunnable = (
  read: Effect<Runnable>,
  given: readonly string[],
  folder: string,
  engine: EngineChoice,
  writing: Writing = {},
): Effect<Answered> =>
  pipe(
    TE.Do,
    TE.tap(() => mayWrite(folder, writing)),
    TE.bind('runnable', () => read),
    TE.let('shapes', ({ runnable }) => inputsOfRunnable(runnable)),
    TE.bind('inputs', ({ runnable, shapes }) => readInputs(given, shapes, answersFor(runnable))),
    TE.bind('outputs', ({ runnable, inputs }) => compute(runnable, inputs.values, inputs.count, engine)),
    TE.bind('files', ({ outputs, inputs, shapes }) => TE.fromEither(filesOf(outputs, inputs, shapes))),
    TE.tap(({ files }) => writeFolder(folder, files, writing)),
    TE.map(({ runnable, inputs, outputs, files }) => ({
      folder,
      description: descriptionOf(runnable),
      count: inputs.count,
      files: Object.keys(files),
      numbers: Object.fromEntries(
        Object.entries(outputs).flatMap(([name, computed]) =>
          isNumber(computed) ? [[name, [...computed.data]] as const] : [],
        ),
      ),
      notes: inputs.notes,
    })),
  );

/** Runs the program at a path. **Errors** as `readRunnable` and `runRunnable`. */
export const runProgram = (
  path: string,
  given: readonly string[],
  folder: string,
  engine: EngineChoice,
  writing: Writing = {},
): Effect<Answered> => runRunnable(readRunnable(path), given, folder, engine, writing);
