/** Changing an experiment by paths that a person types: `task.size`, `model.steps`, `training.epochs`. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Checked, decodeError, nearest, unlessProblems } from '../../base/error.js';
import { decodeExperiment, type Experiment } from '../experiment.js';
import { begun, renamed } from './rename.js';

/** Values by path; the parts of a path are joined with dots. */
export type Settings = Readonly<Record<string, unknown>>;

/** The value at a path; undefined if there is none. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
          ? Object.entries(inner).find(([name]) => name === key)?.[1]
          : undefined,
      value,
    );

/** The paths of all settings in some data; a list is one setting, and so is a whole program. */
export const settingsBelow = (value: unknown, path = ''): readonly string[] =>
  t.UnknownRecord.is(value) && !('nodes' in value)
    ? Object.entries(value).flatMap(([key, inner]) =>
        settingsBelow(inner, path === '' ? key : `${path}.${key}`),
      )
    : [path];

/** Elements of a list have numbers: `model.hidden.0`. */
const setIn = (value: unknown, [key, ...rest]: readonly string[], to: unknown): E.Either<string, unknown> => {
  if (key === undefined) return E.right(to);
  if (Array.isArray(value)) {
    const index = Number(key);
    return Number.isInteger(index) && index >= 0 && index < value.length
      ? pipe(
          setIn(value[index], rest, to),
          E.map((changed) => value.with(index, changed)),
        )
      : E.left(`there is no place ${key} in a list of ${value.length}`);
  }
  // A missing key is made; the codec decides whether it is valid, and proposes the nearest valid one.
  if (value === undefined) return setIn({}, [key, ...rest], to);
  if (!t.UnknownRecord.is(value)) return E.left(`${JSON.stringify(value)} has no setting '${key}'`);
  return pipe(
    setIn(Object.hasOwn(value, key) ? value[key] : undefined, rest, to),
    E.map((changed) => ({ ...value, [key]: changed })),
  );
};

const last = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** Completes a setting that was written without its section: `rate` means `training.rate`. */
const meantBy = (value: unknown, path: string): readonly string[] => {
  if (path.includes('.') || !t.UnknownRecord.is(value) || Object.hasOwn(value, path)) return [];
  // An experiment that has no label yet may be given one.
  if (path === 'label' && 'model' in value) return [];
  const all = settingsBelow(value).filter((known) => known.includes('.'));
  const exact = all.filter((known) => last(known) === path);
  if (exact.length > 0) return exact;
  const top = nearest(path, Object.keys(value));
  const hint = nearest(path, all.map(last));
  return top !== undefined || hint === undefined ? [] : all.filter((known) => last(known) === hint);
};

/** Data with some settings changed, and one sentence for each setting that was dropped. */
export interface Changed {
  readonly value: unknown;
  readonly notes: readonly string[];
}

const isSection = (path: string): boolean => path === 'task' || path === 'model' || path === 'loss';
const isName = (path: string): boolean => /^(task|model|loss)\.name$/.test(path);
/** The order of changes: whole sections first, then names, which bring their own settings, then deeper paths. */
const rank = (path: string): number => path.split('.').length - (isName(path) ? 0.5 : 0);

const step = (made: unknown, path: string, to: unknown): E.Either<string, Changed> => {
  const [section] = path.split('.');
  const own = t.UnknownRecord.is(made) ? made[section] : undefined;
  const meant = meantBy(made, path);
  if (meant.length > 0)
    return E.left(`there is no such setting; did you mean ${meant.map((one) => `'${one}'`).join(' or ')}?`);
  // A name alone means the defaults of that name.
  const whole = isSection(path) && typeof to === 'string' ? begun(section, own, to) : null;
  const named = isName(path) && typeof to === 'string' ? renamed(section, own, to) : null;
  const given = whole ?? named;
  return pipe(
    given === null ? setIn(made, path.split('.'), to) : setIn(made, [section], given.value),
    E.map((value) => ({ value, notes: given?.notes ?? [] })),
  );
};

/**
 * Data with these settings changed, before it is decoded as an experiment.
 *
 * **Errors** DecodeError with every path that does not exist.
 */
export const changed = (value: unknown, settings: Settings, source: string): Checked<Changed> => {
  const problems: string[] = [];
  const result = Object.entries(settings)
    .sort(([a], [b]) => rank(a) - rank(b))
    .reduce<Changed>(
      (made, [path, to]) =>
        pipe(
          step(made.value, path, to),
          E.match(
            (problem) => {
              problems.push(`${path}: ${problem}`);
              return made;
            },
            (next) => ({ value: next.value, notes: [...made.notes, ...next.notes] }),
          ),
        ),
      { value, notes: [] },
    );
  return unlessProblems(source, problems, result);
};

/** An experiment with some settings changed, and the settings that were dropped. */
export interface Reset {
  readonly experiment: Experiment;
  readonly notes: readonly string[];
}

/** As `withSettings`, with the settings that were dropped. **Errors** as `withSettings`. */
export const reset = (experiment: Experiment, settings: Settings, source = 'experiment'): Checked<Reset> => {
  if (Object.keys(settings).length === 0) return E.right({ experiment, notes: [] });
  const made = changed(experiment, settings, source);
  if (E.isRight(made))
    return pipe(
      decodeExperiment(made.right.value, source),
      E.map((read) => ({ experiment: read, notes: made.right.notes })),
    );
  // If some paths do not exist, problems of the others are reported at the same time.
  const said = made.left._tag === 'DecodeError' ? made.left.problems : [];
  const rest = Object.fromEntries(
    Object.entries(settings).filter(([path]) => !said.some((problem) => problem.startsWith(`${path}: `))),
  );
  const others = Object.keys(rest).length === 0 ? E.right(null) : reset(experiment, rest, source);
  return E.left(
    decodeError(
      source,
      said,
      E.isLeft(others) && others.left._tag === 'DecodeError' ? others.left.problems : [],
    ),
  );
};

/**
 * The experiment with these settings changed. A new name of a task, model or loss brings its default settings; earlier
 * choices stay where they still apply.
 *
 * **Errors** DecodeError with all problems: paths that do not exist, with the nearest valid ones, and invalid values.
 *
 * @example
 * withSettings(experiment, { 'task.size': 32, 'model.steps': 50 })
 */
export const withSettings = (
  experiment: Experiment,
  settings: Settings,
  source = 'experiment',
): Checked<Experiment> =>
  pipe(
    reset(experiment, settings, source),
    E.map((made) => made.experiment),
  );
