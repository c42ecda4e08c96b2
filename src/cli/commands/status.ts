/** `drumhead status`: how far every run is. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { clearScreenDown, cursorTo } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, fileError, unknownName } from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import { memberName } from '../../experiments/label.js';
import { sweepNames } from '../../experiments/sweeps.js';
import { type Table, terminalTable } from '../../report/tables/index.js';
import { isRunFolderName, runFoldersBelow } from '../../runner/place.js';
import {
  notBegun,
  type RunState,
  type RunStatus,
  runStates,
  statusesOf,
  statusOf,
} from '../../runner/status.js';
import { readSweep, sweepPath } from '../../runner/sweep/file.js';
import { answer } from '../edge.js';
import { duration } from '../progress.js';
import { allNames } from '../source.js';

export interface StatusFlags {
  readonly runs: string;
  readonly watch?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true;

const inFolderOf = async (folder: string, thorough: boolean): Promise<readonly RunStatus[]> => {
  const folders = isRunFolderName(folder.split('/').at(-1) ?? '') ? [folder] : await runFoldersBelow(folder);
  return statusesOf(folders, thorough);
};

/** The runs of a sweep, those that did not begin too. */
const ofSweep = (
  runs: string,
  name: string,
  thorough: boolean,
): TE.TaskEither<DrumheadError, readonly RunStatus[]> =>
  pipe(
    readSweep(runs, name),
    TE.chainTaskK((record) => async () => {
      const found: RunStatus[] = [];
      const nameIn = memberName(record.sweep);
      for (const { member, seed, folder } of record.runs) {
        const { name, training } = member.experiment;
        const label = nameIn(member);
        found.push(
          folder !== null && (await isFolder(folder))
            ? { ...(await statusOf(folder, thorough)), label }
            : notBegun(folder ?? '', { name, label, seed, epochs: training.epochs }),
        );
      }
      return found;
    }),
  );

/**
 * The runs that a name means: a sweep that was begun here, an experiment's, or those below a folder; all of them for
 * none.
 *
 * **Errors** UnknownName, FileError.
 */
export const statuses =
  (
    name: string | undefined,
    { runs, check = false }: StatusFlags,
  ): TE.TaskEither<DrumheadError, readonly RunStatus[]> =>
  async () => {
    if (name !== undefined && Object.hasOwn(drumExperiments, name))
      return E.left(
        decodeError(
          name,
          `drums are struck in one go; \`drumhead run ${name}\` does it, or says what was heard`,
        ),
      );
    const folder = name ?? runs;
    if (name !== undefined && (await stat(sweepPath(runs, name)).catch(() => null)) !== null)
      return ofSweep(runs, name, check)();
    if (await isFolder(folder)) return E.right(await inFolderOf(folder, check));
    if (name === undefined) return E.left(fileError(runs, Object.assign(new Error(), { code: 'ENOENT' })));
    const below = join(runs, name);
    if (await isFolder(below)) return E.right(await inFolderOf(below, check));
    if (allNames.includes(name))
      return E.left(decodeError(name, `no run of it is in '${runs}' yet; ${beginning(name)} begins it`));
    const begun = await runFoldersBelow(runs);
    const names = begun.map((path) => path.slice(runs.length + 1).replace(/\/seed-[^/]*$/, ''));
    return E.left(unknownName('run or sweep', name, [...new Set([...names, ...sweepNames])]));
  };

const beginning = (name: string): string =>
  `\`drumhead ${sweepNames.includes(name) ? 'sweep' : 'run'} ${name}\``;

const score = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : value.toFixed(4);

const stateText = ({ state, pid }: RunStatus): string => (pid === null ? state : `${state} (${pid})`);

const lastCell = ({ problem, result, secondsLeft }: RunStatus): string =>
  problem ?? (secondsLeft === null ? (result?.stoppedEarly ?? '') : `about ${duration(secondsLeft)} left`);

const cells = (run: RunStatus): readonly string[] => [
  run.label,
  run.seed === null ? '' : String(run.seed),
  stateText(run),
  `${run.epoch}${run.epochs === null ? '' : ` of ${run.epochs}`}`,
  score(run.last?.trainLoss),
  score(run.last?.validation?.loss),
  score(run.result === null ? run.last?.validation?.foregroundIou : run.result.test.foregroundIou),
  lastCell(run),
];

const counted = (runs: readonly RunStatus[]): string => {
  const count = (state: RunState): number => runs.filter((run) => run.state === state).length;
  const parts = runStates.filter((state) => count(state) > 0).map((state) => `${count(state)} ${state}`);
  return `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
};

/** The table of runs as it is shown. */
export const statusTable = (runs: readonly RunStatus[]): string => {
  const left = (name: string) => ({ name, align: 'left' as const });
  const right = (name: string) => ({ name, align: 'right' as const });
  const table: Table = {
    title: counted(runs),
    columns: [
      left('run'),
      right('seed'),
      left('state'),
      right('epoch'),
      right('train loss'),
      right('validation loss'),
      right('foreground IoU'),
      left(''),
    ],
    groups: runs.map((run) => [{ kind: 'chief', cells: cells(run) }]),
    notes: [],
  };
  return runs.length === 0 ? 'no runs here yet' : terminalTable(table);
};

const shown = (json: boolean, runs: readonly RunStatus[]): string =>
  json ? JSON.stringify(runs, null, 2) : statusTable(runs);

const secondsBetween = 2;

/** Shows it again and again until Ctrl-C; elsewhere than on a terminal only what changed. */
const watch =
  (name: string | undefined, flags: StatusFlags): TE.TaskEither<DrumheadError, string> =>
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

export const status = (name: string | undefined, flags: StatusFlags): TE.TaskEither<DrumheadError, string> =>
  flags.watch === true
    ? watch(name, flags)
    : pipe(
        statuses(name, flags),
        TE.map((runs) => shown(flags.json === true, runs)),
      );
