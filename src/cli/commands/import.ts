/** `drumhead import`: weights from outside, as a folder like a run's. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { taskShape } from '../../data/task.js';
import { modelNamed, modelNames, type Sizes } from '../../models/catalogue.js';
import { importInto, type Wanted } from '../../runner/import/index.js';
import { sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { settingsFlag, wholeFlag } from '../flags/flags.js';
import { changesAsked, experimentFrom } from '../source/source.js';

export interface ImportFlags extends Idle {
  readonly out: string;
  readonly force?: boolean;
  readonly model?: string;
  readonly set: readonly string[];
  readonly size?: string;
  readonly classes?: string;
  readonly preset: string;
}

/** `64x64x3` and the number of classes. */
const sizesFlag = (flags: ImportFlags): Checked<Sizes | null> => {
  if (flags.size === undefined && flags.classes === undefined) return E.right(null);
  return pipe(
    allFlags({ sides: sidesFlag(flags.size ?? ''), classes: wholeFlag('--classes', 1)(flags.classes ?? '') }),
    E.map(({ sides, classes }) => ({ ...sides, classes })),
  );
};

const sidesFlag = (size: string): Checked<Omit<Sizes, 'classes'>> => {
  const found = /^(\d+)x(\d+)x(\d+)$/.exec(size);
  if (found === null)
    return E.left(decodeError('--size', `'${size}' is not height x width x channels, such as 64x64x3`));
  const [height, width, channels] = found.slice(1).map(Number);
  return E.right({ height, width, channels });
};

/** A model by its name and settings. */
const ofModel = (name: string, flags: ImportFlags): Checked<Wanted> =>
  pipe(
    allFlags({
      idle: noneIdle(flags),
      settings: settingsFlag('--set', flags.set),
      sizes: pipe(
        sizesFlag(flags),
        E.filterOrElseW(
          (sizes) => sizes !== null,
          () => decodeError('--size', 'a model needs its sizes, such as --size 64x64x3 --classes 6'),
        ),
      ),
    }),
    E.bind('model', ({ settings }) => modelNamed(name, settings)),
    E.map(({ model, sizes }) => ({ model, sizes, experiment: null })),
  );

/** The model of an experiment, at the size of its task. */
const ofExperiment = (name: string, flags: ImportFlags): Effect<Wanted> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        sizes: sizesFlag(flags),
        changes: changesAsked(flags.preset, { set: flags.set }),
      }),
    ),
    TE.bind('source', () => experimentFrom(name, flags.preset, { set: flags.set })),
    TE.flatMapEither(({ sizes, source: { experiment } }) => {
      const found = sizes ?? taskShape(experiment.task);
      if (experiment.model.name === 'program')
        return E.left(decodeError(name, 'its model is a program of its own, which has no names in PyTorch'));
      return found === null
        ? E.left(
            decodeError('--size', 'the sizes of this task lie in its files; give --size 64x64x3 --classes 6'),
          )
        : E.right({ model: experiment.model, sizes: found, experiment });
    }),
  );

const wanted = (flags: ImportFlags): Effect<Wanted | null> => {
  const { model } = flags;
  if (model === undefined)
    return pipe(
      TE.fromEither(noneIdle(flags)),
      TE.map(() => null),
    );
  return modelNames.some((name) => name === model)
    ? TE.fromEither(ofModel(model, flags))
    : ofExperiment(model, flags);
};

/** Writes imported weights to a folder like a run's. */
export const importWeights = (file: string, flags: ImportFlags): Effect<string> =>
  pipe(
    wanted(flags),
    TE.flatMap((target) => importInto(file, target, flags.out, sayingMoves(flags))),
    TE.map(({ folder, trained, unused }) =>
      [
        trained.description,
        ...(unused.length === 0 ? [] : [`  not needed: ${unused.join(', ')}`]),
        `  folder: ${folder}`,
      ].join('\n'),
    ),
  );
