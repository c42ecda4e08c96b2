/** Differences between two experiments, by path, and the runs that two sweeps share. */

import { canonical, hashOf } from '../base/canonical.js';
import { hashProgram } from '../dsl/index.js';
import type { Experiment } from './experiment.js';
import { shapingOf } from './identity.js';
import type { Model } from './model.js';
import type { Preset } from './settings/presets.js';
import { runsOf, type Sweep, type SweepRun } from './sweep/sweep.js';

/** A setting that differs; undefined if one of them has no such setting. */
export interface Difference {
  readonly path: string;
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** Whether it changes results; names, seeds, scores and outputs do not. */
  readonly shapes: boolean;
}

type Leaves = ReadonlyMap<string, string>;

/** Settings by path; a list is one setting, and so is the meaning of values in masks. */
const leavesOf = (value: unknown, path = ''): readonly (readonly [string, string])[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !path.endsWith('.labels')
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`))
    : [[path, typeof value === 'string' ? value : canonical(value)]];

/** A whole program counts as one setting: its hash. */
const modelOf = (model: Model): unknown =>
  model.name === 'program' ? { name: 'program', program: hashProgram(model).slice(0, 16) } : model;

const settingsOf = (experiment: Experiment): Leaves =>
  new Map(leavesOf({ ...experiment, model: modelOf(experiment.model) }));

const shaping = /^(task|model|loss|training|augment)\./;

const between = (a: Leaves, b: Leaves, shapes: (path: string) => boolean): readonly Difference[] =>
  [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => ({ path, a: a.get(path), b: b.get(path), shapes: shapes(path) }));

/**
 * The settings that differ, in the order of an experiment's keys.
 *
 * **Laws** Nothing differs from itself; differencesOf(b, a) is differencesOf(a, b) with both sides exchanged.
 */
export const differencesOf = (a: Experiment, b: Experiment): readonly Difference[] =>
  between(settingsOf(a), settingsOf(b), (path) => shaping.test(path));

/** `differencesOf` for any plain data in which every setting changes results. */
export const dataDifferences = (a: unknown, b: unknown): readonly Difference[] =>
  between(new Map(leavesOf(a)), new Map(leavesOf(b)), () => true);

/**
 * The changes of an experiment by a preset, in one sentence; null if it changed nothing.
 *
 * @example
 * presetNote('quick', mine, smaller('quick')(mine))   // '--preset quick changes training.epochs 20 -> 4'
 */
export const presetNote = (preset: Preset, before: Experiment, after: Experiment): string | null => {
  const changes = differencesOf(before, after).map(({ path, a, b }) => `${path} ${a ?? '-'} -> ${b ?? '-'}`);
  return changes.length === 0 ? null : `--preset ${preset} changes ${changes.join(', ')}`;
};

/** The runs of two sweeps: in both, and in only one of them. */
export interface SharedRuns {
  readonly shared: readonly SweepRun[];
  readonly onlyA: readonly SweepRun[];
  readonly onlyB: readonly SweepRun[];
}

/**
 * The runs that two sweeps have in common on the same engine, and that are therefore run once.
 *
 * @param programOf identifies programs: by their hash if it is known, else by the model's settings
 * @param dataOf the digest of data from files, if they were read
 */
export const sharedRuns = (
  a: Sweep,
  b: Sweep,
  programOf: (experiment: Experiment) => string = ({ model }) => hashOf(model),
  dataOf: (experiment: Experiment) => string | undefined = () => undefined,
): SharedRuns => {
  const key = ({ member: { experiment }, seed }: SweepRun): string =>
    hashOf({ ...shapingOf(experiment, { program: programOf(experiment), data: dataOf(experiment) }), seed });
  const runs = (sweep: Sweep): ReadonlyMap<string, SweepRun> =>
    new Map(runsOf(sweep).map((run) => [key(run), run]));
  const [ofA, ofB] = [runs(a), runs(b)];
  const without = (these: ReadonlyMap<string, SweepRun>, others: ReadonlyMap<string, SweepRun>) =>
    [...these].flatMap(([at, run]) => (others.has(at) ? [] : [run]));
  return {
    shared: [...ofA].flatMap(([at, run]) => (ofB.has(at) ? [run] : [])),
    onlyA: without(ofA, ofB),
    onlyB: without(ofB, ofA),
  };
};
