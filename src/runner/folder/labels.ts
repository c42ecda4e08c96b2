/**
 * The labels of runs, the same wherever they are shown: a member of a recorded sweep as in its sweep, any other run
 * by its own label or name and its differences from the others. Records of sweeps that cannot be read are ignored.
 */

import { basename, dirname, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as T from 'fp-ts/lib/Task.js';
import { canonical } from '../../base/canonical.js';
import type { Experiment } from '../../experiments/experiment.js';
import {
  experimentLabels,
  type Label,
  labelKey,
  memberLabels,
  withoutDoubles,
  withPart,
} from '../../experiments/label.js';
import { readComputedOn } from './computed-on.js';
import { runFoldersBelow } from './paths.js';
import { dataDigestIn, readExperiment, readRunRecord } from './record.js';
import { readSweep, recordedSweeps } from './sweep-file.js';

/** A run that is shown. */
export interface ShownRun {
  readonly folder: string;
  readonly experiment: Experiment;
}

/** A member of a sweep: its label, and the folders of its runs. */
interface Called {
  readonly sweep: string;
  readonly label: Label;
  readonly key: string;
  /** The label that a person gave to the member. */
  readonly own: string | undefined;
  readonly folders: ReadonlySet<string>;
}

/**
 * The folder of all runs above a run: `runs` of `runs/NAME/seed-0-…`. Null for a run folder that was moved elsewhere.
 */
const rootOf = ({ folder, experiment }: ShownRun): string | null => {
  const above = dirname(resolve(folder));
  const end = `${sep}${experiment.name.split('/').join(sep)}`;
  return basename(above) !== '' && above.endsWith(end) ? above.slice(0, -end.length) || sep : null;
};

const calledIn = async (runs: string): Promise<readonly Called[]> => {
  const found: Called[] = [];
  for (const name of await recordedSweeps(runs)) {
    const read = await readSweep(runs, name)();
    if (E.isLeft(read)) continue;
    const { sweep, runs: placed } = read.right;
    for (const [member, label] of memberLabels(sweep))
      found.push({
        sweep: name,
        label,
        key: labelKey(member.experiment),
        own: member.experiment.label,
        folders: new Set(
          placed.flatMap((run) =>
            run.member === member && run.folder !== null ? [resolve(run.folder)] : [],
          ),
        ),
      });
  }
  return found;
};

/**
 * Whether a run belongs to this member: it has the member's settings, or the member's folder and no label
 * that was given later.
 */
const isOf =
  ({ folder, experiment }: ShownRun) =>
  ({ folders, key, own }: Called): boolean =>
    key === labelKey(experiment) ||
    (folders.has(resolve(folder)) && (experiment.label === undefined || experiment.label === own));

/** The sweep that the caller asks about, else the one with the experiment's name, else the first. */
const chosen = (found: readonly Called[], name: string, asked: string | undefined): Called | undefined =>
  found.find(({ sweep }) => sweep === asked) ?? found.find(({ sweep }) => sweep === name) ?? found[0];

/**
 * The labels of runs, in their order. Runs of one experiment have one label, and no two experiments have the
 * same; if runs of one experiment were trained on different data, each label includes the digest of its data.
 *
 * @param asked the sweep to prefer if a run belongs to several
 *
 * @example
 * await labelsOfRuns([{ folder: 'runs/mine/seed-0-0123456789', experiment }])()
 * // [{ name: 'mine (rate 0.001)', differs: 'rate 0.001' }], where it is a member of a sweep along the rate
 */
export const labelsOfRuns =
  (shown: readonly ShownRun[], asked?: string): T.Task<readonly Label[]> =>
  async () => {
    const inRoot = new Map<string, readonly Called[]>();
    for (const run of shown) {
      const root = rootOf(run);
      if (root !== null && !inRoot.has(root)) inRoot.set(root, await calledIn(root));
    }
    const own = experimentLabels(shown.map(({ experiment }) => experiment));
    const keys = shown.map(({ experiment }) => labelKey(experiment));
    // Each experiment once, with the sweep that any of its runs belongs to.
    const labels = new Map<string, { readonly label: Label; readonly sweep: string | null }>();
    keys.forEach((key, i) => {
      if (labels.has(key)) return;
      const found = shown.flatMap((run, j) =>
        keys[j] === key ? (inRoot.get(rootOf(run) ?? '') ?? []).filter(isOf(run)) : [],
      );
      const called = chosen(found, shown[i].experiment.name, asked);
      labels.set(
        key,
        called === undefined ? { label: own[i], sweep: null } : { label: called.label, sweep: called.sweep },
      );
    });
    const names = new Map([...labels.keys()].map((key, i) => [key, withoutDoubles([...labels.values()])[i]]));
    const data = await dataParts(shown, keys);
    return keys.map((key, i) => {
      const label = names.get(key) ?? own[i];
      const part = data[i];
      return part === null ? label : withPart(label, part);
    });
  };

/** Whether runs of one task can have different data: it reads a person's files. */
const readsFiles = ({ experiment: { task } }: ShownRun): boolean =>
  'folder' in task || task.name === 'generated' || ('mnistDir' in task && task.mnistDir !== null);

/**
 * The part of a label that distinguishes runs of equal settings on different data; null if none is needed.
 * Runs of earlier versions do not record their data: two of the same seed and engine are distinguished by
 * their identities.
 */
const dataParts = async (
  shown: readonly ShownRun[],
  keys: readonly string[],
): Promise<readonly (string | null)[]> => {
  const parts: (string | null)[] = shown.map(() => null);
  for (const key of new Set(keys)) {
    const alike = shown.flatMap((run, i) => (keys[i] === key && readsFiles(run) ? [i] : []));
    if (alike.length < 2) continue;
    const data = await Promise.all(alike.map((i) => dataDigestIn(shown[i].folder)()));
    if (new Set(data.filter((digest) => digest !== null)).size > 1)
      alike.forEach((i, k) => {
        parts[i] = `data ${data[k]?.slice(0, 8) ?? 'unknown'}`;
      });
    else if (data.every((digest) => digest === null)) {
      const runs = await Promise.all(alike.map((i) => begunIn(shown[i].folder)));
      const again = (k: number): boolean =>
        runs.some(({ how, identity }) => how === runs[k].how && identity !== runs[k].identity);
      if (runs.some((_, k) => again(k)))
        alike.forEach((i, k) => {
          parts[i] = `data of ${runs[k].identity.slice(0, 8)}`;
        });
    }
  }
  return parts;
};

/** The identity of a run, and its seed and engine as one text. */
const begunIn = async (folder: string): Promise<{ readonly identity: string; readonly how: string }> => {
  const record = await readRunRecord(folder)();
  const on = await readComputedOn(folder)();
  return E.isRight(record) && E.isRight(on)
    ? { identity: record.right.identity, how: canonical([record.right.seed, on.right]) }
    : { identity: 'unknown', how: folder };
};

/** The other runs of a run's name. Those that cannot be read are left out. */
const neighbours = async (run: ShownRun): Promise<readonly ShownRun[]> => {
  if (rootOf(run) === null) return [];
  const found: ShownRun[] = [];
  const own = resolve(run.folder);
  for (const folder of await runFoldersBelow(dirname(own))) {
    if (folder === own || dirname(folder) !== dirname(own)) continue;
    const experiment = await readExperiment(folder)();
    if (E.isRight(experiment)) found.push({ folder, experiment: experiment.right });
  }
  return found;
};

/**
 * The label of one run among the others of its name, so that no two pages of different runs have the same
 * title.
 */
export const labelOfRun =
  (run: ShownRun): T.Task<string> =>
  async () =>
    (await labelsOfRuns([run, ...(await neighbours(run))])())[0].name;

/** A sentence if a run of a sweep was relabelled since; otherwise none. */
export const relabelledSince = (
  { folder, experiment: { label } }: ShownRun,
  member: Experiment,
  called: string,
): readonly string[] =>
  label === undefined || label === member.label
    ? []
    : [`${folder} was called '${label}' later; here it is called as in its sweep, '${called}'`];
