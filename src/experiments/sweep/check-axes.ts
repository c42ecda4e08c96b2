/** Checks that the axes of a sweep's member agree with its experiment. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../../base/canonical.js';
import { parsedJson } from '../../base/json-text.js';
import type { Experiment } from '../experiment.js';
import { at, settingsBelow, withSettings } from '../settings/settings.js';
import type { AxisValue } from './axis.js';

const sections = ['task', 'model', 'loss'];
const unshaping = ['name', 'scores', 'outputs'];
const folders = ['task.folder', 'task.mnistDir'];

/**
 * The path of the setting that an axis changes: for `rate`, `training.rate`. Null for an axis that is not a setting,
 * such as alternatives with names of their own.
 */
export const pathOf = (experiment: Experiment, axis: string): string | null => {
  if (at(experiment, axis) !== undefined) return axis;
  if (axis.includes('.')) return /^(task|model|loss|training)\./.test(axis) ? axis : null;
  const ending = settingsBelow(experiment).filter((path) => path.endsWith(`.${axis}`));
  return ending.length === 1 ? ending[0] : null;
};

/** Possible values of a label: the label itself, and its value as JSON. */
const readings = (value: AxisValue): readonly unknown[] =>
  typeof value === 'string'
    ? [
        value,
        ...pipe(
          parsedJson(value),
          E.match(
            () => [],
            (read) => [read],
          ),
        ),
      ]
    : [value];

const same = (a: unknown, b: unknown): boolean => canonical([a]) === canonical([b]);

/** A path with '/' as separator on every system. */
const slashed = (path: string): string => path.replaceAll('\\', '/');

/** A label is relative to the folder of its sweep; the experiment has the full path. */
const isFolder = (held: unknown, value: unknown): boolean => {
  if (typeof held !== 'string' || typeof value !== 'string') return false;
  const parts: string[] = [];
  for (const part of slashed(value).split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  const inner = parts.join('/');
  return inner === '' || slashed(held) === inner || slashed(held).endsWith(`/${inner}`);
};

const isSeeds = (held: readonly number[], value: unknown): boolean =>
  typeof value === 'number' &&
  (same(held, [value]) ||
    same(
      held,
      Array.from({ length: Math.min(value, held.length + 1) }, (_, seed) => seed),
    ));

type Finding = 'held' | 'lost' | 'label';

/** Compares a task, model or loss: by its name alone, or with the settings that were written. */
const sectionFinding = (experiment: Experiment, path: string, value: unknown): Finding => {
  if (typeof value === 'string') {
    if (at(experiment, `${path}.name`) === value) return 'held';
    return E.isRight(withSettings(experiment, { [path]: value })) ? 'lost' : 'label';
  }
  if (!t.UnknownRecord.is(value)) return 'lost';
  if ('graph' in value || 'language' in value)
    return E.match(
      (): Finding => 'lost',
      (made: Experiment): Finding => (same(made.model, experiment.model) ? 'held' : 'lost'),
    )(withSettings(experiment, { [path]: value }));
  return Object.entries(value).every(([key, inner]) => isHeld(experiment, `${path}.${key}`, inner))
    ? 'held'
    : 'lost';
};

/** Whether an experiment has this value at a path, in any form that its codec accepts. */
const isHeld = (experiment: Experiment, path: string, value: unknown): boolean => {
  const now = at(experiment, path);
  return (
    same(now, value) ||
    (folders.includes(path) && isFolder(now, value)) ||
    (path === 'seeds' && isSeeds(experiment.seeds, value)) ||
    (now !== undefined &&
      pipe(
        withSettings(experiment, { [path]: value }),
        E.match(
          () => false,
          (made) => same(at(made, path), now),
        ),
      ))
  );
};

/** Whether a value would be valid at this path; otherwise it is the label of an alternative. */
const isPossible = (experiment: Experiment, path: string, value: unknown): boolean =>
  typeof value === typeof at(experiment, path) && typeof value === 'number'
    ? true
    : E.isRight(withSettings(experiment, { [path]: value }));

const findingOf = (experiment: Experiment, axis: string, value: AxisValue): Finding => {
  const path = pathOf(experiment, axis);
  if (path === null) return 'label';
  const read = readings(value);
  if (sections.includes(path)) {
    const found = read.map((one) => sectionFinding(experiment, path, one));
    return found.includes('held') ? 'held' : found[found.length - 1];
  }
  if (read.some((one) => isHeld(experiment, path, one))) return 'held';
  // They change no result, so their labels are free.
  if (unshaping.includes(path)) return 'label';
  return axis.includes('.') || read.some((one) => isPossible(experiment, path, one)) ? 'lost' : 'label';
};

/** Whether an axis is a setting whose value agrees with the experiment. */
export const isHeldAxis = (experiment: Experiment, axis: string, value: AxisValue): boolean =>
  findingOf(experiment, axis, value) === 'held';

const shown = (value: unknown): string => {
  const text =
    typeof value === 'string' || (typeof value === 'number' && !Number.isFinite(value))
      ? String(value)
      : canonical(value ?? null);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

/**
 * One sentence for each axis of a member that disagrees with its experiment. An axis that is not a setting, or whose
 * value is not valid for it, is a name chosen by its author and is not checked.
 *
 * @example
 * axisProblems({ axes: { 'training.rate': 0.1 }, experiment })
 * // ["the axis training.rate says 0.1, but the experiment holds 0.001"]
 */
export const axisProblems = ({
  axes,
  experiment,
}: {
  readonly axes: Readonly<Record<string, AxisValue>>;
  readonly experiment: Experiment;
}): readonly string[] =>
  Object.entries(axes).flatMap(([axis, value]) => {
    if (findingOf(experiment, axis, value) !== 'lost') return [];
    const path = pathOf(experiment, axis) ?? axis;
    const now = at(experiment, sections.includes(path) ? `${path}.name` : path);
    return [
      `the axis ${axis} says ${shown(value)}, but the experiment holds ${now === undefined ? 'no such setting' : shown(now)}`,
    ];
  });

/**
 * The paths of the settings that an axis decides: an axis of model names decides `model.name`, an axis of whole models
 * all settings that were written. Empty if the axis is a name chosen by its author.
 */
export const decidedBy = (experiment: Experiment, axis: string, value: AxisValue): readonly string[] => {
  const path = pathOf(experiment, axis);
  if (path === null) return [];
  if (!sections.includes(path)) return [path];
  const written = readings(value).find(t.UnknownRecord.is);
  return written === undefined || 'graph' in written || 'language' in written
    ? [`${path}.name`]
    : Object.keys(written).map((key) => `${path}.${key}`);
};

/** Whether changing one path changes another: they are the same, or one is part of the other. */
export const touches = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
