/** The subject of `drumhead laws`: a system or an experiment by its name, or a file that holds a program. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Checked, type DrumheadError, decodeError, type Effect, unknownName } from '../../base/error.js';
import { shapeOfDataset } from '../../data/dataset.js';
import { loadTask } from '../../data/load.js';
import { formsOfGenerated } from '../../data/own/generated/generated.js';
import { statedData, type Task, taskNames } from '../../data/task.js';
import type { Program } from '../../dsl/index.js';
import { experimentNamed, experimentNames } from '../../experiments/catalogue.js';
import { type DataShape, programFor } from '../../experiments/model.js';
import { isPresent } from '../../files/files.js';
import { type System, systemFrom } from '../../laws/index.js';
import { modelNames } from '../../models/catalogue.js';
import { buildSystem, systemNamed, systemNames } from '../../models/systems/index.js';
import { isDocument, isModule, readDocument, readExports } from '../document/document.js';
import { generatorOf } from '../document/generators.js';
import { isProgram, isWriter, programOf, type Writer, writtenBy } from '../document/program-file.js';
import { type ChangeFlags, settingsFlag } from '../flags/flags.js';
import { madeDataHere } from './data-folder.js';
import { allNames } from './find.js';
import { experimentFrom } from './source.js';

/** Settings of a system or an experiment, the size of an experiment, and the export of a file. */
export interface SubjectFlags extends ChangeFlags {
  readonly preset: string;
  readonly export?: string;
}

/** A file and, after a #, one of its exports: `waves.ts#byRk4`. */
const withExport = (name: string): readonly [string, string | undefined] => {
  const at = name.lastIndexOf('#');
  return at > 0 && isModule(name.slice(0, at)) ? [name.slice(0, at), name.slice(at + 1)] : [name, undefined];
};

/**
 * The system that a person names.
 *
 * **Errors** UnknownName; DecodeError for a file without a program, or for settings that do not fit; ProgramError.
 */
export const subjectFrom = (given: string, flags: SubjectFlags): Effect<System> => {
  const [name, suffix] = withExport(given);
  const wanted = flags.export ?? suffix;
  if (wanted !== undefined)
    return isModule(name)
      ? pipe(
          TE.fromEither(withoutSettings(flags)),
          TE.flatMap(() => ofExport(name, wanted)),
        )
      : TE.left(
          decodeError('--export', `'${name}' is no module of TypeScript or JavaScript, which has exports`),
        );
  if (systemNames.some((known) => known === name)) return TE.fromEither(ofCatalogue(name, flags));
  return pipe(
    isPresent(name),
    TE.flatMap((there) => {
      if (isDocument(name)) return ofDocument(name, flags);
      if (there || allNames.includes(name)) return ofExperiment(name, flags);
      const known = modelNames.some((model) => model === name)
        ? 'model'
        : taskNames.some((task) => task === name)
          ? 'task'
          : undefined;
      return TE.left(
        known === undefined
          ? unknownName('system or experiment', name, [...systemNames, ...allNames])
          : decodeError(name, ofAnotherKind(name, known)),
      );
    }),
  );
};

/** A sentence for the name of a model or a task, since neither alone is a program. */
const ofAnotherKind = (name: string, kind: 'model' | 'task'): string => {
  const uses = experimentNames.filter((experiment) =>
    pipe(
      experimentNamed(experiment, 'quick'),
      E.match(
        () => false,
        ({ model, task }) => (kind === 'model' ? model.name : task.name) === name,
      ),
    ),
  );
  const what =
    kind === 'model'
      ? 'this is a model, which has sizes only with a task'
      : 'this is a task, which computes nothing';
  return uses.length === 0
    ? `${what}; hold a file with a program of it against the laws: drumhead laws FILE`
    : `${what}; hold an experiment with it against the laws: drumhead laws ${uses.slice(0, 3).join(', or ')}`;
};

/** The programs that a module exports, directly or in its default export. */
const programsIn = (
  path: string,
  exports: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const own = exports.default;
  const all = { ...(t.UnknownRecord.is(own) && !isProgram(own) ? own : {}), ...exports };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name, value]) =>
        name !== 'default' &&
        (isWriter(value) ? E.isRight(writtenBy(value, path)({})) : E.isRight(programOf(value, path))),
    ),
  );
};

const ofExport = (path: string, name: string): Effect<System> =>
  pipe(
    readExports(path),
    TE.flatMapEither((exports) => {
      const programs = programsIn(path, exports);
      return Object.hasOwn(programs, name)
        ? ofProgram(path, programs[name])
        : E.left(unknownName(`program among the exports of ${path}`, name, Object.keys(programs)));
    }),
  );

const ofProgram = (path: string, value: unknown): Checked<System> =>
  isWriter(value) ? ofFunction(path, value) : pipe(programOf(value, path), E.map(systemFrom));

const ofCatalogue = (name: string, flags: SubjectFlags): Checked<System> =>
  pipe(
    settingsFlag('--set', flags.set ?? []),
    E.flatMap((settings) => systemNamed(name, settings)),
    E.bindTo('spec'),
    E.bind('program', ({ spec }) => buildSystem(spec)),
    E.map(({ spec, program }) =>
      // A system without a time step, such as the Wave-RNN, has just one program.
      'dt' in spec
        ? systemFrom(({ dt = spec.dt }) => orElse(program, buildSystem({ ...spec, dt })))
        : systemFrom(program),
    ),
  );

/** If a system cannot be written with a time step, it keeps its own. */
const orElse = (otherwise: Program, made: Checked<Program>): Program =>
  E.isRight(made) ? made.right : otherwise;

/**
 * A file holds a program, a function of { dt } that writes one, or an experiment, whose model is used. A module of
 * several programs is refused with their names.
 */
const ofDocument = (path: string, flags: SubjectFlags): Effect<System> =>
  pipe(
    isModule(path) ? readExports(path) : TE.right<DrumheadError, Readonly<Record<string, unknown>>>({}),
    TE.flatMap((exports) => {
      const own = exports.default;
      const isRecord = t.UnknownRecord.is(own) && !isProgram(own) && Object.values(own).some(isProgram);
      if (isModule(path) && (own === undefined || isRecord)) {
        const programs = programsIn(path, exports);
        const [first, ...others] = Object.keys(programs);
        if (first !== undefined)
          return TE.fromEither(
            others.length === 0
              ? pipe(
                  withoutSettings(flags),
                  E.flatMap(() => ofProgram(path, programs[first])),
                )
              : E.left(
                  decodeError(
                    path,
                    `it exports ${others.length + 1} programs (${[first, ...others].join(', ')}); say which: --export ${first}`,
                  ),
                ),
          );
      }
      return pipe(
        readDocument(path),
        TE.flatMap((value) =>
          isProgram(value)
            ? pipe(
                TE.fromEither(withoutSettings(flags)),
                TE.flatMapEither(() => ofProgram(path, value)),
              )
            : ofExperiment(path, flags),
        ),
      );
    }),
  );

/** A program alone has neither settings nor sizes. */
const withoutSettings = ({ set, preset }: SubjectFlags): Checked<void> => {
  const idle = set !== undefined && set.length > 0 ? '--set' : preset === 'full' ? undefined : '--preset';
  return idle === undefined
    ? E.right(undefined)
    : E.left(decodeError(idle, 'this is a program alone, without settings and sizes; leave it out'));
};

const ofFunction = (path: string, write: Writer): Checked<System> => {
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
    TE.flatMap(({ experiment }) =>
      pipe(
        sizesOf(experiment.task),
        TE.flatMapEither((sizes) => programFor(experiment.model, experiment.loss, sizes)),
      ),
    ),
    TE.map(systemFrom),
  );

const sizesOf = (task: Task): Effect<DataShape> => {
  const known = statedData(task);
  if (task.name === 'generated') return formsOfGenerated(task, generatorOf);
  return known !== null
    ? TE.right(known)
    : pipe(
        TE.fromTask<string | undefined, DrumheadError>(madeDataHere),
        TE.flatMap((cacheDir) => loadTask(task, { cacheDir })),
        TE.map(({ arrays, images }) => (images === null ? arrays.forms : shapeOfDataset(images))),
      );
};
