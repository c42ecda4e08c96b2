/** `drumhead status`: the progress of every run. */

import { basename, join } from 'node:path';
import { clearScreenDown, cursorTo } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect, errorMessage, fileError, unknownName } from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import { memberName } from '../../experiments/label.js';
import { chiefScore, chiefWords, type Measures } from '../../experiments/scores/measures.js';
import { sweepNames } from '../../experiments/sweep/sweeps.js';
import { kindOf } from '../../files/kind-of.js';
import { notFolder, notFolderError } from '../../files/path-fault.js';
import { columnsWide, scoreFigure, type Table, terminalTable } from '../../report/tables/index.js';
import { folderOfSweep } from '../../runner/cluster/plan.js';
import { queuedRuns, queueOf, submittedIn } from '../../runner/cluster/slurm-queue.js';
import { relabelledSince } from '../../runner/folder/labels.js';
import { isRunFolderName, runFoldersBelow } from '../../runner/folder/paths.js';
import { readExperiment } from '../../runner/folder/record.js';
import { readSweep, sweepPath } from '../../runner/folder/sweep-file.js';
import { collect } from '../../runner/results/collection.js';
import {
  notBegun,
  type RunState,
  type RunStatus,
  runStates,
  statusesOf,
  statusOf,
} from '../../runner/results/status.js';
import { isDocument } from '../document/document.js';
import { answer, remark } from '../edge.js';
import { allNames } from '../source/find.js';
import { sweepFrom } from '../source/source.js';
import { duration } from '../terminal/progress.js';
import { terminalWidth } from '../terminal/terminal-width.js';

export interface StatusFlags {
  readonly runs: string;
  readonly watch?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

const isFolder = async (path: string): Promise<boolean> => (await kindOf(path)) === 'folder';

const inFolderOf = async (folder: string, thorough: boolean): Promise<readonly RunStatus[]> => {
  const folders = isRunFolderName(basename(folder)) ? [folder] : await runFoldersBelow(folder);
  return statusesOf(folders, thorough);
};

/**
 * The runs of a file or of the folder of a sweep's record: those of its experiment, or of the members of its sweep,
 * including those that have not begun.
 */
const ofFile = (file: string, runs: string, thorough: boolean): Effect<readonly RunStatus[]> =>
  pipe(
    collect(file, runs, sweepFrom(file, 'full')),
    TE.tapIO(({ notes }) => () => {
      for (const note of notes) remark(`note: ${note}`);
    }),
    TE.flatMapTask((found) => async () => {
      const all: RunStatus[] = [];
      for (const { experiment, seed, label, record, unread } of found.runs) {
        const folder = record?.folder ?? unread?.folder;
        all.push(
          folder === undefined
            ? notBegun('', {
                name: experiment.name,
                label: label.name,
                seed,
                epochs: experiment.training.epochs,
              })
            : { ...(await statusOf(folder, thorough)), label: label.name },
        );
      }
      return all;
    }),
  );

/** The state in Slurm of each run of a submitted sweep. */
const queueFor = async (runs: string, name: string, count: number): Promise<readonly (string | null)[]> => {
  const jobs = await submittedIn(folderOfSweep(runs, name))();
  if (E.isLeft(jobs)) {
    remark(`note: ${errorMessage(jobs.left)}`);
    return [];
  }
  const queue = await queueOf(jobs.right)();
  if (E.isLeft(queue)) {
    remark(`note: ${errorMessage(queue.left)}; which runs wait is not known`);
    return [];
  }
  return queuedRuns(jobs.right, queue.right, count).map((task) =>
    task === null
      ? null
      : task.state === 'PENDING'
        ? `waits: ${task.reason}`
        : `in the queue: ${task.state.toLowerCase()}`,
  );
};

/** The runs of a sweep, including those that have not begun. */
const ofSweep = (runs: string, name: string, thorough: boolean): Effect<readonly RunStatus[]> =>
  pipe(
    readSweep(runs, name),
    TE.flatMapTask((record) => async () => {
      const found: RunStatus[] = [];
      const nameIn = memberName(record.sweep);
      const queue = await queueFor(runs, name, record.runs.length);
      for (const [index, { member, seed, folder }] of record.runs.entries()) {
        const { name, training } = member.experiment;
        const label = nameIn(member);
        const there = folder !== null && (await isFolder(folder));
        const own = there ? await readExperiment(folder)() : null;
        if (there && own !== null && E.isRight(own))
          for (const note of relabelledSince({ folder, experiment: own.right }, member.experiment, label))
            remark(`note: ${note}`);
        const run = there
          ? { ...(await statusOf(folder, thorough)), label }
          : notBegun(folder ?? '', { name, label, seed, epochs: training.epochs });
        const done = run.state === 'finished' || run.state === 'running';
        found.push({ ...run, queue: done ? null : (queue[index] ?? null) });
      }
      return found;
    }),
  );

/**
 * The runs of a name: those of a sweep that was begun here, those of an experiment, or those below a folder; without a
 * name all runs.
 *
 * **Errors** UnknownName, FileError.
 */
export const statuses =
  (name: string | undefined, { runs, check = false }: StatusFlags): Effect<readonly RunStatus[]> =>
  async () => {
    if (name !== undefined && Object.hasOwn(drumExperiments, name))
      return E.left(
        decodeError(
          name,
          `drums are struck in one go; \`drumhead run ${name}\` does it, or says what was heard`,
        ),
      );
    const folder = name ?? runs;
    if (name !== undefined && (await kindOf(sweepPath(runs, name))) !== null)
      return ofSweep(runs, name, check)();
    if (name !== undefined && (await kindOf(join(name, 'sweep.json'))) !== null)
      return ofFile(name, runs, check)();
    if (await isFolder(folder)) return E.right(await inFolderOf(folder, check));
    const stands = notFolder(folder);
    if (name === undefined)
      return E.left(
        stands === null
          ? fileError(runs, Object.assign(new Error(), { code: 'ENOENT' }))
          : notFolderError(stands),
      );
    const below = join(runs, name);
    if (await isFolder(below)) return E.right(await inFolderOf(below, check));
    if (isDocument(name)) return ofFile(name, runs, check)();
    if (allNames.includes(name))
      return E.left(decodeError(name, `no run of it is in '${runs}' yet; ${beginning(name)} begins it`));
    if (stands?.path === name) return E.left(notFolderError(stands));
    const begun = await runFoldersBelow(runs);
    const names = begun.map((path) => path.slice(runs.length + 1).replace(/\/seed-[^/]*$/, ''));
    return E.left(unknownName('run or sweep', name, [...new Set([...names, ...sweepNames])]));
  };

const beginning = (name: string): string =>
  `\`drumhead ${sweepNames.includes(name) ? 'sweep' : 'run'} ${name}\``;

const score = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : scoreFigure(value);

/** The kernels are named if they are op by op, since that is a different run than the default with fused kernels. */
const stateText = ({ state, pid, kernels, queue }: RunStatus): string =>
  `${state}${pid === null ? '' : ` (${pid})`}${queue === null ? '' : `, ${queue}`}${kernels === 'op by op' ? ', op by op' : ''}`;

const leftText = ({ secondsLeft }: RunStatus): string =>
  secondsLeft === null ? '' : `about ${duration(secondsLeft)}`;

/** The name is shortened if there is no room for it, so that every run has one line. */
const begin = (run: RunStatus): readonly string[] => [
  run.label,
  run.seed === null ? '' : String(run.seed),
  stateText(run),
  `${run.epoch}${run.epochs === null ? '' : ` of ${run.epochs}`}`,
];

/** The heading of the main score: its name if all runs have the same, else null. */
const chiefNameOf = (runs: readonly RunStatus[]): string | null => {
  const all = runs.flatMap(({ last, result }) => [last?.validation, result?.test]);
  const names = new Set(all.flatMap((scores) => (scores == null ? [] : [chiefWords(chiefScore(scores))])));
  if (names.size === 0) return 'foreground IoU';
  const [only] = names;
  return names.size === 1 ? only : null;
};

/** The main score, with its name if the heading does not have it. */
const chiefOf = (scores: Measures | null | undefined, named: string | null): string => {
  if (scores == null) return '';
  const chief = chiefScore(scores);
  const value = score(chief.value);
  return value === '' || named !== null ? value : `${chiefWords(chief)} ${value}`;
};

/** One score, with its images. */
const oneScore = ({ result, last }: RunStatus, named: string | null): string => {
  const value = chiefOf(result === null ? last?.validation : result.test, named);
  return value === '' ? '' : `${result === null ? 'validation' : 'test'} ${value}`;
};

const counted = (runs: readonly RunStatus[]): string => {
  const count = (state: RunState): number => runs.filter((run) => run.state === state).length;
  const parts = runStates.filter((state) => count(state) > 0).map((state) => `${count(state)} ${state}`);
  return `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
};

/** Problems and early stops are listed below the table, where there is room. */
const remarks = (runs: readonly RunStatus[]): readonly string[] =>
  runs.flatMap(({ label, seed, state, problem, result }) => {
    const words = problem ?? result?.stoppedEarly ?? null;
    return words === null ? [] : [`${label}${seed === null ? '' : `, seed ${seed}`}, ${state}: ${words}`];
  });

const left = (name: string) => ({ name, align: 'left' as const });
const right = (name: string) => ({ name, align: 'right' as const });
const firstColumns = [
  { ...left('run'), narrow: 'cut' as const },
  right('seed'),
  left('state'),
  right('epoch'),
];

const wide = (runs: readonly RunStatus[]): Table => {
  const named = chiefNameOf(runs);
  const timed = runs.some(({ secondsLeft }) => secondsLeft !== null);
  return {
    title: counted(runs),
    columns: [
      ...firstColumns,
      right('train loss'),
      right('validation loss'),
      right(`validation ${named ?? 'score'}`),
      right(`test ${named ?? 'score'}`),
      ...(timed ? [left('time left')] : []),
    ],
    groups: runs.map((run) => [
      {
        kind: 'chief',
        cells: [
          ...begin(run),
          score(run.last?.trainLoss),
          score(run.last?.validation?.loss),
          chiefOf(run.last?.validation, named),
          chiefOf(run.result?.test, named),
          ...(timed ? [leftText(run)] : []),
        ],
      },
    ]),
    notes: remarks(runs),
  };
};

const narrow = (runs: readonly RunStatus[]): Table => {
  const named = chiefNameOf(runs);
  return {
    title: counted(runs),
    columns: [...firstColumns, right(named ?? 'score')],
    groups: runs.map((run) => [{ kind: 'chief', cells: [...begin(run), oneScore(run, named)] }]),
    notes: remarks(runs),
  };
};

/**
 * The table of runs, one line per run.
 *
 * @param width columns of the terminal; if there is no room for all scores, only the latest main score is shown
 */
export const statusTable = (runs: readonly RunStatus[], width?: number): string => {
  if (runs.length === 0) return 'no runs here yet';
  const own = runs.filter(({ copyOf }) => copyOf === null);
  const copies = runs.flatMap(({ folder, copyOf }) =>
    copyOf === null ? [] : [`left out: ${folder} is the same run as ${copyOf}`],
  );
  const whole = terminalTable({ ...wide(own), notes: [] });
  const fits = width === undefined || whole.split('\n').every((line) => columnsWide(line) <= width);
  const table = (fits ? wide : narrow)(own);
  return terminalTable({ ...table, notes: [...table.notes, ...copies] }, width);
};

const shown = (json: boolean, runs: readonly RunStatus[]): string =>
  json ? JSON.stringify(runs, null, 2) : statusTable(runs, terminalWidth());

const secondsBetween = 2;

/** Shows the table every two seconds until Ctrl-C; without a terminal only when it changed. */
const watch =
  (name: string | undefined, flags: StatusFlags): Effect<string> =>
  async () => {
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    for (let last = ''; ; ) {
      const found = await statuses(name, flags)();
      if (E.isLeft(found)) return found;
      const text = shown(flags.json === true, found.right);
      if (process.stdout.isTTY) {
        cursorTo(process.stdout, 0, 0);
        clearScreenDown(process.stdout);
        answer(`${text}\n\nCtrl-C ends this; the runs go on`);
      } else if (text !== last) answer(text);
      last = text;
      await setTimeout(1000 * secondsBetween, null, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return E.right('');
    }
  };

/** The states of runs, once or until Ctrl-C. */
export const status = (name: string | undefined, flags: StatusFlags): Effect<string> =>
  flags.watch === true
    ? watch(name, flags)
    : pipe(
        statuses(name, flags),
        TE.map((runs) => shown(flags.json === true, runs)),
      );
