/** What laws are asked about: a system or an experiment by its name, or a file that holds a program. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, unknownName } from '../base/error.js';
import { shapeOfDataset } from '../data/dataset.js';
import { isPresent } from '../data/files.js';
import { load } from '../data/load.js';
import { type Task, taskShape } from '../data/task.js';
import type { Program } from '../dsl/index.js';
import { programFor } from '../experiments/model.js';
import { type System, systemFrom } from '../laws/index.js';
import type { Sizes } from '../models/catalogue.js';
import { buildSystem, systemNamed, systemNames } from '../models/systems/index.js';
import { isDocument, readDocument } from './document.js';
import { type ChangeFlags, settingsFlag } from './flags.js';
import { isProgram, isWriter, programOf, type Writer, writtenBy } from './program-file.js';
import { allNames, experimentFrom } from './source.js';

type Effect<A> = TE.TaskEither<DrumheadError, A>;

/** Settings of a system or an experiment, and the size of an experiment. */
export interface SubjectFlags extends ChangeFlags {
  readonly preset: string;
}

/**
 * The system that a person means.
 *
 * **Errors** UnknownName; DecodeError of a file that holds no program, or of settings that do not fit; ProgramError.
 */
export const subjectFrom = (name: string, flags: SubjectFlags): Effect<System> => {
  if (systemNames.some((known) => known === name)) return TE.fromEither(ofCatalogue(name, flags));
  return pipe(
    isPresent(name),
    TE.chain((there) => {
      if (isDocument(name)) return ofDocument(name, flags);
      return there || allNames.includes(name)
        ? ofExperiment(name, flags)
        : TE.left(unknownName('system or experiment', name, [...systemNames, ...allNames]));
    }),
  );
};

const ofCatalogue = (name: string, flags: SubjectFlags): E.Either<DrumheadError, System> =>
  pipe(
    settingsFlag('--set', flags.set ?? []),
    E.chain((settings) => systemNamed(name, settings)),
    E.bindTo('spec'),
    E.bind('program', ({ spec }) => buildSystem(spec)),
    E.map(({ spec, program }) =>
      // A system without a time step, such as the Wave-RNN, is the program alone.
      'dt' in spec
        ? systemFrom(({ dt = spec.dt }) => orElse(program, buildSystem({ ...spec, dt })))
        : systemFrom(program),
    ),
  );

/** A time step at which a system cannot be written leaves it as it was. */
const orElse = (otherwise: Program, made: E.Either<DrumheadError, Program>): Program =>
  E.isRight(made) ? made.right : otherwise;

/** A file holds a program, a function of { dt } that writes one, or an experiment, whose model is meant. */
const ofDocument = (path: string, flags: SubjectFlags): Effect<System> =>
  pipe(
    readDocument(path),
    TE.chain((value) => {
      if (isWriter(value)) return TE.fromEither(ofFunction(path, value));
      return isProgram(value)
        ? TE.fromEither(pipe(programOf(value, path), E.map(systemFrom)))
        : ofExperiment(path, flags);
    }),
  );

const ofFunction = (path: string, write: Writer): E.Either<DrumheadError, System> => {
  const at = writtenBy(write, path);
  return pipe(
    at({}),
    E.map((program) => systemFrom((options) => orElse(program, at(options)))),
  );
};

/** The model of an experiment, at the size of its task. */
const ofExperiment = (name: string, flags: SubjectFlags): Effect<System> =>
  pipe(
    experimentFrom(name, flags.preset, flags),
    TE.chain(({ experiment }) =>
      pipe(
        sizesOf(experiment.task),
        TE.chainEitherK((sizes) => programFor(experiment.model, experiment.loss.target, sizes)),
      ),
    ),
    TE.map(systemFrom),
  );

const sizesOf = (task: Task): Effect<Sizes> => {
  const known = taskShape(task);
  return O.isSome(known) ? TE.right(known.value) : pipe(load(task), TE.map(shapeOfDataset));
};
