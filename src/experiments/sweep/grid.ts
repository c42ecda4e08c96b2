/**
 * Sweeps as people write them in files: an experiment and what varies.
 *
 *     name: my/rates
 *     experiment: tetrominoes/nwm-linear     # or an experiment written out, or ./its-file.yaml
 *     preset: small                          # optional
 *     set: { training.epochs: 5 }            # of all members
 *     zip: { training.batch: [16, 64], training.rate: [0.001, 0.002] }
 *     vary: { model.readout: [linear, fft] }
 *
 * What stands in `set`, `zip` and `vary` stands, whatever a preset says of it.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as t from 'io-ts';
import { canonical } from '../../base/canonical.js';
import { choice, decodeWith, record, where, withDefault, withOptional } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, nearest } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import { experimentNamed } from '../catalogue.js';
import { decodeExperiment, type Experiment, experimentName, labelCodec } from '../experiment.js';
import { settingsText } from '../label.js';
import { presets } from '../settings/presets.js';
import { reset, type Settings } from '../settings/settings.js';
import { smallerBut } from '../settings/sizing.js';
import type { AxisValue } from './axis.js';
import { settingsProblems } from './grid-problems.js';
import { decodeSweep, type Member, type Sweep } from './sweep.js';

type Lists = Readonly<Record<string, readonly unknown[]>>;

const settings = withDefault<Settings>(t.record(t.string, t.unknown), {});
const lists = withDefault<Lists>(t.record(t.string, t.readonlyArray(t.unknown)), {});

const gridFields = {
  name: experimentName,
  experiment: t.unknown,
  preset: withDefault(choice(...presets), 'full'),
  set: settings,
  vary: lists,
  zip: where(lists, (tracks) =>
    new Set(Object.values(tracks).map(({ length }) => length)).size > 1
      ? 'what is zipped must have equally many values'
      : undefined,
  ),
};

/** `label` is what its members are called, with what differs between them, instead of their experiment's name. */
const gridCodec = withOptional(record('sweep', gridFields, ['label']), 'label', labelCodec);
type Grid = t.TypeOf<typeof gridCodec>;

const sweepKeys = ['experiment', 'preset', 'set', 'vary', 'zip', 'members'];
const experimentKeys = ['task', 'model', 'loss', 'training', 'seeds', 'scores', 'outputs'];

/** How many of these are keys of the value, as they are or nearly. */
const keysLike = (value: object, known: readonly string[]): number =>
  Object.keys(value)
    .slice(0, 100)
    .filter((key) => {
      const all = [...sweepKeys, ...experimentKeys];
      const meant = all.includes(key) ? key : nearest(key, all);
      return meant !== undefined && known.includes(meant);
    }).length;

/**
 * Whether this is meant as a sweep rather than as an experiment: it has what only sweeps have, or, where it has neither
 * a task nor a model, more keys that are nearly those of a sweep.
 */
export const isSweep = (value: unknown): boolean =>
  t.UnknownRecord.is(value) &&
  (['members', 'experiment', 'experiments', 'vary', 'zip'].some((key) => key in value) ||
    (!('task' in value) &&
      !('model' in value) &&
      keysLike(value, sweepKeys) > keysLike(value, experimentKeys)));

const label = (value: unknown): AxisValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : canonical(value);

/** Every way to take one value of each list, the last list changing fastest. */
const combinations = (along: Lists): readonly Settings[] =>
  Object.entries(along).reduce<readonly Settings[]>(
    (all, [path, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [path]: value }))),
    [{}],
  );

const diagonal = (along: Lists): readonly Settings[] => {
  const [first, ...others] = Object.entries(along);
  return first === undefined
    ? [{}]
    : first[1].map((_, i) =>
        Object.fromEntries([first, ...others].map(([path, values]) => [path, values[i]])),
      );
};

const baseOf = ({ name, experiment, label: title }: Grid, source: string): Checked<Experiment> =>
  pipe(
    typeof experiment === 'string'
      ? experimentNamed(experiment, 'full')
      : decodeExperiment(t.UnknownRecord.is(experiment) ? { name, ...experiment } : experiment, source),
    E.map((base) => (title === undefined ? base : { ...base, label: title })),
  );

/** A setting that is given twice would stand once, and an axis without values makes nothing, without a word. */
const clashes = (grid: Grid): readonly string[] => [...emptyAxes(grid), ...givenTwice(grid)];

const emptyAxes = ({ vary, zip }: Grid): readonly string[] =>
  Object.entries({ vary, zip }).flatMap(([where, along]) =>
    Object.entries(along)
      .filter(([, values]) => values.length === 0)
      .map(
        ([path]) =>
          `${where}.${path}: an axis without values makes no experiment; give it some, or leave it out`,
      ),
  );

const givenTwice = ({ set, vary, zip }: Grid): readonly string[] => {
  const given = Object.entries({ set, zip, vary }).flatMap(([where, settings]) =>
    Object.keys(settings).map((path) => ({ where, path })),
  );
  return given.flatMap(({ where, path }, i) =>
    given
      .slice(0, i)
      .filter((other) => other.path === path)
      .map((other) => `${where}.${path}: it stands in ${other.where} too; give it once`),
  );
};

/** A sweep as it was written, what in it stands whatever the size, and what had to give way, a sentence each. */
export interface Written {
  readonly sweep: Sweep;
  /** Settings of all members, by path. */
  readonly kept: readonly string[];
  readonly notes: readonly string[];
}

/** The single settings that are given: a task, a model or a loss with settings of its own gives each of them. */
const leaves = (given: Settings): readonly string[] =>
  Object.entries(given).flatMap(([path, value]) =>
    t.UnknownRecord.is(value) ? leaves(value).map((inner) => `${path}.${inner}`) : [path],
  );

/** How many members there will be, told before any is made. */
const membersOf = ({ vary, zip }: Grid): number =>
  Object.values(vary).reduce((product, { length }) => product * length, 1) *
  (Object.values(zip)[0]?.length ?? 1);

const expand = (grid: Grid, source: string): Checked<Written> => {
  const members = membersOf(grid);
  if (members > limits.members)
    return E.left(
      decodeError(
        source,
        `it has ${grouped(members)} members, and ${grouped(limits.members)} is the limit; let fewer things vary, or zip them`,
      ),
    );
  const twice = clashes(grid);
  if (twice.length > 0) return E.left(decodeError(source, twice));
  return pipe(
    baseOf(grid, source),
    E.flatMap((base) =>
      pipe(
        diagonal(grid.zip).flatMap((zipped) =>
          combinations(grid.vary).map((varied) => ({ ...zipped, ...varied })),
        ),
        A.traverse(E.Applicative)((along) => member(base, along, grid, source)),
        E.map((made) => ({
          sweep: { name: grid.name, members: made.map(([one]) => one) },
          kept: leaves(grid.set),
          notes: [...new Set(made.flatMap(([, said]) => said))],
        })),
      ),
    ),
    E.flatMap((written) =>
      pipe(
        decodeSweep(written.sweep, source),
        E.map((sweep) => ({ ...written, sweep })),
      ),
    ),
  );
};

const member = (
  base: Experiment,
  along: Settings,
  { preset, set }: Grid,
  source: string,
): Checked<readonly [Member, readonly string[]]> =>
  pipe(
    // In one go: a task, a model or a loss that varies comes before the settings of all members.
    reset(base, { ...set, ...along }, `${source}, ${settingsText(along)}`),
    E.map(({ experiment, notes }) => [
      {
        axes: Object.fromEntries(Object.entries(along).map(([path, value]) => [path, label(value)])),
        experiment: smallerBut(preset, [...leaves(set), ...leaves(along)])(experiment),
      },
      notes,
    ]),
  );

/**
 * A sweep read from outside, as it was written: its members, or an experiment and what of it varies. The axes of the
 * second are the paths that vary.
 *
 * **Errors** DecodeError with every problem at once; UnknownName for an experiment that is not in the catalogue.
 */
export const readSweepValue = (value: unknown, source = 'sweep'): Checked<Written> => {
  if (!t.UnknownRecord.is(value) || !('members' in value))
    return pipe(
      value,
      decodeWith(gridCodec, source),
      E.mapLeft((error) => withHint(error, value)),
      E.flatMap((grid) => expand(grid, source)),
      E.mapLeft((error) => withSettingsProblems(error, value, source)),
    );
  return pipe(
    decodeSweep(value, source),
    E.map((sweep) => ({ sweep, kept: [], notes: [] })),
  );
};

/** The error with all else that is wrong: what stops the reading of a sweep must not hide the rest. */
const withSettingsProblems = (error: DrumheadError, value: unknown, source: string): DrumheadError => {
  if (!t.UnknownRecord.is(value)) return error;
  const found = settingsProblems(
    value,
    experimentKeys.filter((key) => key in value),
  );
  if (found.length === 0 || error._tag !== 'DecodeError') return error;
  // What one member is refused for is among what was found, with its place in the file.
  const said = error.source === source ? error.problems : [];
  const bare = found.map((problem) => problem.replace(/^(set|zip|vary)\./, ''));
  return decodeError(source, [...said.filter((problem) => !bare.includes(problem)), ...found]);
};

/** An experiment's own keys beside those of a sweep: they belong one deeper. */
const withHint = (error: DrumheadError, value: unknown): DrumheadError => {
  const own = t.UnknownRecord.is(value) ? experimentKeys.filter((key) => key in value) : [];
  return error._tag !== 'DecodeError' || own.length === 0
    ? error
    : decodeError(
        error.source,
        `${own.join(', ')}: in a sweep ${own.length === 1 ? 'it stands' : 'they stand'} under \`experiment:\``,
        error.problems.filter((problem) => !own.some((key) => problem.startsWith(`${key}: `))),
      );
};

/**
 * A sweep read from outside: `readSweepValue` without what had to give way.
 *
 * **Errors** DecodeError with every problem at once; UnknownName for an experiment that is not in the catalogue.
 *
 * @example
 * decodeAnySweep({ name: 'rates', experiment: 'mnist/cnn-2', vary: { 'training.rate': [1e-3, 3e-3] } })   // two members
 */
export const decodeAnySweep = (value: unknown, source = 'sweep'): Checked<Sweep> =>
  pipe(
    readSweepValue(value, source),
    E.map(({ sweep }) => sweep),
  );
