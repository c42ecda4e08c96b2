/** `drumhead play`: a system, simulated over time and drawn. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { type EngineChoice, openEngine, parseEngineChoice } from '../../engine/index.js';
import { kindOf } from '../../files/kind-of.js';
import { mayPutFile, putFile } from '../../files/put-files.js';
import {
  latticeOf,
  type SystemSpec,
  startOf,
  systemNamed,
  systemNames,
  type View,
  viewOf,
} from '../../models/systems/index.js';
import { type FieldMovie, fieldGif } from '../../report/field-movie.js';
import { modelWaves } from '../../runner/pictures/model-waves.js';
import { type Simulated, simulateSystem } from '../../runner/pictures/simulate.js';
import { generatorOf } from '../document/generators.js';
import { remark, sayingMoves } from '../edge.js';
import { allFlags, allValues, type Idle, noneIdle } from '../flags/all-flags.js';
import { optionalFlag, settingsFlag, wholeFlag } from '../flags/flags.js';
import { resizeFlag } from '../flags/resize-flag.js';
import { allNames } from '../source/find.js';
import { finishedRunOrNone } from '../source/finished.js';
import { changesAsked, experimentFrom } from '../source/source.js';
import { taskOfGrid } from '../source/task.js';

/** Flags of `drumhead play`. */
export interface PlayFlags extends Idle {
  readonly gif?: string;
  readonly force?: boolean;
  readonly size?: string;
  readonly steps?: string;
  readonly seed: string;
  readonly set: readonly string[];
  readonly fps: string;
  readonly frames: string;
  readonly field?: string;
  readonly engine: string;
  /**
   * The size of an experiment. Default: that of its finished run; if untrained, quick for a name of the catalogue and
   * full for a file.
   */
  readonly preset?: string;
  readonly untrained?: boolean;
  /** For an experiment: another grid or more steps, with the same weights. */
  readonly resize?: string;
  readonly runs?: string;
}

interface Play {
  readonly spec: SystemSpec;
  readonly view: View;
  readonly seed: number;
  readonly fps: number;
  readonly frames: number;
}

const played = (name: string, flags: PlayFlags): Checked<Play & { readonly choice: EngineChoice }> =>
  pipe(
    allFlags({
      idle: noneIdle(flags),
      settings: settingsFlag('--set', flags.set),
      size: optionalFlag(flags.size, wholeFlag('--size', 1)),
      steps: optionalFlag(flags.steps, wholeFlag('--steps', 1)),
      seed: wholeFlag('--seed', 0)(flags.seed),
      fps: wholeFlag('--fps', 1)(flags.fps),
      frames: wholeFlag('--frames', 1, limits.frames)(flags.frames),
      choice: parseEngineChoice(flags.engine),
    }),
    E.bindTo('given'),
    E.bind('plain', () => systemNamed(name)),
    E.bind('spec', ({ plain, given: { settings, size, steps } }) =>
      systemNamed(name, {
        ...(size === null ? {} : sized(plain, size)),
        ...(steps === null ? {} : { steps }),
        ...settings,
      }),
    ),
    E.map(({ spec, given: { seed, fps, frames, choice } }) => ({
      spec,
      view: viewOf(spec, flags.field),
      seed,
      fps,
      frames,
      choice,
    })),
  );

/** A lattice is square; a row of sites has a length. */
const sized = (spec: SystemSpec, size: number): Readonly<Record<string, number>> =>
  'length' in spec ? { length: size } : { height: size, width: size };

const movieOf = ({ spec, view, fps }: Play, { values, frames, every, shape }: Simulated): FieldMovie => ({
  title: view.title,
  caption: captionOf(spec, view.field),
  ...latticeOf(spec),
  channels: shape[shape.length - 1],
  frames,
  values,
  seen: view.seen,
  interval: every * ('dt' in spec ? spec.dt : 1),
  timed: 'dt' in spec,
  delay: Math.round(1000 / fps),
});

/** The numbers among the settings; a name stays on one line with its number. */
const captionOf = (spec: SystemSpec, field: string): string => {
  const { height, width } = latticeOf(spec);
  const left = ['height', 'width', 'length', 'steps', 'channels', 'kernel'];
  const numbers = Object.entries(spec).flatMap(([name, value]) =>
    typeof value === 'number' && !left.includes(name) ? [`${name} ${value}`] : [],
  );
  return [`${field} of ${height === 1 ? width : `${height} × ${width}`}`, ...numbers]
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(', ');
};

/** A system, simulated and drawn. */
const playSystem = (name: string, flags: PlayFlags): Effect<string> =>
  pipe(
    TE.fromEither(played(name, flags)),
    TE.bindTo('play'),
    TE.let('path', ({ play: { spec } }) => flags.gif ?? `${spec.name}.gif`),
    TE.tap(({ path }) => mayPutFile(path, flags)),
    TE.bind('engine', ({ play: { choice } }) => openEngine(choice)),
    TE.bind('simulated', ({ play: { spec, view, seed, frames }, engine }) =>
      simulateSystem(engine, spec, () => startOf(spec, seed), { frames, seed, field: view.field }),
    ),
    TE.flatMap(({ play, path, simulated }) =>
      simulated.values.every(Number.isFinite)
        ? pipe(
            TE.fromEither(fieldGif(movieOf(play, simulated))),
            TE.flatMap((gif) => putFile(path, gif, sayingMoves(flags))),
            TE.map(() => saying(path, simulated)),
          )
        : TE.left(diverged(play.spec, simulated)),
    ),
  );

/** Animates the waves of an experiment's model, with the weights of a run if there is one. */
const playModel = (name: string, flags: PlayFlags): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        image: wholeFlag('--seed', 0)(flags.seed),
        ofModels: onlyOfSystems(flags),
        fps: wholeFlag('--fps', 1)(flags.fps),
        frames: wholeFlag('--frames', 1, limits.frames)(flags.frames),
        choice: parseEngineChoice(flags.engine),
        changes: changesAsked(flags.preset ?? 'full', { set: flags.set }),
        resize: resizeFlag(flags.resize),
      }),
    ),
    TE.bind('run', () => trainedRun(name, flags)),
    TE.bind('source', ({ run }) =>
      experimentFrom(run ?? name, flags.preset ?? (isCatalogued(name) ? 'quick' : 'full'), {
        set: flags.set,
      }),
    ),
    TE.let('path', ({ source }) => flags.gif ?? `${source.experiment.name.replaceAll('/', '-')}.gif`),
    TE.tap(({ path }) => mayPutFile(path, flags)),
    TE.bind('engine', ({ choice }) => openEngine(choice)),
    TE.bind('task', ({ resize, source: { experiment } }) =>
      TE.fromEither(taskOfGrid(resize?.grid ?? null)(experiment.task)),
    ),
    TE.bind('gif', ({ engine, source: { experiment }, task, run, image, fps, frames, resize }) =>
      modelWaves(engine, {
        experiment: { ...experiment, task },
        run,
        image,
        resize,
        frames,
        delay: Math.round(1000 / fps),
        cacheDir: join(flags.runs ?? 'runs', '.cache'),
        generatorOf,
      }),
    ),
    TE.flatMap(({ gif, path, run }) =>
      pipe(
        putFile(path, gif, sayingMoves(flags)),
        TE.map((written) =>
          run === null
            ? `${written}: weights as they start; \`drumhead run ${name}\` trains them`
            : `${written}: weights of ${run}`,
        ),
      ),
    ),
  );

/**
 * The finished run whose weights are played: the named folder, or the finished run of the named experiment with its
 * changed settings.
 */
const trainedRun = (name: string, flags: PlayFlags): Effect<string | null> => {
  if (flags.untrained === true) return TE.right(null);
  return pipe(
    TE.fromTask<boolean, DrumheadError>(async () => (await kindOf(name)) === 'folder'),
    TE.flatMap((folder) =>
      folder
        ? TE.right(name)
        : pipe(
            finishedRunOrNone(
              name,
              { runs: flags.runs ?? 'runs', ...presetOf(flags), set: flags.set },
              'play',
            ),
            TE.map((taken) => {
              for (const note of taken?.notes ?? []) remark(note.trimStart());
              return taken?.folder ?? null;
            }),
          ),
    ),
  );
};

const presetOf = ({ preset }: PlayFlags): { readonly preset?: string } =>
  preset === undefined ? {} : { preset };

/** Refuses the flags of systems: an experiment has settings for them. */
const onlyOfSystems = ({ size, steps, field }: PlayFlags): Checked<unknown> =>
  allValues(
    Object.entries({ size, steps, field }).flatMap(([flag, value]) =>
      value === undefined
        ? []
        : [
            E.left(
              decodeError(
                `--${flag}`,
                'this is for systems; change an experiment with --set, such as model.steps=20',
              ),
            ),
          ],
    ),
  );

/**
 * Animates a system by its name, or the waves of an experiment's model: of a run folder, or of an experiment's
 * finished run; without one, with initial weights.
 *
 * **Errors** UnknownName, DecodeError (flags, settings), ProgramError, EngineError, FileError.
 */
export const play = (name: string, flags: PlayFlags): Effect<string> =>
  pipe(
    TE.fromTask<boolean, DrumheadError>(async () => isSystem(name) || !(await isModel(name))),
    TE.flatMap((system) => (system ? playSystem(name, flags) : playModel(name, flags))),
  );

const isCatalogued = (name: string): boolean => allNames.includes(name);

const isSystem = (name: string): boolean => systemNames.some((known) => known === name);

/** A name that is not a system is a model if it is a path, a file, or a name of the catalogue (with a slash). */
const isModel = async (name: string): Promise<boolean> => /[\\/]/.test(name) || (await kindOf(name)) !== null;

const saying = (path: string, { frames, every }: Simulated): string =>
  `${path}: ${frames} frames, ${every} ${every === 1 ? 'step' : 'steps'} between two`;

const diverged = ({ name }: SystemSpec, { values, frames, every }: Simulated): DrumheadError => {
  const first = values.findIndex((value) => !Number.isFinite(value));
  const frame = Math.floor(first / (values.length / frames));
  return {
    _tag: 'Diverged',
    of: `the state of ${name}`,
    epoch: null,
    step: frame * every,
    loss: values[first],
  };
};
