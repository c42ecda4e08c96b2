/** A program with its weights, and their origin. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../base/codec.js';
import { type Checked, cutLong, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Arrays } from '../../compile/tfjs/session/session.js';
import { describeTask } from '../../data/task.js';
import {
  decodeProgram,
  inputsOf,
  outputsOf,
  type Program,
  parametersOf,
  signature,
} from '../../dsl/index.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import { answersOf, outputsAimOf } from '../../experiments/learning.js';
import { describeAnyModel } from '../../experiments/model.js';
import { ifPresent, isPresent, readBytes } from '../../files/files.js';
import { decodeModel, type ModelSpec, type Sizes } from '../../models/catalogue.js';
import { checkSeals } from '../folder/check-seals.js';
import { files, readJson } from '../folder/files.js';
import { type Result, readResult, readWeightValues } from '../folder/result.js';
import { decodeManifest, decodeWeights, type WeightEntry } from '../folder/weights.js';
import { unfinite } from '../training/finite.js';
import { misfits } from './misfits.js';

/** A program with its weights. */
export interface Trained {
  /** The program without the parts that need a target. */
  readonly program: Program;
  /** The program with loss and scores, if these are outputs that need targets; left out if it is the same. */
  readonly whole?: Program;
  /** Every parameter of the program. */
  readonly parameters: Arrays;
  /** Null if the experiment of the program is unknown. */
  readonly experiment: Experiment | null;
  /** The catalogued model that the program is, if it is one. */
  readonly model: ModelSpec | null;
  /** For people: the model, and how its weights were trained. */
  readonly description: string;
}

/** A program without the parts that need targets, with the whole program if that has more. */
const answering = (whole: Program, experiment: Experiment | null): Pick<Trained, 'program' | 'whole'> => {
  const aim = experiment === null ? null : outputsAimOf(experiment.loss, experiment.scores);
  return aim === null ? { program: whole } : { program: answersOf(whole, aim), whole };
};

/** The record beside imported weights: their model, where no experiment names it, and their description. */
export const importRecord = 'import.json';
/** The codec of the descriptions in exported files. Long ones are shortened, since commands print them. */
export const descriptionCodec = new t.Type<string, string, unknown>(
  'description',
  t.string.is,
  (value, context) => E.map(cutLong)(t.string.validate(value, context)),
  t.identity,
);

const importCodec = t.type({ description: descriptionCodec, model: t.unknown });

/** The catalogued model of an experiment. */
export const modelOf = (experiment: Experiment | null): ModelSpec | null =>
  experiment === null || experiment.model.name === 'program' ? null : experiment.model;

/** The sizes that a program for images was built for; null where it is for something else. */
export const sizesOf = ({ graph }: Program): Sizes | null => {
  const { image } = inputsOf(graph);
  const { logits } = outputsOf(graph);
  if (image?.length !== 3 || logits === undefined || logits.length === 0) return null;
  return {
    height: image[0],
    width: image[1],
    channels: image[2],
    classes: logits[logits.length - 1],
  };
};

/** The description of a program and its weights. */
export const describeTrained = (program: Program, experiment: Experiment | null, weights: string): string =>
  experiment === null
    ? `${signature(program)}; ${weights}`
    : `${experiment.name}: ${describeAnyModel(experiment.model)}; ${describeTask(experiment.task)}; ${weights}`;

/** A program with its initial weights. */
export const untrained = (program: Program, experiment: Experiment | null, seed: number): Trained => ({
  program,
  parameters: initialParameters(program.graph, seed),
  experiment,
  model: modelOf(experiment),
  description: describeTrained(program, experiment, `untrained, seed ${seed}`),
});

const scored = ({ epoch, seed, test }: Result): string => {
  const [name, score] =
    (
      [
        ['foreground IoU', test.foregroundIou],
        ['accuracy', test.accuracy],
        ['loss', test.loss],
      ] as const
    ).find(([, value]) => typeof value === 'number') ?? [];
  return `seed ${seed}, weights of epoch ${epoch}${typeof score === 'number' ? `, test ${name} ${score.toFixed(4)}` : ''}`;
};

const readEntries = (path: string): Effect<readonly WeightEntry[]> =>
  pipe(
    readJson(path),
    TE.flatMapEither((json) => decodeManifest(json, path)),
  );

/** Weights for these parameters. **Errors** DecodeError with a line for every weight that does not fit. */
export const fitted = (
  program: Program,
  entries: readonly WeightEntry[],
  bytes: Uint8Array,
  source: string,
  bytesSource = source,
): Checked<Arrays> => {
  const problems = misfits(parametersOf(program.graph), entries);
  return problems.length > 0
    ? E.left(decodeError(source, problems))
    : pipe(
        decodeWeights(entries, bytes, bytesSource),
        E.flatMap((arrays) => allNumbers(arrays, bytesSource)),
      );
};

/** Weights that are NaN would still give an answer: class 0. */
export const allNumbers = (arrays: Arrays, source: string): Checked<Arrays> => {
  const wrong = unfinite(arrays);
  return wrong === null
    ? E.right(arrays)
    : E.left(
        decodeError(
          source,
          `element ${wrong.index} of ${wrong.name} is ${wrong.value}, not a finite number; train again, or export from where it was finite`,
        ),
      );
};

const experimentIn = (folder: string): Effect<Experiment | null> => {
  const path = join(folder, files.experiment);
  return ifPresent(
    path,
    pipe(
      readJson(path),
      TE.flatMapEither((json) => decodeExperiment(json, path)),
    ),
  );
};

interface Imported {
  readonly description: string;
  readonly model: ModelSpec | null;
}

const importIn = (folder: string): Effect<Imported | null> => {
  const path = join(folder, importRecord);
  return ifPresent(
    path,
    pipe(
      readJson(path),
      TE.flatMapEither(decodeWith(importCodec, path)),
      TE.flatMapEither(({ description, model }) =>
        model === null
          ? E.right<DrumheadError, Imported>({ description, model })
          : pipe(
              decodeModel(model, path),
              E.map((spec) => ({ description, model: spec })),
            ),
      ),
    ),
  );
};

/** Weights beside a checkpoint belong to a run that is not finished. */
const isFinished = (folder: string): Effect<void> =>
  pipe(
    [files.run, files.checkpoint, files.metrics].map((name) => join(folder, name)),
    TE.traverseArray(isPresent),
    TE.flatMap((there) => (there.some(Boolean) ? TE.left(notFinished(folder)) : TE.right(undefined))),
  );

/** The sentence for a run that must be finished and is not. */
export const notFinished = (folder: string): DrumheadError =>
  decodeError(
    folder,
    `this run is not finished: it has no result.json; \`drumhead run ${folder}\` goes on to its end`,
  );

/**
 * The program and weights of a run folder: the kept weights of a finished run, or the imported ones.
 *
 * **Errors** FileError, DecodeError: also where the run is not finished, and with every weight that does not fit.
 */
export const readTrained = (folder: string): Effect<Trained> => {
  const path = (file: keyof typeof files): string => join(folder, files[file]);
  return pipe(
    checkSeals(folder),
    TE.bindTo('whole'),
    TE.bindW('program', () =>
      pipe(
        readJson(path('program')),
        TE.flatMapEither((json) => decodeProgram(json, path('program'))),
      ),
    ),
    TE.bindW('experiment', () => experimentIn(folder)),
    TE.bind('imported', () => importIn(folder)),
    TE.bind('result', () => readResult(folder)),
    TE.bind('there', () => isPresent(path('weights'))),
    TE.tap(({ there }) =>
      there
        ? TE.right<DrumheadError, void>(undefined)
        : TE.left<DrumheadError, void>(
            decodeError(folder, `there are no weights yet; \`drumhead run ${folder}\` goes on to its end`),
          ),
    ),
    TE.tap(({ imported, result }) =>
      imported === null && result === null ? isFinished(folder) : TE.right(undefined),
    ),
    TE.bind('entries', () => readEntries(path('weights'))),
    TE.bind('bytes', ({ result }) =>
      result === null ? readBytes(path('weightValues'), 'array') : readWeightValues(folder, result),
    ),
    TE.flatMapEither(({ program, experiment, imported, result, entries, bytes }) =>
      pipe(
        fitted(program, entries, bytes, path('weights'), path('weightValues')),
        E.map((parameters) => ({
          ...answering(program, experiment),
          parameters,
          experiment,
          model: modelOf(experiment) ?? imported?.model ?? null,
          description:
            result === null
              ? (imported?.description ?? describeTrained(program, experiment, 'weights from elsewhere'))
              : describeTrained(program, experiment, scored(result)),
        })),
      ),
    ),
  );
};
