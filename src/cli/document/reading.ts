/**
 * The experiment or sweep in a person's file. A module may export a value, a promise of it, a function that makes it,
 * or a list of experiments, which is a sweep.
 */

import { basename, dirname, extname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
} from '../../base/error.js';
import { anchoredAt } from '../../data/own/whereabouts.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import { isSweep, readSweepValue, type Written } from '../../experiments/sweep/grid.js';
import { type Member, mapSweep, sweepOf } from '../../experiments/sweep/sweep.js';
import { isPresent } from '../../files/files.js';
import { checkExperiment } from '../../runner/folder/check-seals.js';
import { files } from '../../runner/folder/files.js';
import { furtherProblems } from '../../runner/run/further-problems.js';
import { mayName } from './code.js';
import { calledValue, isDocument, readDocument, unwrapped } from './document.js';
import { withGenerators } from './generators.js';
import { isProgram } from './program-file.js';

/** The content of a file as a sweep; `one` for a single experiment. */
export interface Held extends Written {
  readonly one: boolean;
  /** The value as it was written, before defaults. */
  readonly value: unknown;
}

/** Makes paths absolute: those in a file are relative to the file's folder, typed ones to the current folder. */
export const anchored =
  (folder: string) =>
  (experiment: Experiment): Experiment => ({ ...experiment, task: anchoredAt(folder, experiment.task) });

/** A file or a run folder in the place of an experiment; paths are relative to the file that names it. */
const isReference = (value: unknown, folder: string): Effect<string | null> => {
  if (typeof value !== 'string') return TE.right(null);
  const path = resolve(folder, value);
  if (isDocument(value)) return TE.right(path);
  return pipe(
    isPresent(join(path, files.experiment)),
    TE.map((there) => (there ? join(path, files.experiment) : /^\.{0,2}\//.test(value) ? path : null)),
  );
};

/** Resolves a sweep that names a file as its experiment to the experiment in that file, with its own paths. */
const withReference = (value: unknown, path: string): Effect<unknown> =>
  t.UnknownRecord.is(value) && 'experiment' in value
    ? pipe(
        isReference(value.experiment, dirname(path)),
        TE.flatMap((reference) =>
          reference === null
            ? TE.right(value)
            : pipe(
                TE.fromEither(mayName(path, String(value.experiment))),
                TE.flatMap(() => readHeld(reference)),
                TE.filterOrElse(
                  ({ one }) => one,
                  (): DrumheadError =>
                    decodeError(
                      path,
                      `experiment: ${String(value.experiment)} holds a sweep; an experiment is meant`,
                    ),
                ),
                TE.map(({ sweep }): unknown => ({ ...value, experiment: sweep.members[0].experiment })),
              ),
        ),
      )
    : TE.right(value);

/** An experiment; what it has wrong beside its settings is said together with these. */
const single =
  (value: unknown, path: string): Effect<Held> =>
  async () => {
    const written = withoutSeal(value);
    const whole = anchored(dirname(path));
    const read = decodeExperiment(written, path);
    if (E.isRight(read))
      return E.right({ sweep: sweepOf(whole(read.right)), kept: [], notes: [], one: true, value });
    const problems = read.left._tag === 'DecodeError' ? read.left.problems : [errorMessage(read.left)];
    const further = await furtherProblems(written, whole);
    return E.left(decodeError(path, [...new Set([...problems, ...further])]));
  };

/** Files of runs may have a format and a checksum, which are not part of the experiment. */
const withoutSeal = (value: unknown): unknown => {
  if (!t.UnknownRecord.is(value)) return value;
  const { format, checksum, ...rest } = value;
  return typeof format === 'number' && typeof checksum === 'string' ? rest : value;
};

/** Every experiment of a list is read, also after an invalid one. */
const allProblems = E.getApplicativeValidation(A.getMonoid<string>());

/** A list of experiments is a sweep of them, called after its file. */
const listed = (values: readonly unknown[], path: string): Checked<Held> =>
  pipe(
    values,
    A.traverseWithIndex(allProblems)((i, value) =>
      pipe(
        unwrapped(value, `${path}, ${i}`),
        E.flatMap((one) => decodeExperiment(one, `${path}, ${i}`)),
        E.bimap(
          // The place in the list and the problem there.
          (error) =>
            error._tag === 'DecodeError'
              ? error.problems.map((problem) => `${i}.${problem}`)
              : [`${i}: ${errorMessage(error)}`],
          (experiment): Member => ({ axes: {}, experiment: anchored(dirname(path))(experiment) }),
        ),
      ),
    ),
    E.mapLeft((problems): DrumheadError => decodeError(path, problems)),
    E.flatMap((members) =>
      members.length === 0
        ? E.left(decodeError(path, 'its list of experiments is empty'))
        : E.right({
            sweep: { name: basename(path, extname(path)).replace(/[^\w.-]/g, '-'), members },
            kept: [],
            notes: [],
            one: members.length === 1,
            value: null,
          }),
    ),
  );

const heldIn = (value: unknown, path: string): Effect<Held> => {
  if (Array.isArray(value)) return TE.fromEither(listed(value, path));
  if (isProgram(value))
    return TE.left(
      decodeError(
        path,
        'it holds a program alone; an experiment has a task too: { name, task, model: program }',
      ),
    );
  if (!isSweep(value)) return single(value, path);
  return pipe(
    withReference(value, path),
    TE.flatMapEither((whole) => readSweepValue(whole, path)),
    TE.map((written) => ({
      ...written,
      sweep: mapSweep(anchored(dirname(path)))(written.sweep),
      one: false,
      value,
    })),
  );
};

/**
 * Reads a file.
 *
 * **Errors** FileError; DecodeError with every problem at once; UnknownName for an experiment that is not in the
 * catalogue.
 */
export const readHeld = (path: string): Effect<Held> =>
  pipe(
    // As for `run RUN`, the experiment of a run must be the one that ran.
    basename(path) === files.experiment ? checkExperiment(dirname(path)) : TE.right(undefined),
    TE.flatMap(() => readDocument(path)),
    TE.flatMap((value) => calledValue(value, path)),
    TE.flatMap((value) => withGenerators(value, path)),
    TE.flatMap((value) => heldIn(value, path)),
  );
