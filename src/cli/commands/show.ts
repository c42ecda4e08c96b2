/** `drumhead show`: an experiment, a sweep, a system or a program, before anything runs. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect, unknownName } from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import type { Program } from '../../dsl/index.js';
import { parseEngineChoice } from '../../engine/index.js';
import { isPresent } from '../../files/files.js';
import { buildSystem, systemNamed, systemNames } from '../../models/systems/index.js';
import { isDocument } from '../document/document.js';
import { programIn } from '../document/program-file.js';
import { allFlags, allValues, noneIdle } from '../flags/all-flags.js';
import { settingsFlag } from '../flags/flags.js';
import { showExperiment } from '../show/experiment.js';
import { showProgram } from '../show/program.js';
import type { ShowFlags } from '../show/sized.js';
import { showSweep } from '../show/sweep.js';
import { allNames } from '../source/find.js';
import { amongRuns, orBegunHere } from '../source/names-here.js';
import { calledAs, changesAsked, namedFrom, withRemarks } from '../source/source.js';
import { fitted } from '../terminal/fitted.js';

const showDrums = (name: string): string => {
  const { drums, speed, dt, steps, window, tones } = drumExperiments[name];
  return [
    name,
    `  waves     speed ${speed}, ${steps} steps of ${dt}`,
    `  heard     ${tones} of the lowest tones, through a ${window} window`,
    ...drums.map((drum) => `  drum      ${drum.name}: ${drum.shape.kind}`),
  ].join('\n');
};

const isSystem = (name: string): boolean => systemNames.some((known) => known === name);

/** The program of a system, or of a file that holds one; null for an experiment or a sweep. */
const programNamed = (name: string, flags: ShowFlags): Effect<Program | null> =>
  isSystem(name)
    ? TE.fromEither(
        pipe(
          settingsFlag('--set', flags.set ?? []),
          E.flatMap((settings) => systemNamed(name, settings)),
          E.flatMap(buildSystem),
        ),
      )
    : pipe(
        programIn(name),
        TE.flatMapEither((program) => (program === null ? E.right(null) : withoutTask(program, flags))),
      );

/** Refuses flags of sizes, settings and training for a plain program, which has none of these. */
const withoutTask = (program: Program, flags: ShowFlags): Checked<Program> => {
  const { set, mnistDir, preset, time, engine, fuse } = flags;
  const idle = [
    ...(set === undefined || set.length === 0 ? [] : ['--set']),
    ...(mnistDir === undefined ? [] : ['--mnist-dir']),
    ...(preset === 'full' ? [] : ['--preset']),
    ...(time ? [] : ['--no-time']),
    ...(engine === 'auto' ? [] : ['--engine']),
    ...(fuse === undefined ? [] : ['--fuse']),
  ];
  return pipe(
    idle.map((flag) =>
      E.left(
        decodeError(flag, 'this is a program alone, without settings, sizes and training; leave it out'),
      ),
    ),
    allValues,
    E.map(() => program),
  );
};

/** Shows an experiment or a sweep, by its name, its file or its folder. */
const withTask = (name: string, flags: ShowFlags): Effect<string> =>
  pipe(
    orBegunHere('runs')(name, (one) =>
      pipe(
        isPresent(one),
        TE.filterOrElse(
          (there) => there || isDocument(one) || allNames.includes(one),
          (): DrumheadError => unknownName('experiment or system', one, [...allNames, ...systemNames]),
        ),
        TE.flatMap(() => withRemarks(namedFrom(one, flags.preset, flags))),
      ),
    ),
    amongRuns('runs'),
    TE.flatMap((found) =>
      found.kind === 'sweep'
        ? showSweep(found.sweep, flags)
        : pipe(
            TE.fromTask(calledAs(found, flags)),
            TE.flatMap((label) => showExperiment(found.experiment, label, flags)),
          ),
    ),
  );

const showFlags = (flags: ShowFlags) =>
  allFlags({
    idle: noneIdle(flags),
    json:
      flags.json === true && flags.plan !== true
        ? E.left(decodeError('--json', 'only the plan is shown as JSON: give --plan too'))
        : E.right(undefined),
    engine: parseEngineChoice(flags.engine),
    changes: changesAsked(flags.preset, flags),
  });

/** Shows the experiment, sweep, system, drums or program of a name. */
export const show = (name: string, flags: ShowFlags): Effect<string> =>
  pipe(
    TE.fromEither(showFlags(flags)),
    TE.flatMap(() =>
      Object.hasOwn(drumExperiments, name)
        ? TE.right(fitted(showDrums(name)))
        : pipe(
            programNamed(name, flags),
            TE.flatMap((program) =>
              program === null ? withTask(name, flags) : TE.right(showProgram(program, flags)),
            ),
          ),
    ),
  );
