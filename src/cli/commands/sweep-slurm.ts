/** `drumhead sweep --slurm`: an array job of the unfinished runs. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { aligned } from '../../base/aligned.js';
import { decodeWith, fieldsUnknownTo } from '../../base/codec.js';
import { type Checked, decodeError, type Effect, fileError } from '../../base/error.js';
import { type Engine, type EngineChoice, type Kernels, kernelsOf } from '../../engine/index.js';
import type { Member, Sweep } from '../../experiments/sweep/sweep.js';
import { isPresent } from '../../files/files.js';
import { makeFolder } from '../../files/make-folder.js';
import { duration } from '../../report/page/numbers.js';
import { type SlurmOptions, slurmCodec } from '../../runner/cluster/options.js';
import { folderOfSweep, recordSubmitted, type ToSubmit, toSubmit } from '../../runner/cluster/plan.js';
import { speedsThere } from '../../runner/cluster/probe.js';
import { slurmFolder, submit } from '../../runner/cluster/slurm-queue.js';
import { slurmScript, type TaskCommand } from '../../runner/cluster/slurm-script.js';
import { probeOf, type Speed } from '../../runner/run/estimate.js';
import { isDocument, readDocument } from '../document/document.js';
import { settingsFlag } from '../flags/flags.js';
import { kindOf, kindsOf, type Sized, secondsOf, sharedProbes, sized, speedsOf } from '../show/sized.js';

/** The flags `--slurm`, `--sbatch` and `--dry-run`. */
export interface SlurmFlags {
  /** True for the bare flag; else a profile or a file. */
  readonly slurm: string | true;
  readonly sbatch?: readonly string[];
  readonly dryRun?: boolean;
  /** With a dry run: measured on a node of the partition. */
  readonly probe?: boolean;
}

/** The folder of profiles, one file for each cluster. */
const profiles = (): string =>
  join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'drumhead', 'clusters');

const endings = ['json', 'yaml', 'yml'] as const;

/** The file of a profile; null if none was named. */
const fileOf = (slurm: string | true): Effect<string | null> => {
  if (slurm !== true && isDocument(slurm)) return TE.right(slurm);
  const name = slurm === true ? 'default' : slurm;
  return async () => {
    for (const ending of endings) {
      const path = join(profiles(), `${name}.${ending}`);
      const there = await isPresent(path)();
      if (E.isRight(there) && there.right) return E.right(path);
    }
    return slurm === true
      ? E.right(null)
      : E.left(
          decodeError(
            '--slurm',
            `there is no profile '${name}': no ${join(profiles(), `${name}.json`)} (or .yaml) and no such file`,
          ),
        );
  };
};

/** Options of a profile, overridden by those of the command line; unknown names are passed to sbatch unchanged. */
export const slurmOptions = ({ slurm, sbatch = [] }: SlurmFlags): Effect<SlurmOptions> =>
  pipe(
    TE.fromEither(asked(sbatch)),
    TE.bindTo('given'),
    TE.bind('path', () => fileOf(slurm)),
    TE.bind('profile', ({ path }) => (path === null ? TE.right({}) : readDocument(path))),
    TE.flatMapEither(({ given, path, profile }): Checked<SlurmOptions> => {
      if (!t.UnknownRecord.is(profile)) return E.left(decodeError(path ?? '--slurm', 'it is not an object'));
      const { lines = [], ...rest } = profile;
      return decodeWith(
        slurmCodec,
        path === null ? '--sbatch' : `${path} with --sbatch`,
      )({
        ...rest,
        ...given.ours,
        lines: Array.isArray(lines) ? [...lines, ...given.others] : lines,
      });
    }),
  );

interface Given {
  readonly ours: Readonly<Record<string, unknown>>;
  readonly others: readonly string[];
}

/** Options as `partition=short time=1:00:00 exclusive`; a word without `=` is an option without a value. */
const asked = (words: readonly string[]): Checked<Given> => {
  const nameIn = (word: string): string => word.split('=', 1)[0];
  const wrong = words.filter((word) => !/^[A-Za-z][\w-]*(=.+)?$/.test(word));
  if (wrong.length > 0)
    return E.left(
      decodeError(
        '--sbatch',
        wrong.map((word) => `'${word}' is neither name=value nor the name of an option`),
      ),
    );
  const unknown = fieldsUnknownTo(slurmCodec, Object.fromEntries(words.map((word) => [nameIn(word), null])));
  const ours = words.filter((word) => !unknown.includes(nameIn(word)));
  return pipe(
    // times such as 1:30:00 and 2-12 stay text
    settingsFlag(
      '--sbatch',
      ours.filter((word) => nameIn(word) !== 'time'),
    ),
    E.map((settings) => ({
      ours: {
        ...settings,
        ...Object.fromEntries(
          ours.filter((word) => nameIn(word) === 'time').map((word) => ['time', word.slice('time='.length)]),
        ),
      },
      others: words.filter((word) => unknown.includes(nameIn(word))).map((word) => `--${word}`),
    })),
  );
};

/** The settings with which a sweep is submitted. */
export interface SlurmSetting {
  readonly engine: EngineChoice;
  readonly kernels?: Kernels;
  readonly runs: string;
  readonly cache: string;
  readonly pictures: boolean;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const byMember = (runs: ToSubmit['plan']): ReadonlyMap<Member, ToSubmit['plan']> => {
  const found = new Map<Member, ToSubmit['plan'][number][]>();
  for (const run of runs) {
    const of = found.get(run.member);
    if (of === undefined) found.set(run.member, [run]);
    else of.push(run);
  }
  return found;
};

/** The speed of each kind of model in one thread, and where it was measured. */
interface Probed {
  readonly speeds: ReadonlyMap<string, Pick<Speed, 'flopsPerSecond'>>;
  readonly where: string;
}

const probedHere = (members: readonly Sized[], engine: Engine): Effect<Probed> =>
  pipe(
    speedsOf(members, engine),
    TE.map((speeds) => ({ speeds, where: 'this machine; --probe measures on the partition' })),
  );

const probedThere = (members: readonly Sized[], engine: Engine, options: SlurmOptions): Effect<Probed> =>
  pipe(
    kindsOf(members),
    E.traverseArray(([kind, { experiment, sizes }]) =>
      pipe(
        probeOf(experiment, sizes),
        E.map(({ graph }) => ({ kind, program: graph, loss: experiment.loss })),
      ),
    ),
    TE.fromEither,
    TE.flatMap((probes) => speedsThere(engine, probes, options, process.cwd())),
    TE.map(({ node, flopsPerSecond }) => ({
      speeds: new Map(
        Object.entries(flopsPerSecond).map(([kind, speed]) => [kind, { flopsPerSecond: speed }] as const),
      ),
      where: `${node}, a node of ${options.partition === null ? 'the partition' : `the partition ${options.partition}`}`,
    })),
  );

/** Runs done, runs to do and the estimated time: a line for each member and one for all. */
const tableOf = (
  { sweep, plan, open, queued, engine }: ToSubmit,
  members: readonly Sized[],
  { speeds, where }: Probed,
  cpus: number,
): string => {
  const hours = members.map((one) => {
    const speed = speeds.get(kindOf(one));
    return speed === undefined ? 0 : secondsOf(one, speed) / cpus;
  });
  const [all, toDo] = [byMember(plan), byMember(open)];
  const rows = sweep.members.map((member, i) => {
    const of = all.get(member) ?? [];
    const left = toDo.get(member)?.length ?? 0;
    return {
      cells: [
        of[0]?.name ?? member.experiment.name,
        String(of.filter(({ result }) => result !== null).length),
        String(left),
        duration(hours[i]),
        duration(hours[i] * left),
      ],
      left: hours[i] * left,
    };
  });
  const total = rows.reduce((sum, row) => sum + row.left, 0);
  return [
    `${sweep.name}: ${count(plan.length, 'run')}, ${plan.length - open.length - queued} done, ` +
      `${queued === 0 ? '' : `${queued} in the queue, `}${open.length} to do`,
    '',
    ...aligned(
      [['member', 'done', 'to do', 'a run', 'in all'], ...rows.map(({ cells }) => cells)],
      [1, 2, 3, 4],
    ),
    '',
    `time: about ${duration(total)} of ${count(cpus, 'thread')} in all; an estimate, from short probes on ${engine.name} of ${where}${sharedProbes(members)}`,
  ].join('\n');
};

const taskOf = ({ sweep, engine }: ToSubmit, setting: SlurmSetting): TaskCommand => ({
  program: [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? 'drumhead')],
  cwd: process.cwd(),
  sweep: resolve(folderOfSweep(setting.runs, sweep.name)),
  more: [
    '--runs',
    resolve(setting.runs),
    '--engine',
    engine.name,
    ...(kernelsOf(engine) === 'op by op' ? ['--fuse', 'off'] : []),
    ...(setting.pictures ? [] : ['--no-pictures']),
  ],
});

const scriptOf = (ready: ToSubmit, options: SlurmOptions, setting: SlurmSetting): string =>
  slurmScript(
    ready.sweep.name,
    ready.parts,
    taskOf(ready, setting),
    resolve(slurmFolder(folderOfSweep(setting.runs, ready.sweep.name))),
    options,
  );

/** The script, and a description of what it would do. Nothing is written, and no run is submitted. */
const dryRun =
  (probe: boolean) =>
  (ready: ToSubmit, options: SlurmOptions, setting: SlurmSetting): Effect<string> =>
    pipe(
      ready.sweep.members,
      TE.traverseSeqArray(({ experiment }) => sized(experiment)),
      TE.bindTo('members'),
      TE.bind('probed', ({ members }) =>
        probe ? probedThere(members, ready.engine, options) : probedHere(members, ready.engine),
      ),
      TE.map(({ members, probed }) =>
        [
          tableOf(ready, members, probed, options.cpus),
          '',
          ready.open.length === 0 ? 'nothing to submit' : scriptOf(ready, options, setting).trimEnd(),
        ].join('\n'),
      ),
    );

const submitted = (ready: ToSubmit, options: SlurmOptions, setting: SlurmSetting): Effect<string> => {
  const { sweep, open, queued, parts } = ready;
  const waiting = queued === 0 ? '' : `; ${queued} in the queue already`;
  if (open.length === 0)
    return TE.right(`${sweep.name}: nothing to submit${queued === 0 ? ', every run is finished' : waiting}`);
  const folder = folderOfSweep(setting.runs, sweep.name);
  return pipe(
    recordSubmitted(ready, setting.runs),
    TE.tap(() =>
      TE.tryCatch(
        () => makeFolder(slurmFolder(folder)),
        (cause) => fileError(slurmFolder(folder), cause),
      ),
    ),
    TE.flatMap(() => submit(folder, scriptOf(ready, options, setting), parts)),
    TE.map(
      ({ job }) =>
        `${sweep.name}: submitted job ${job}, ${count(open.length, 'run')} in ${count(parts.numbers.length, 'task')}${waiting}\n` +
        `  logs: ${slurmFolder(folder)}\n` +
        `  \`drumhead status ${sweep.name} --watch\` shows how far they are`,
    ),
  );
};

/**
 * Submits the unfinished runs as one array job; with --dry-run only shows it, and with --probe too by the speed that a
 * short job measures on the partition.
 *
 * **Errors** DecodeError for the options, and as for a sweep, before anything runs; Mismatch if sbatch is missing or
 * refuses.
 */
export const sweepOnSlurm = (
  sweep: Sweep,
  options: SlurmOptions,
  { dry, probe }: { readonly dry: boolean; readonly probe: boolean },
  setting: SlurmSetting,
): Effect<string> =>
  pipe(
    toSubmit(sweep, { ...setting, arraySize: options.arraySize }),
    TE.flatMap((ready) => (dry ? dryRun(probe) : submitted)(ready, options, setting)),
  );
