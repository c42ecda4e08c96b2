/**
 * Assigns runs to the members of a sweep, each once, under its label; members without a run are listed too.
 * Pure.
 */

import { canonical } from '../../base/canonical.js';
import type { Experiment } from '../../experiments/experiment.js';
import { shapingOf } from '../../experiments/identity.js';
import { type Label, memberLabels } from '../../experiments/label.js';
import { type Member, runsOf, type Sweep } from '../../experiments/sweep/sweep.js';
import type { GroupedRun } from '../../report/tables/index.js';
import { keptScores } from './kept-scores.js';
import type { RunSummary, UnreadRun } from './summary.js';

/** A run; `record` is null for one that did not begin or cannot be shown. */
export interface CollectedRun {
  readonly experiment: Experiment;
  readonly seed: number;
  /** The label of its experiment among the others. */
  readonly label: Label;
  readonly record: RunSummary | null;
  /** Its folder, if that is there but cannot be shown. */
  readonly unread: UnreadRun | null;
}

/** The state of a run in one or two words. */
export const stateIn = ({ record, unread }: Pick<CollectedRun, 'record' | 'unread'>): GroupedRun['state'] =>
  record?.state ?? unread?.state ?? 'not begun';

/** A collected run as the tables take it. */
export const groupedRun = ({ experiment, seed, label, record, unread }: CollectedRun): GroupedRun => ({
  experiment,
  seed,
  label,
  scores: record === null ? null : keptScores(record),
  state: stateIn({ record, unread }),
  record,
});

/**
 * The key of a run: equal for runs that are the same but for their engine. Names, scores and pictures are not in it.
 */
const keyOf = (experiment: Experiment, seed: number): string =>
  canonical({ ...shapingOf(experiment, { program: canonical(experiment.model) }), seed });

/**
 * The key of an experiment: equal for experiments with the same runs. Names, seeds, scores and pictures are not in
 * it.
 */
export const settingsKey = (experiment: Experiment): string =>
  canonical(shapingOf(experiment, { program: canonical(experiment.model) }));

/** Runs, and notes on them, one sentence each. */
interface Once {
  readonly runs: readonly CollectedRun[];
  readonly notes: readonly string[];
}

/** Each run once under its label, and a note for each run that several members share. */
export const onceEach = (listed: readonly CollectedRun[]): Once => {
  const runOf = ({ experiment, seed, record }: CollectedRun): string =>
    record?.identity ?? record?.folder ?? keyOf(experiment, seed);
  const seen = new Set<string>();
  const runs = listed.filter((run) => {
    const key = canonical([run.label.name, runOf(run)]);
    return !seen.has(key) && seen.add(key);
  });
  const made = new Set(runs.map(runOf)).size;
  return {
    runs,
    notes:
      made === runs.length
        ? []
        : [
            `${made} ${made === 1 ? 'run stands' : 'runs stand'} here in ${runs.length} places: members that differ in nothing share their runs`,
          ],
  };
};

export const labelIn = (sweep: Sweep): ((member: Member) => Label) => {
  const labels = memberLabels(sweep);
  return (member) => labels.get(member) ?? { name: member.experiment.name, differs: '' };
};

/**
 * Whether a run is preferred to another of the same settings: finished before unfinished, newer arithmetic before
 * older, fused kernels before op by op, then more epochs.
 */
const isBetter = (run: RunSummary, before: RunSummary): boolean => {
  const rank = ({ scores, arithmetic, kernels, epochs }: RunSummary): readonly number[] => [
    scores === null ? 0 : 1,
    arithmetic,
    kernels === 'op by op' ? 0 : 1,
    scores === null ? epochs : 0,
  ];
  const [a, b] = [rank(run), rank(before)];
  const first = a.findIndex((value, i) => value !== b[i]);
  return first >= 0 && a[first] > b[first];
};

/** Notes for runs of different arithmetics or kernels in one table. */
export const arithmeticNotes = (runs: readonly CollectedRun[]): readonly string[] => {
  const records = runs.flatMap(({ record }) => (record === null ? [] : [record]));
  const found = [...new Set(records.map(({ arithmetic }) => arithmetic))];
  const kernels = new Set(records.flatMap((record) => record.kernels ?? []));
  const together = (what: string): string => `${what} stand here together; they differ in their last bits`;
  return [
    ...(found.length < 2
      ? []
      : [together(`runs of the arithmetics ${found.sort((a, b) => a - b).join(' and ')}`)]),
    ...(kernels.size < 2 ? [] : [together('runs with fused kernels and runs op by op')]),
  ];
};

/** The folder of a run that cannot be shown, with what is still known of it. */
export interface Placed {
  readonly run: UnreadRun;
  /** Its settings, if its experiment is as it was written. */
  readonly experiment: Experiment | null;
  /** The name above its folder, and the seed in the name of the folder. */
  readonly name: string;
  readonly seed: number;
}

/**
 * The runs of a sweep among those found; of several with the same settings the preferred one. A damaged run is known by
 * its settings. Where these cannot be read it is known by its name and seed, if only one run that is wanted has them:
 * members of a grid share both.
 */
export const collectSweep = (
  sweep: Sweep,
  found: readonly RunSummary[],
  damaged: readonly Placed[] = [],
): readonly CollectedRun[] => {
  const byKey = new Map<string, RunSummary>();
  for (const run of found) {
    const key = keyOf(run.experiment, run.seed);
    const before = byKey.get(key);
    if (before === undefined || isBetter(run, before)) byKey.set(key, run);
  }
  const wanted = runsOf(sweep).map(({ member, seed }) => ({
    member,
    seed,
    key: keyOf(member.experiment, seed),
  }));
  const lacking = wanted.filter(({ key }) => !byKey.has(key));
  const unreadByKey = new Map<string, UnreadRun>();
  for (const { run, experiment } of damaged) {
    const key = experiment === null ? null : keyOf(experiment, experiment.seeds[0]);
    if (key !== null && !unreadByKey.has(key)) unreadByKey.set(key, run);
  }
  for (const { run, experiment, name, seed } of damaged) {
    if (experiment !== null) continue;
    const alike = lacking.filter((one) => one.member.experiment.name === name && one.seed === seed);
    const keys = [...new Set(alike.map(({ key }) => key))];
    if (keys.length === 1 && !unreadByKey.has(keys[0])) unreadByKey.set(keys[0], run);
  }
  const label = labelIn(sweep);
  return wanted.map(({ member, seed, key }) => {
    const record = byKey.get(key) ?? null;
    const unread = record === null ? (unreadByKey.get(key) ?? null) : null;
    return { experiment: member.experiment, seed, label: label(member), record, unread };
  });
};
