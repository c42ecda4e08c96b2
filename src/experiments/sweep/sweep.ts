/**
 * Sweeps: several experiments as one value.
 *
 * A sweep is a list of members, each with its values along the axes. Combinators map a sweep to another: `vary` makes a
 * grid, `zip` moves several axes together, `named` names it, `smallerSweep` resizes all members. Sweeps with equal axes
 * can be joined; a sweep may be empty.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { Endomorphism } from 'fp-ts/lib/Endomorphism.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../../base/canonical.js';
import { decodeWith, record, where } from '../../base/codec.js';
import type { Checked } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import { type Experiment, experimentCodec, experimentName } from '../experiment.js';
import type { Preset } from '../settings/presets.js';
import { smallerBut } from '../settings/sizing.js';
import { valueText } from '../value-text.js';
import type { Axis, AxisValue } from './axis.js';
import { axisProblems, decidedBy, isHeldAxis } from './check-axes.js';

export type { Axis, AxisValue, Lens } from './axis.js';
export { axis, choiceOf, seedsAxis, trainingAxis } from './axis.js';

/** The values of a member along the axes, by the name of the axis. */
export type Axes = Readonly<Record<string, AxisValue>>;

/** One experiment of a sweep. */
export interface Member {
  readonly axes: Axes;
  readonly experiment: Experiment;
}

/** Several experiments. */
export interface Sweep {
  /** Its name, also the folder of its record; with the rules of an experiment's name. */
  readonly name: string;
  readonly members: readonly Member[];
}

/** A sweep of this one experiment, without axes. */
export const sweepOf = (experiment: Experiment): Sweep => ({
  name: experiment.name,
  members: [{ axes: {}, experiment }],
});

/**
 * The grid: each member at each of the values; the last axis changes fastest.
 *
 * **Laws** For independent axes, the order of `vary(a, xs)` and `vary(b, ys)` changes only the order of the members; of
 * two variations along one axis the last counts; no values, no members.
 *
 * @example
 * pipe(sweepOf(e), vary(trainingAxis('rate'), [1e-3, 3e-3]), vary(trainingAxis('batch'), [16, 64])).members.length   // 4
 */
export const vary =
  <V extends AxisValue>(along: Axis<V>, values: readonly V[]): Endomorphism<Sweep> =>
  ({ name, members }) => ({
    name,
    members: members.flatMap((member) => values.map((value) => moved(member, along, value))),
  });

const moved = <V extends AxisValue>(
  { axes, experiment }: Member,
  { name, set }: Axis<V>,
  value: V,
): Member => ({
  axes: { ...axes, [name]: value },
  experiment: set(value)(experiment),
});

/** An axis with values along it, for `zip`; `track` makes one. */
export interface Track {
  readonly length: number;
  readonly at: (index: number) => (member: Member) => Member;
}

/** An axis with values along it. */
export const track = <V extends AxisValue>(along: Axis<V>, values: readonly V[]): Track => ({
  length: values.length,
  at: (index) => (member) => moved(member, along, values[index]),
});

/**
 * The diagonal of a grid: each member with the first values of all tracks, with the second values, and so on until the
 * shortest track ends.
 *
 * **Laws** `zip(track(a, xs))` is `vary(a, xs)`; the members of a zip are among those of the grid of its tracks; no
 * tracks change nothing.
 *
 * @example
 * pipe(sweepOf(e), zip(track(trainingAxis('batch'), [16, 64]), track(trainingAxis('rate'), [1e-3, 2e-3]))).members.length   // 2
 */
export const zip =
  (...tracks: readonly Track[]): Endomorphism<Sweep> =>
  (sweep) => {
    if (tracks.length === 0) return sweep;
    const length = Math.min(...tracks.map((one) => one.length));
    const places = Array.from({ length }, (_, index) => index);
    return {
      ...sweep,
      members: sweep.members.flatMap((member) =>
        places.map((index) => tracks.reduce((made, { at }) => at(index)(made), member)),
      ),
    };
  };

/** The same members under another name. **Law** The last name counts. */
export const named =
  (name: string): Endomorphism<Sweep> =>
  (sweep) => ({ ...sweep, name });

/** The same change of each experiment; the axes stay. **Law** A functor: it keeps identity and composition. */
export const mapSweep =
  (f: Endomorphism<Experiment>): Endomorphism<Sweep> =>
  ({ name, members }) => ({
    name,
    members: members.map(({ axes, experiment }) => ({ axes, experiment: f(experiment) })),
  });

/** All members at a preset's size, except for the settings of their axes. **Law** As `smaller`. */
export const smallerSweep =
  (preset: Preset, kept: readonly string[] = []): Endomorphism<Sweep> =>
  ({ name, members }) => ({
    name,
    members: members.map(({ axes, experiment }) => ({
      axes,
      experiment: smallerBut(preset, [...kept, ...pathsOf({ axes, experiment })])(experiment),
    })),
  });

/** The settings that the axes of a member decide, as far as its experiment holds them. */
const pathsOf = ({ axes, experiment }: Member): readonly string[] =>
  Object.entries(axes)
    .filter(([axis, value]) => isHeldAxis(experiment, axis, value))
    .flatMap(([axis, value]) => decidedBy(experiment, axis, value));

/**
 * One sentence for each axis that disagrees with a member.
 *
 * **Law** Empty for a sweep that `vary` and `zip` made along lenses.
 */
export const sweepProblems = ({ members }: Pick<Sweep, 'members'>): readonly string[] =>
  members.flatMap((member, i) => axisProblems(member).map((problem) => `members.${i}: ${problem}`));

/** One sweep with the members of all. **Law** `vary` and `mapSweep` distribute over it. */
export const joined = (name: string, ...sweeps: readonly Sweep[]): Sweep => ({
  name,
  members: sweeps.flatMap(({ members }) => members),
});

/** One run: a member and a seed. */
export interface SweepRun {
  readonly member: Member;
  readonly seed: number;
}

/** The runs of a sweep: each member with each of its seeds, seeds outermost, so that every member has a run early. */
export const runsOf = ({ members }: Sweep): readonly SweepRun[] => {
  const longest = members.reduce((most, { experiment }) => Math.max(most, experiment.seeds.length), 0);
  return Array.from({ length: longest }, (_, index) => index).flatMap((index) =>
    members.flatMap((member) =>
      index < member.experiment.seeds.length ? [{ member, seed: member.experiment.seeds[index] }] : [],
    ),
  );
};

const axisValue: t.Type<AxisValue, AxisValue, unknown> = t.union([t.string, t.number, t.boolean]);

const memberCodec = record('member', { axes: t.record(t.string, axisValue), experiment: experimentCodec });

/** Members are counted before any is decoded. */
const countable: t.Type<readonly unknown[], readonly unknown[], unknown> = where(
  t.readonlyArray(t.unknown),
  ({ length }) =>
    length > limits.members
      ? `there are ${grouped(length)} members, and ${grouped(limits.members)} is the limit; make several sweeps of them`
      : null,
);

const few = new t.Type<
  readonly t.TypeOf<typeof memberCodec>[],
  readonly t.TypeOf<typeof memberCodec>[],
  unknown
>(
  'members',
  t.readonlyArray(memberCodec).is,
  (u, context) =>
    pipe(
      countable.validate(u, context),
      E.flatMap(() => t.readonlyArray(memberCodec).validate(u, context)),
    ),
  t.identity,
);

/** Two members that are the same, described by their axes. */
const twice = (members: readonly Member[]): string | null => {
  const texts = members.map((member) => canonical(member));
  const again = texts.findIndex((text, i) => texts.indexOf(text) < i);
  if (again < 0) return null;
  const axes = Object.entries(members[again].axes).map(([axis, value]) => `${axis} ${valueText(value)}`);
  return `a member is listed twice: members ${texts.indexOf(texts[again]) + 1} and ${again + 1} are the same${
    axes.length === 0 ? '' : `, both with ${axes.join(', ')}`
  }; leave one out`;
};

const distinct = where(few, twice);

/** Members whose labels disagree with their experiments are refused, since results would be mislabelled. */
const truthful = where(distinct, (members) => {
  const runs = members.reduce((sum, { experiment }) => sum + experiment.seeds.length, 0);
  if (runs > limits.runs)
    return `with their seeds the members are ${grouped(runs)} runs, and ${grouped(limits.runs)} is the limit; make several sweeps of them`;
  const problems = sweepProblems({ members });
  return problems.length === 0
    ? null
    : `${problems.slice(0, 3).join('; ')}${problems.length > 3 ? `; and ${problems.length - 3} more` : ''}`;
});

/** The codec of sweeps: `{ name, members: [{ axes, experiment }] }`. */
export const sweepCodec = record('sweep', { name: experimentName, members: truthful });

/**
 * Decodes a sweep.
 *
 * **Errors** DecodeError with all problems and their paths.
 */
export const decodeSweep = (value: unknown, source = 'sweep'): Checked<Sweep> =>
  decodeWith(sweepCodec, source)(value);
