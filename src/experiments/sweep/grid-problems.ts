/** All problems of a sweep's settings, collected once there is one, so that a person can fix them together. */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type DrumheadError, errorMessage } from '../../base/error.js';
import { experimentNamed } from '../catalogue.js';
import { decodeExperiment } from '../experiment.js';
import { changed, type Settings } from '../settings/settings.js';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (t.UnknownRecord.is(value) ? value : {});

/** Values along each path; empty lists and other values are reported elsewhere. */
const listsOf = (value: unknown): readonly (readonly [string, readonly unknown[]])[] =>
  Object.entries(fieldsOf(value)).flatMap(([path, values]): (readonly [string, readonly unknown[]])[] =>
    Array.isArray(values) && values.length > 0 ? [[path, values]] : [],
  );

const saidBy = (error: DrumheadError): readonly string[] =>
  error._tag === 'DecodeError' ? error.problems : [errorMessage(error)];

/** All problems of data after these changes: paths that do not exist, and invalid values. */
const problemsWith = (base: unknown, settings: Settings): readonly string[] => {
  const made = changed(base, settings, 'sweep');
  if (E.isRight(made)) {
    const read = decodeExperiment(made.right.value, 'sweep');
    return E.isRight(read) ? [] : saidBy(read.left);
  }
  const said = saidBy(made.left);
  const rest = Object.entries(settings).filter(
    ([path]) => !said.some((problem) => problem.startsWith(`${path}: `)),
  );
  return rest.length === Object.keys(settings).length
    ? said
    : [...said, ...problemsWith(base, Object.fromEntries(rest))];
};

/** The largest number of experiments that are decoded for this, enough for a sweep written by hand. */
const mostTried = 200;

/**
 * Settings of members: those of the first, then variants with each other value of each axis. All are members of the
 * sweep.
 */
const tried = (
  always: Settings,
  vary: ReturnType<typeof listsOf>,
  zip: ReturnType<typeof listsOf>,
): readonly Settings[] => {
  const first = Object.fromEntries([...zip, ...vary].map(([path, [value]]) => [path, value]));
  const rows = Math.min(...zip.map(([, { length }]) => length), mostTried);
  const others = [
    ...vary.flatMap(([path, values]) => values.slice(1, mostTried).map((value) => ({ [path]: value }))),
    ...(zip.length === 0
      ? []
      : Array.from({ length: rows }, (_, i) =>
          Object.fromEntries(zip.map(([path, values]) => [path, values[i]])),
        )),
  ];
  return [{}, ...others].slice(0, mostTried).map((one) => ({ ...always, ...first, ...one }));
};

/** A problem with the path of its setting in the file as prefix: `vary.training.rate: ...`. */
const placed = (problem: string, places: Fields): string => {
  const path = problem.slice(0, Math.max(0, problem.indexOf(': ')));
  const found = Object.keys(fieldsOf(places)).find((setting) => {
    const [section] = setting.split('.');
    return setting === path || path.startsWith(`${setting}.`) || (section === path && setting !== section);
  });
  if (path === '' || found === undefined) return problem;
  const inner = path.startsWith(found) ? path : found;
  return `${String(places[found])}.${inner}${problem.slice(path.length)}`;
};

/**
 * Problems of the experiment of a sweep and of each setting in `set`, `zip` and `vary`, one sentence each; also for a
 * sweep that cannot be decoded for another reason.
 *
 * @param own keys of an experiment at the level of the sweep's keys
 */
export const settingsProblems = (value: Fields, own: readonly string[]): readonly string[] => {
  const { experiment, name } = value;
  const beside: Settings = Object.fromEntries(own.map((key) => [key, value[key]]));
  if (experiment === undefined && own.length === 0) return [];
  const named = typeof experiment === 'string' ? experimentNamed(experiment, 'full') : null;
  if (named !== null && E.isLeft(named)) return [`experiment: ${errorMessage(named.left)}`];
  const title = typeof name === 'string' && name !== '' ? name : 'sweep';
  const written = named === null ? { name: title, ...fieldsOf(experiment) } : named.right;
  const read = decodeExperiment(written, 'sweep');
  const base = E.isRight(read) ? read.right : written;
  const [vary, zip] = [listsOf(value.vary), listsOf(value.zip)];
  const places = {
    ...Object.fromEntries(Object.keys(fieldsOf(value.set)).map((path) => [path, 'set'])),
    ...Object.fromEntries(zip.map(([path]) => [path, 'zip'])),
    ...Object.fromEntries(vary.map(([path]) => [path, 'vary'])),
  };
  const problems = tried({ ...beside, ...fieldsOf(value.set) }, vary, zip).flatMap((settings) =>
    problemsWith(base, settings),
  );
  return [...new Set(problems.map((problem) => placed(problem, places)))];
};
