/** Changing an experiment by paths, as a person types them: `task.size`, `model.steps`, `training.epochs`. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type DrumheadError, decodeError } from '../base/error.js';
import { decodeExperiment, type Experiment } from './experiment.js';

/** Values by path, the parts of a path with dots between them. */
export type Settings = Readonly<Record<string, unknown>>;

/** A list is set by its places: `model.hidden.0`. */
const setIn = (value: unknown, [key, ...rest]: readonly string[], to: unknown): E.Either<string, unknown> => {
  if (key === undefined) return E.right(to);
  if (Array.isArray(value)) {
    const place = Number(key);
    return Number.isInteger(place) && place >= 0 && place < value.length
      ? pipe(
          setIn(value[place], rest, to),
          E.map((changed) => value.with(place, changed)),
        )
      : E.left(`there is no place ${key} in a list of ${value.length}`);
  }
  // What is not there yet is made, and whether it may be there the codec says, with the nearest that may.
  if (value === undefined) return setIn({}, [key, ...rest], to);
  if (!t.UnknownRecord.is(value)) return E.left(`${JSON.stringify(value)} has no setting '${key}'`);
  return pipe(
    setIn(value[key], rest, to),
    E.map((changed) => ({ ...value, [key]: changed })),
  );
};

/** A task, a model or a loss may be set by its name alone: it begins with its own defaults then. */
const named = (path: string, value: unknown): unknown =>
  (path === 'task' || path === 'model' || path === 'loss') && typeof value === 'string'
    ? { name: value }
    : value;

/**
 * Data with these settings changed, before it is read as an experiment.
 *
 * **Errors** DecodeError with every path that leads nowhere.
 */
export const changed = (
  value: unknown,
  settings: Settings,
  source: string,
): E.Either<DrumheadError, unknown> => {
  const problems: string[] = [];
  const result = Object.entries(settings).reduce<unknown>(
    (made, [path, to]) =>
      pipe(
        setIn(made, path.split('.'), named(path, to)),
        E.getOrElse((problem) => {
          problems.push(`${path}: ${problem}`);
          return made;
        }),
      ),
    value,
  );
  return problems.length === 0 ? E.right(result) : E.left(decodeError(source, ...problems));
};

/**
 * The experiment with these settings changed.
 *
 * **Errors** DecodeError with every problem at once: paths that do not exist, with the nearest that do, and values that
 * cannot be.
 *
 * @example
 * withSettings(experiment, { 'task.size': 32, 'model.steps': 50 })
 */
export const withSettings = (
  experiment: Experiment,
  settings: Settings,
  source = 'experiment',
): E.Either<DrumheadError, Experiment> =>
  Object.keys(settings).length === 0
    ? E.right(experiment)
    : pipe(
        changed(experiment, settings, source),
        E.chain((value) => decodeExperiment(value, source)),
      );
