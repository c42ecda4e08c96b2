/**
 * Applies flags to an experiment or a sweep. Settings given by name take precedence over presets; the axes of a sweep
 * cannot be changed.
 */

import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Checked, decodeError, type Effect, unlessProblems } from '../../base/error.js';
import type { EngineName, Kernels } from '../../engine/index.js';
import { presetNote } from '../../experiments/difference.js';
import { memberName } from '../../experiments/label.js';
import type { Preset } from '../../experiments/settings/presets.js';
import { reset } from '../../experiments/settings/settings.js';
import { decidedBy, pathOf, touches } from '../../experiments/sweep/check-axes.js';
import type { Written } from '../../experiments/sweep/grid.js';
import { equalMembers, idleSettings, isWritten, saidOfMembers } from '../../experiments/sweep/idle.js';
import { type Member, type Sweep, smallerSweep, sweepProblems } from '../../experiments/sweep/sweep.js';
import { settledSweep } from '../../runner/sweep/settle.js';
import { anchored } from '../document/reading.js';
import type { Override } from './flags.js';
import { idleInFolder } from './idle-in-folder.js';

/** A run that has begun and continues with its own arithmetic. */
export interface Begun {
  readonly folder: string;
  readonly arithmetic: number;
  readonly finished: boolean;
}

/** Notes on settings that do nothing, in a file or by a flag, and on members that are equal because of that. */
const idleNotes = async (
  { origin, value, kept }: Found,
  overrides: readonly Override[],
  sweep: Sweep,
): Promise<readonly string[]> => {
  if (origin === 'folder') return [];
  const given = [...kept, ...overrides.map(({ path }) => path)];
  const written = (path: string): boolean =>
    isWritten(value, path) || given.some((one) => one === path || path.startsWith(`${one}.`));
  const said: (readonly string[])[] = [];
  for (const { experiment } of sweep.members)
    said.push([...idleSettings(experiment, written), ...(await idleInFolder(experiment.task, written))]);
  return [...saidOfMembers(said), ...equalMembers(sweep)];
};

/** An experiment or a sweep as found, at full size and without changes. */
export interface Found extends Written {
  /** Whether it is a single experiment instead of a sweep. */
  readonly one: boolean;
  readonly engine: EngineName | null;
  /** The kernels of a run or sweep that was begun before, if its record says so. */
  readonly kernels: Kernels | null;
  /** The run, if it is a run folder. */
  readonly begun: Begun | null;
  /** The folder of the file. */
  readonly from: string;
  readonly origin: 'catalogue' | 'file' | 'folder';
  /** The value in the file; null for names and folders. */
  readonly value: unknown;
}

/** The size and the changes that a person asks for. */
export interface Asked {
  readonly preset: Preset;
  readonly overrides: readonly Override[];
  readonly mnistDir: string | undefined;
}

type Check = Checked<unknown>;

/** Refuses two flags that change one setting, since one of them would do nothing. */
const givenTwice = (overrides: readonly Override[]): Check => {
  const pair = overrides.flatMap((one, i) =>
    overrides.slice(0, i).flatMap((other) => (other.path === one.path ? [[other, one] as const] : [])),
  )[0];
  return pair === undefined
    ? E.right(undefined)
    : E.left(decodeError(pair[1].flag, `${pair[0].flag} sets ${pair[0].path} too; give it once`));
};

/** Refuses flags over an axis: the labels of the members would become untrue. */
const spareAxes = ({ sweep }: Found, overrides: readonly Override[]): Check => {
  const axes = new Map(
    sweep.members.flatMap(({ axes: own, experiment }) =>
      // An axis whose values have names of their own still changes the setting after which it is called.
      Object.entries(own).map(([name, value]) => [
        name,
        [...decidedBy(experiment, name, value), pathOf(experiment, name) ?? name],
      ]),
    ),
  );
  const problems = overrides.flatMap(({ flag, path }) =>
    [...axes]
      .filter(([, moved]) => moved.some((one) => isChanged(one, path)))
      .slice(0, 1)
      .map(([axis]) => ({
        flag,
        said:
          `${path} ${axis === path ? 'is an axis' : `is moved by the axis ${axis}`} of ${sweep.name}, whose members ` +
          'differ in it; leave it out, or change the sweep',
      })),
  );
  const [first, ...others] = problems;
  return first === undefined
    ? E.right(undefined)
    : E.left(
        decodeError(
          first.flag,
          first.said,
          others.map(({ said }) => said),
        ),
      );
};

/** An axis of models by name does not fix the settings of models. */
const isChanged = (axis: string, path: string): boolean =>
  ['task', 'model', 'loss'].includes(axis) ? path === axis || path === `${axis}.name` : touches(axis, path);

/** Digits from a folder, for every task that has digits. */
const withDigits = (sweep: Sweep, folder: string | undefined): Checked<Sweep> => {
  if (folder === undefined) return E.right(sweep);
  const hasDigits = ({ experiment }: Member): boolean => 'mnistDir' in experiment.task;
  return sweep.members.some(hasDigits)
    ? E.right({
        ...sweep,
        members: sweep.members.map(({ axes, experiment }) => ({
          axes,
          experiment: digitsFrom(folder, experiment),
        })),
      })
    : E.left(
        decodeError(
          '--mnist-dir',
          `it does nothing here, since ${sweep.name} has no digits of MNIST; leave it out`,
        ),
      );
};

const digitsFrom = (folder: string, experiment: Member['experiment']): Member['experiment'] => {
  const { task } = experiment;
  return task.name === 'mnist' || task.name === 'multi-mnist' || task.name === 'sequential-mnist'
    ? { ...experiment, task: { ...task, mnistDir: folder } }
    : experiment;
};

const leaves = ({ path, value }: Override): readonly string[] =>
  t.UnknownRecord.is(value) ? Object.keys(value).map((key) => `${path}.${key}`) : [path];

/** Renames the sweep itself, not its members. */
const renamed = (found: Found, overrides: readonly Override[]): Sweep => {
  const name = overrides.find(({ path }) => path === 'name')?.value;
  return !found.one && typeof name === 'string' ? { ...found.sweep, name } : found.sweep;
};

interface Made {
  readonly members: readonly Member[];
  readonly notes: readonly string[];
}

const withOverrides = (found: Found, overrides: readonly Override[]): Checked<Made> => {
  const settings = Object.fromEntries(
    overrides.filter(({ path }) => found.one || path !== 'name').map(({ path, value }) => [path, value]),
  );
  const nameOf = memberName(found.sweep);
  return pipe(
    found.sweep.members,
    A.traverse(E.Applicative)((member) =>
      pipe(
        reset(member.experiment, settings, nameOf(member)),
        E.map(({ experiment: made, notes }) => ({
          member: { axes: member.axes, experiment: anchored(process.cwd())(made) },
          notes,
        })),
      ),
    ),
    E.map((made) => ({
      members: made.map(({ member }) => member),
      notes: [...new Set(made.flatMap(({ notes }) => notes))],
    })),
  );
};

/** Notes on a preset that changed a person's own file. Experiments of the catalogue are meant to be resized. */
const presetNotes = ({ origin }: Found, preset: Preset, before: Sweep, after: Sweep): readonly string[] => {
  if (origin === 'folder' && preset !== 'full')
    return [`a run is run as it was: --preset ${preset} changes nothing of what lies in a folder`];
  if (origin !== 'file' || preset === 'full') return [];
  const said = before.members.flatMap(
    ({ experiment }, i) => presetNote(preset, experiment, after.members[i].experiment) ?? [],
  );
  const distinct = [...new Set(said)];
  return distinct.length <= 3
    ? distinct
    : [...distinct.slice(0, 2), `and so for ${distinct.length - 2} more members`];
};

/**
 * The sweep with all changes of flags, at the requested size, with whole folder paths and correct labels.
 *
 * **Errors** DecodeError for a flag that changes an axis or a setting that another flag changes, and for invalid
 * settings.
 */
export const changedSweep = (
  found: Found,
  { preset, overrides, mnistDir }: Asked,
): Effect<{ readonly sweep: Sweep; readonly notes: readonly string[] }> => {
  const digits: readonly Override[] =
    mnistDir === undefined ? [] : [{ flag: '--mnist-dir', path: 'task.mnistDir', value: resolve(mnistDir) }];
  const size = found.origin === 'folder' ? 'full' : preset;
  return pipe(
    givenTwice([...overrides, ...digits]),
    E.flatMap(() => spareAxes(found, [...overrides, ...digits])),
    E.flatMap(() => withOverrides(found, overrides)),
    E.bindTo('made'),
    E.let('full', ({ made }) => ({ ...renamed(found, overrides), members: made.members })),
    E.let('sized', ({ full }) => smallerSweep(size, [...found.kept, ...overrides.flatMap(leaves)])(full)),
    E.bind('whole', ({ sized }) => withDigits(sized, mnistDir === undefined ? undefined : resolve(mnistDir))),
    E.tap(({ whole }) => truthful(whole)),
    TE.fromEither,
    TE.flatMapTask(({ made, full, sized, whole }) => async () => {
      const settled = await settledSweep(whole, found.from);
      return {
        sweep: settled.sweep,
        notes: [
          ...found.notes,
          ...made.notes,
          ...presetNotes(found, preset, full, sized),
          ...settled.notes,
          ...(await idleNotes(found, overrides, settled.sweep)),
        ],
      };
    }),
  );
};

const truthful = (sweep: Sweep): Check => {
  const problems = sweepProblems(sweep);
  return unlessProblems(sweep.name, problems, undefined);
};
