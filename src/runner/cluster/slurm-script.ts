/** The script of an array job: a task for each part of a sweep. */

import type { SlurmOptions } from './options.js';

/** What a task runs. */
export interface TaskCommand {
  /** The program and its first arguments, such as node and its entry. */
  readonly program: readonly string[];
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** The sweep: a folder with its record. */
  readonly sweep: string;
  /** Further arguments, such as `--runs`. */
  readonly more: readonly string[];
}

/** The parts of a sweep that are submitted. */
export interface Parts {
  /** Counted from 1. */
  readonly numbers: readonly number[];
  readonly of: number;
}

/** A word quoted for the shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/**
 * Numbers as Slurm lists them.
 *
 * @example
 * ranges([1, 2, 3, 7, 9, 10]); // => '1-3,7,9-10'
 */
export const ranges = (numbers: readonly number[]): string => {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
};

/** The name of a job: letters and digits, since Slurm's own tools cut others. */
const jobName = (name: string): string => `drumhead-${name.replace(/[^\w-]+/g, '-')}`;

/**
 * The script that sbatch takes. A signal to it (USR1 before the time limit, TERM at preemption) asks the run
 * to save its state and end; then the task is put back into the queue, as often as the options allow.
 *
 * @param logs the folder of the tasks' output
 */
export const slurmScript = (
  name: string,
  { numbers, of }: Parts,
  { program, cwd, sweep, more }: TaskCommand,
  logs: string,
  o: SlurmOptions,
): string => {
  const given: readonly (readonly [string, string | number | null])[] = [
    ['job-name', jobName(name)],
    ['array', `${ranges(numbers)}${o.atOnce === null ? '' : `%${o.atOnce}`}`],
    ['output', `${logs}/%A_%a.log`],
    ['open-mode', 'append'],
    ['signal', `B:USR1@${o.notice}`],
    ['cpus-per-task', o.cpus],
    ['partition', o.partition],
    ['account', o.account],
    ['qos', o.qos],
    ['gres', o.gres],
    ['constraint', o.constraint],
    ['time', o.time],
    ['mem', o.memory],
    ['mail-user', o.mail],
    ['mail-type', o.mail === null ? null : 'END,FAIL'],
  ];
  const task = [...program, 'sweep', sweep, '--jobs', '1', '--workers', String(o.cpus), ...more].map(quoted);
  return `${[
    '#!/bin/bash',
    ...given.flatMap(([option, value]) => (value === null ? [] : [`#SBATCH --${option}=${value}`])),
    '#SBATCH --requeue',
    ...o.lines.map((line) => `#SBATCH ${line}`),
    '',
    `cd ${quoted(cwd)} || exit 1`,
    ...o.setup,
    '',
    '# a signal ends a wait, not the run: it saves its state first',
    "run=''; asked=''",
    'ask() { asked=yes; kill -TERM "$run" 2>/dev/null; }',
    'trap ask USR1 TERM',
    `${task.join(' ')} --shard "$SLURM_ARRAY_TASK_ID/${of}" &`,
    'run=$!',
    '# one that came before there was anybody to tell',
    '[ -z "$asked" ] || ask',
    'wait "$run"; code=$?',
    'while kill -0 "$run" 2>/dev/null; do wait "$run"; code=$?; done',
    '',
    '# 130: stopped, its state is saved; 75: its process died. Anything else, and what a person cancelled, is not tried again.',
    'task="$SLURM_ARRAY_JOB_ID"_"$SLURM_ARRAY_TASK_ID"',
    `log=${quoted(logs)}/"$task".log`,
    '# Slurm ends a task at preemption or the time limit with a reason in its log; without one, a person cancelled it',
    'ending() { scontrol show job "$task" 2>/dev/null | grep -Eq \'JobState=(COMPLETING|CANCELLED)\'; }',
    'cancelled() { ending && ! tail -n 20 "$log" 2>/dev/null | grep -q \' DUE TO \'; }',
    `if { [ "$code" = 130 ] || [ "$code" = 75 ]; } && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${o.restarts} ] && ! cancelled; then`,
    '  scontrol requeue "$task" && sleep 60',
    'fi',
    'exit "$code"',
  ].join('\n')}\n`;
};
