/** The state of a run, from its folder alone. Nothing is written, and no running process is disturbed. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, type DrumheadError, errorMessage, isRefused } from '../../base/error.js';
import type { Experiment } from '../../experiments/experiment.js';
import { checkFigures, checkSeals } from '../folder/check-seals.js';
import { type ComputedOn, readComputedOn, unsaid } from '../folder/computed-on.js';
import { readFailure } from '../folder/failure.js';
import { files } from '../folder/files.js';
import { labelsOfRuns } from '../folder/labels.js';
import { type Position, readPosition } from '../folder/ongoing/checkpoint.js';
import { workerIn } from '../folder/ongoing/lock.js';
import { readProgress } from '../folder/ongoing/progress.js';
import { seedOf } from '../folder/paths.js';
import { type RunRecord, readExperiment, readRunRecord } from '../folder/record.js';
import { type Result, readResult } from '../folder/result.js';
import type { EpochMetrics } from '../training/state.js';
import { readMetrics } from './summary.js';

/** The states of a run. */
export const runStates = [
  'finished',
  'running',
  'unfinished',
  'failed',
  'damaged',
  'cannot be read',
  'not begun',
] as const;
export type RunState = (typeof runStates)[number];

/** The state of a run, from its folder. */
export interface RunStatus extends ComputedOn {
  readonly folder: string;
  /** The name of its experiment; null if the folder has none. */
  readonly name: string | null;
  /** The label of its experiment among those beside it. */
  readonly label: string;
  readonly seed: number | null;
  readonly state: RunState;
  /** The process that works on it. */
  readonly pid: number | null;
  /** The number of finished epochs, and of planned ones. */
  readonly epoch: number;
  readonly epochs: number | null;
  /** The metrics of the last epoch that was saved. */
  readonly last: EpochMetrics | null;
  readonly result: Result | null;
  /** The run's own estimate while it runs. */
  readonly secondsLeft: number | null;
  /** The problem, in one line. */
  readonly problem: string | null;
  /** The state of its unfinished task in Slurm: `waits: Resources`; null if no task is in a queue. */
  readonly queue: string | null;
  /** The folder of the same finished run, if this one is a copy of it. */
  readonly copyOf: string | null;
}

/** A run that has no folder yet. */
export const notBegun = (
  folder: string,
  { name, label, seed, epochs }: Pick<RunStatus, 'name' | 'label' | 'seed' | 'epochs'>,
): RunStatus => ({
  folder,
  name,
  label,
  seed,
  state: 'not begun',
  pid: null,
  epoch: 0,
  epochs,
  last: null,
  result: null,
  secondsLeft: null,
  problem: null,
  queue: null,
  copyOf: null,
  ...unsaid,
});

const firstLine = (error: DrumheadError): string => errorMessage(error).split('\n')[0];

/** Everything that was read from a run folder. */
export interface Readings {
  readonly record: Checked<RunRecord>;
  readonly position: Checked<Position | null>;
  readonly result: Checked<Result | null>;
  /** Whether all files are unchanged. */
  readonly seals: Checked<unknown>;
  readonly failure: string | null;
  readonly pid: number | null;
}

const rightOf = <A>(read: Checked<A>): A | null => (E.isRight(read) ? read.right : null);

const hasBegun = (result: Checked<Result | null>, position: Checked<Position | null>): boolean =>
  rightOf(result) !== null || rightOf(position) !== null;

/** The state of a run, and its problem in one line. */
export const stateOf = ({
  record,
  position,
  result,
  seals,
  failure,
  pid,
}: Readings): [RunState, string | null] => {
  if (pid !== null) return ['running', null];
  // The first runs had no run.json.
  const recordless = E.isLeft(record) && record.left._tag === 'FileError' && hasBegun(result, position);
  const wrong = [...(recordless ? [] : [record]), result, position, seals].filter(E.isLeft);
  const damage = wrong.find(({ left }) => isRefused(left)) ?? wrong[0];
  if (damage !== undefined)
    return [isRefused(damage.left) ? 'cannot be read' : 'damaged', firstLine(damage.left)];
  const newest = rightOf(position)?.problem;
  const note = newest === undefined ? null : `${firstLine(newest)}; the one before it counts`;
  if (rightOf(result) !== null) return ['finished', note];
  return failure === null ? ['unfinished', note] : ['failed', failure.split('\n')[0]];
};

/**
 * The state and progress of the run in a folder.
 *
 * @param thorough also compares the files of a run that is not finished with what was written
 *
 * @example
 * statusOf('runs/tetrominoes/nwm-linear/seed-0-0123456789', false)   // { state: 'unfinished', epoch: 3, epochs: 25, … }
 */
export const statusOf = async (folder: string, thorough: boolean): Promise<RunStatus> => {
  const record = await readRunRecord(folder)();
  const result = await readResult(folder)();
  const whole = rightOf(result) !== null || thorough;
  const sealed = whole ? await checkSeals(folder)() : E.right(undefined);
  const seals = whole && E.isRight(sealed) ? await checkFigures(folder)() : sealed;
  const position = await readPosition(folder)();
  const failure = rightOf(await readFailure(folder)());
  const computedOn = rightOf(await readComputedOn(folder)()) ?? unsaid;
  const pid = await workerIn(folder);
  const progress = pid === null ? null : rightOf(await readProgress(folder)());
  const [state, problem] = stateOf({ record, position, result, seals, failure, pid });
  const known = rightOf(record);
  const finished = rightOf(result);
  // A finished run needs no checkpoint: its sealed metrics hold every epoch.
  const metrics = finished === null ? null : rightOf(await readMetrics(join(folder, files.metrics))());
  const last = (metrics ?? rightOf(position)?.history ?? []).at(-1) ?? null;
  return {
    folder,
    name: known?.name ?? finished?.name ?? null,
    label: known?.name ?? finished?.name ?? folder,
    seed: known?.seed ?? finished?.seed ?? seedOf(folder),
    state,
    pid,
    epoch: finished?.epochs ?? rightOf(position)?.epoch ?? 0,
    epochs: known?.epochs ?? null,
    last,
    result: finished,
    secondsLeft: progress?.secondsLeft ?? null,
    problem,
    queue: null,
    copyOf: null,
    ...computedOn,
  };
};

/**
 * The state and progress of the runs in these folders, each under its label; a member of a sweep has its
 * label there.
 *
 * @param thorough as `statusOf` takes it
 */
export const statusesOf = async (
  folders: readonly string[],
  thorough: boolean,
): Promise<readonly RunStatus[]> => {
  const found: { readonly status: RunStatus; readonly experiment: Experiment | null }[] = [];
  for (const folder of folders) {
    const experiment = rightOf(await readExperiment(folder)());
    found.push({ status: await statusOf(folder, thorough), experiment });
  }
  const labels = await labelsOfRuns(
    found.flatMap(({ status: { folder }, experiment }) =>
      experiment === null ? [] : [{ folder, experiment }],
    ),
  )();
  const next = labels.values();
  return withCopies(
    found.map(({ status, experiment }) =>
      experiment === null ? status : { ...status, label: next.next().value?.name ?? status.label },
    ),
  );
};

/** Marks copies of a finished run: the first folder counts, as in tables. */
const withCopies = (runs: readonly RunStatus[]): readonly RunStatus[] => {
  const first = new Map<string, string>();
  return runs.map((run) => {
    const identity = run.state === 'finished' ? run.result?.identity : undefined;
    const before = identity === undefined ? undefined : first.get(identity);
    if (identity !== undefined && before === undefined) first.set(identity, run.folder);
    return before === undefined ? run : { ...run, copyOf: before };
  });
};
