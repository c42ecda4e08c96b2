/**
 * From a NAME on the command line to an experiment or a sweep: a name of the catalogue, a JSON, YAML or TypeScript file,
 * a run folder, or the folder of a sweep; at the size and with the changes that a person asks for.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import type { EngineName, Kernels } from '../../engine/index.js';
import { presetNamed } from '../../experiments/catalogue.js';
import type { Experiment } from '../../experiments/experiment.js';
import { type Sweep, sweepOf } from '../../experiments/sweep/sweep.js';
import { labelOfRun } from '../../runner/folder/labels.js';
import { remark } from '../edge.js';
import { allFlags } from '../flags/all-flags.js';
import { type Asked, type Begun, changedSweep } from '../flags/changes.js';
import { type ChangeFlags, settingsFlag } from '../flags/flags.js';
import { find } from './find.js';

/** The engine and kernels with which a run or sweep was begun, if its record has them. */
interface BegunOn {
  readonly engine: EngineName | null;
  readonly kernels: Kernels | null;
}

/** An experiment, and the engine and kernels with which it was begun. */
export interface Source extends BegunOn {
  readonly experiment: Experiment;
  readonly begun: Begun | null;
}

/** The experiment or sweep of a NAME, with notes on idle settings and on changes by a preset. */
export type Named = (
  | ({ readonly kind: 'experiment' } & Source)
  | ({ readonly kind: 'sweep'; readonly sweep: Sweep } & BegunOn)
) & { readonly notes: readonly string[] };

/** The size and the changes that flags ask for. **Errors** UnknownName for a preset; DecodeError for --set. */
export const changesAsked = (preset: string, flags: ChangeFlags): Checked<Asked> =>
  pipe(
    allFlags({ preset: presetNamed(preset), settings: settingsFlag('--set', flags.set ?? []) }),
    E.map(({ preset: size, settings }) => ({
      preset: size,
      overrides: [
        ...Object.entries(settings).map(([path, value]) => ({ flag: '--set', path, value })),
        ...(flags.overrides ?? []),
      ],
      mnistDir: flags.mnistDir,
    })),
  );

/**
 * The experiment or sweep that a person names, at the size and with the changes that they ask for.
 *
 * **Errors** UnknownName, DecodeError with every problem at once, FileError.
 */
export const namedFrom = (name: string, preset: string, flags: ChangeFlags = {}): Effect<Named> =>
  pipe(
    TE.fromEither(changesAsked(preset, flags)),
    TE.bindTo('asked'),
    TE.bind('found', () => find(name)),
    TE.flatMap(({ asked, found }) =>
      pipe(
        changedSweep(found, asked),
        TE.map(({ sweep, notes }) =>
          found.one
            ? {
                kind: 'experiment',
                experiment: sweep.members[0].experiment,
                engine: found.engine,
                kernels: found.kernels,
                begun: found.begun,
                notes,
              }
            : { kind: 'sweep', sweep, engine: found.engine, kernels: found.kernels, notes },
        ),
      ),
    ),
  );

/** Writes the notes on a name to stderr, before any work. */
export const withRemarks = <A extends { readonly notes: readonly string[] }>(named: Effect<A>): Effect<A> =>
  pipe(
    named,
    TE.tapIO(({ notes }) => () => {
      for (const note of notes) remark(`note: ${note}`);
    }),
  );

/** The experiment that a person means. **Errors** as `namedFrom`; DecodeError for a sweep. */
export const experimentFrom = (
  name: string,
  preset: string,
  flags: ChangeFlags = {},
): Effect<Source & Pick<Named, 'notes'>> =>
  pipe(
    namedFrom(name, preset, flags),
    TE.flatMapEither((found) =>
      found.kind === 'experiment'
        ? E.right(found)
        : E.left(
            decodeError(
              name,
              `this is a sweep of ${found.sweep.members.length} experiments; run it by \`drumhead sweep ${name}\``,
            ),
          ),
    ),
  );

/** The label of an experiment: for a run folder that of the run; if it is changed, its own label or name. */
export const calledAs = (
  { experiment, begun }: Source,
  { set = [], mnistDir }: ChangeFlags = {},
): T.Task<string> =>
  begun === null || set.length > 0 || mnistDir !== undefined
    ? T.of(experiment.label ?? experiment.name)
    : labelOfRun({ folder: begun.folder, experiment });

/** The sweep that is named; an experiment is a sweep of one. */
export const asSweep = (found: Named): Sweep =>
  found.kind === 'sweep' ? found.sweep : sweepOf(found.experiment);

/** Refuses settings for what is only known by its runs. */
export const knownByRuns = (name: string, set: readonly string[]): DrumheadError =>
  decodeError(
    name,
    `settings change an experiment or a sweep of the catalogue or in a file, and ${name} is neither; leave ${set.join(' ')} out`,
  );

/**
 * The named sweep; an experiment is a sweep of one.
 *
 * **Errors** as `namedFrom`; DecodeError for changed settings of a sweep that is only known by its runs.
 */
export const sweepFrom = (name: string, preset: string, flags: ChangeFlags = {}): Effect<Sweep> =>
  pipe(
    namedFrom(name, preset, flags),
    TE.map(asSweep),
    TE.mapError((error) =>
      error._tag === 'UnknownName' && (flags.set ?? []).length > 0
        ? knownByRuns(name, flags.set ?? [])
        : error,
    ),
  );
