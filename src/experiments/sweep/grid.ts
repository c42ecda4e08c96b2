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
 * Settings in `set`, `zip` and `vary` take precedence over a preset.
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
      : null,
  ),
};

/** `label` replaces the experiment's name in the labels of its members, followed by their differences. */
const gridCodec = withOptional(record('sweep', gridFields, ['label']), 'label', labelCodec);
type Grid = t.TypeOf<typeof gridCodec>;

const sweepKeys = ['experiment', 'preset', 'set', 'vary', 'zip', 'members'];
const experimentKeys = ['task', 'model', 'loss', 'training', 'seeds', 'scores', 'outputs'];

/** The number of these that are keys of the value, exactly or nearly. */
const keysLike = (value: object, known: readonly string[]): number =>
  Object.keys(value)
    .slice(0, 100)
    .filter((key) => {
      const all = [...sweepKeys, ...experimentKeys];
      const meant = all.includes(key) ? key : nearest(key, all);
      return meant !== undefined && known.includes(meant);
    }).length;

/**
 * Whether this is intended as a sweep rather than an experiment: it has keys that only sweeps have, or has neither a
 * task nor a model and more keys that are nearly those of a sweep.
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

/** All combinations of one value from each list, the last list changing fastest. */
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

/**
 * Problems of settings that are given twice, of which one would be lost silently, and of axes without values, which
 * would make no members.
 */
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

/**
 * A sweep, the settings in it that take precedence over presets, and one sentence for each setting that was dropped.
 */
export interface Written {
  readonly sweep: Sweep;
  /** Settings of all members, by path. */
  readonly kept: readonly string[];
  readonly notes: readonly string[];
}

/** The single settings: a task, model or loss with settings of its own counts as each of them. */
const leaves = (given: Settings): readonly string[] =>
  Object.entries(given).flatMap(([path, value]) =>
    t.UnknownRecord.is(value) ? leaves(value).map((inner) => `${path}.${inner}`) : [path],
  );

/** The number of members, computed before any is made. */
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
    // Applied together: a task, model or loss that varies is changed before the settings of all members.
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
 * Decodes a sweep: its members, or an experiment and the settings that vary, whose paths become the axes.
 *
 * **Errors** DecodeError with all problems; UnknownName for an experiment that is not in the catalogue.
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

/** Adds all other problems to the error that stopped decoding a sweep. */
const withSettingsProblems = (error: DrumheadError, value: unknown, source: string): DrumheadError => {
  if (!t.UnknownRecord.is(value)) return error;
  const found = settingsProblems(
    value,
    experimentKeys.filter((key) => key in value),
  );
  if (found.length === 0 || error._tag !== 'DecodeError') return error;
  // The problem of a single member is already among the others, with its path in the file.
  const said = error.source === source ? error.problems : [];
  const bare = found.map((problem) => problem.replace(/^(set|zip|vary)\./, ''));
  return decodeError(source, [...said.filter((problem) => !bare.includes(problem)), ...found]);
};

/** A hint for keys of an experiment at the level of a sweep: they belong one level deeper. */
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
 * Decodes a sweep, as `readSweepValue` without its notes.
 *
 * **Errors** DecodeError with all problems; UnknownName for an experiment that is not in the catalogue.
 *
 * @example
 * decodeAnySweep({ name: 'rates', experiment: 'mnist/cnn-2', vary: { 'training.rate': [1e-3, 3e-3] } })   // two members
 */
export const decodeAnySweep = (value: unknown, source = 'sweep'): Checked<Sweep> =>
  pipe(
    readSweepValue(value, source),
    E.map(({ sweep }) => sweep),
  );
