/**
 * Tells whether runs were trained on the data that a person's files hold today. The settings of a run contain
 * the paths of files, not their content, so runs before and after a correction of masks have the same
 * settings.
 */

import * as E from 'fp-ts/lib/Either.js';
import type * as T from 'fp-ts/lib/Task.js';
import { canonical } from '../../base/canonical.js';
import { isOwnTask } from '../../data/task.js';
import { hashProgram } from '../../dsl/index.js';
import { engineLabel } from '../../engine/engine.js';
import { EngineName } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { identityOf } from '../../experiments/identity.js';
import { programFor } from '../../experiments/model.js';
import { type ResolvedData, resolveData } from '../run/identity.js';
import type { RunSummary } from './summary.js';

/** The facts that identify a run's data. */
export type OfData = Pick<
  RunSummary,
  'experiment' | 'seed' | 'data' | 'identity' | 'engine' | 'arithmetic' | 'kernels'
>;

/** A digest, shortened for people. */
export const shortDigest = (digest: string): string => digest.slice(0, 8);

/** The identity that a run would have on this data; null if it is unknown. */
const identityOnData = (run: OfData, resolved: ResolvedData): string | null => {
  const { experiment, seed, engine, arithmetic, kernels } = run;
  if (!EngineName.is(engine)) return null;
  const program = programFor(experiment.model, experiment.loss, resolved.sizes);
  if (E.isLeft(program)) return null;
  const label = engineLabel({ name: engine, fused: kernels === 'fused' });
  return identityOf(
    { ...experiment, task: resolved.experiment.task },
    { program: hashProgram(program.right), seed, engine: label, data: resolved.data, arithmetic },
  );
};

/**
 * Whether a run was trained on this data. Runs of earlier versions do not record their data, but their
 * identity depends on it. If it is unknown, the data count as the same.
 */
export const isOfData = (run: OfData, resolved: ResolvedData): boolean => {
  if (run.data !== null) return run.data === resolved.data;
  const identity = run.identity === null ? null : identityOnData(run, resolved);
  return identity === null || identity === run.identity;
};

/**
 * The data in the files of a task today; null for generated data and for files that cannot be read. Each task
 * is read once.
 */
export type Today = (experiment: Experiment) => T.Task<ResolvedData | null>;

/**
 * A reader of today's data that reads each task once.
 *
 * @param cache the folder that keeps scans of large files
 */
export const readingOnce = (cache?: string): Today => {
  const read = new Map<string, Promise<ResolvedData | null>>();
  return (experiment) => () => {
    const key = canonical(experiment.task);
    const before = read.get(key);
    if (before !== undefined) return before;
    const now = resolveData(experiment, cache)().then((resolved) =>
      E.isRight(resolved) ? resolved.right : null,
    );
    read.set(key, now);
    return now;
  };
};

/** Runs of the same settings by their data, and a sentence if none is on today's. */
export interface ByData {
  /** The runs on today's data if there are any, else all. */
  readonly meant: readonly RunSummary[];
  /** The runs on other data, if there are some on today's. */
  readonly others: readonly RunSummary[];
  readonly note: string | null;
}

const dataOf = (runs: readonly RunSummary[]): string => {
  const known = [...new Set(runs.flatMap(({ data }) => (data === null ? [] : [shortDigest(data)])))];
  return known.length === 0 ? '' : ` (data ${known.join(', ')})`;
};

/**
 * Splits runs of an experiment's settings by their data.
 *
 * @example
 * await byData(readingOnce())(experiment, runs)()   // { meant: [the run on the corrected masks], others: [the first run], note: null }
 */
export const byData =
  (today: Today) =>
  (experiment: Experiment, runs: readonly RunSummary[]): T.Task<ByData> =>
  async () => {
    const all: ByData = { meant: runs, others: [], note: null };
    const resolved = runs.length === 0 ? null : await today(experiment)();
    if (resolved === null) return all;
    const meant = runs.filter((run) => isOfData(run, resolved));
    const others = runs.filter((run) => !meant.includes(run));
    if (meant.length > 0) return { meant, others, note: null };
    return {
      ...all,
      note:
        `the files of ${isOwnTask(experiment.task) ? experiment.task.folder : experiment.name} ` +
        `hold other data than ${runs.length === 1 ? 'this run was' : 'these runs were'} trained on${dataOf(runs)}: ` +
        `${resolved.data === undefined ? '' : `data ${shortDigest(resolved.data)} is there now, and `}no run of it is there yet`,
    };
  };
