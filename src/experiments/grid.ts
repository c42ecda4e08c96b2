/**
 * Sweeps as people write them in files: an experiment and what varies.
 *
 *     name: my/rates
 *     experiment: tetrominoes/nwm-linear     # or an experiment written out
 *     preset: small                          # optional
 *     set: { training.epochs: 5 }            # of all members
 *     zip: { training.batch: [16, 64], training.rate: [0.001, 0.002] }
 *     vary: { model.readout: [linear, fft] }
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { choice, decodeWith, record, where, withDefault, withOptional } from '../base/codec.js';
import type { DrumheadError } from '../base/error.js';
import type { AxisValue } from './axis.js';
import { experimentNamed } from './catalogue.js';
import { decodeExperiment, type Experiment, experimentName, labelCodec } from './experiment.js';
import { settingsText } from './label.js';
import { presets, smaller } from './presets.js';
import { type Settings, withSettings } from './settings.js';
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

/** Whether this is meant as a sweep rather than as an experiment. */
export const isSweep = (value: unknown): boolean =>
  t.UnknownRecord.is(value) && ['members', 'experiment', 'vary', 'zip'].some((key) => key in value);

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

const baseOf = (
  { name, experiment, label: title }: Grid,
  source: string,
): E.Either<DrumheadError, Experiment> =>
  pipe(
    typeof experiment === 'string'
      ? experimentNamed(experiment, 'full')
      : decodeExperiment(t.UnknownRecord.is(experiment) ? { name, ...experiment } : experiment, source),
    E.map((base) => (title === undefined ? base : { ...base, label: title })),
  );

const expand = (grid: Grid, source: string): E.Either<DrumheadError, Sweep> =>
  pipe(
    baseOf(grid, source),
    E.map(smaller(grid.preset)),
    E.chain((base) => withSettings(base, grid.set, `${source}, set`)),
    E.chain((base) =>
      pipe(
        diagonal(grid.zip).flatMap((zipped) =>
          combinations(grid.vary).map((varied) => ({ ...zipped, ...varied })),
        ),
        A.traverse(E.Applicative)((along) => member(base, along, source)),
        E.map((members) => ({ name: grid.name, members })),
      ),
    ),
    E.chain((sweep) => decodeSweep(sweep, source)),
  );

const member = (base: Experiment, along: Settings, source: string): E.Either<DrumheadError, Member> =>
  pipe(
    withSettings(base, along, `${source}, ${settingsText(along)}`),
    E.map((experiment) => ({
      axes: Object.fromEntries(Object.entries(along).map(([path, value]) => [path, label(value)])),
      experiment,
    })),
  );

/**
 * A sweep read from outside: its members written out, or an experiment and what of it varies. The axes of the second are
 * the paths that vary.
 *
 * **Errors** DecodeError with every problem at once; UnknownName for an experiment that is not in the catalogue.
 *
 * @example
 * decodeAnySweep({ name: 'rates', experiment: 'mnist/cnn-2', vary: { 'training.rate': [1e-3, 3e-3] } })   // two members
 */
export const decodeAnySweep = (value: unknown, source = 'sweep'): E.Either<DrumheadError, Sweep> =>
  t.UnknownRecord.is(value) && 'members' in value
    ? decodeSweep(value, source)
    : pipe(
        value,
        decodeWith(gridCodec, source),
        E.chain((grid) => expand(grid, source)),
      );
