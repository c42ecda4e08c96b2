/** A cluster of one node on this machine: Slurm's own programs, with a configuration and a state of their own. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel'] as const;

const isThere = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Why there can be no cluster here; null if there can. */
export const whyNoCluster = (): string | null => {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0) return `${missing.join(', ')} are not installed`;
  return process.getuid?.() === 0 ? null : 'it takes root to run jobs for others';
};

/** A cluster that runs. */
export interface Cluster {
  /** The environment of commands that use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly run: (program: string, ...words: readonly string[]) => string;
  /** Kills the node and everything that runs on it, without notice. */
  readonly loseNode: () => void;
  readonly startNode: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const configuration = (folder: string, port: number): string =>
  `ClusterName=drumhead
SlurmctldHost=${hostname()}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/sock,cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldPort=${port}
SlurmdPort=${port + 1}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
KillWait=20
SchedulerParameters=batch_sched_delay=1,sched_interval=1,bf_interval=2,default_queue_depth=1000
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=vm NodeAddr=127.0.0.1 NodeHostname=${hostname()} CPUs=2 State=UNKNOWN
PartitionName=short Nodes=vm Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes=vm MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
`;

const until = async (is: () => boolean, what: string): Promise<void> => {
  for (let tries = 0; tries < 120; tries++) {
    if (is()) return;
    await setTimeout(500);
  }
  throw new Error(`${what} took more than a minute`);
};

/** Starts a cluster with two processors. */
export const startCluster = async (): Promise<Cluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-cluster-'));
  for (const name of ['munge', 'state', 'spool', 'log']) mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'munge'), 0o700);
  writeFileSync(join(folder, 'munge', 'key'), randomBytes(128), { mode: 0o400 });
  const port = 20_000 + 2 * (process.pid % 10_000);
  const conf = join(folder, 'slurm.conf');
  writeFileSync(conf, configuration(folder, port));
  const env = { ...process.env, SLURM_CONF: conf };
  const running = new Map<string, ChildProcess>();
  const begin = (program: string, ...words: readonly string[]): void => {
    const log = openSync(join(folder, 'log', program), 'a');
    running.set(program, spawn(program, words, { env, stdio: ['ignore', log, log] }));
  };
  const run = (program: string, ...words: readonly string[]): string =>
    execFileSync(program, words, { env, encoding: 'utf8' });
  const isIdle = (): boolean => {
    try {
      return /\b(idle|mix|alloc)/.test(run('sinfo', '--noheader', '--format=%T'));
    } catch {
      return false;
    }
  };
  const munge = (name: string): string => join(folder, 'munge', name);
  begin(
    'munged',
    '--foreground',
    '--force',
    `--key-file=${munge('key')}`,
    `--socket=${munge('sock')}`,
    `--pid-file=${munge('pid')}`,
    `--log-file=${munge('log')}`,
    `--seed-file=${munge('seed')}`,
  );
  await setTimeout(500);
  begin('slurmctld', '-D', '-c');
  await setTimeout(1000);
  const startNode = async (): Promise<void> => {
    begin('slurmd', '-D', '-N', 'vm');
    await until(isIdle, `the node (${readFileSync(join(folder, 'log', 'slurmctld'), 'utf8').slice(-500)})`);
  };
  await startNode();
  const loseNode = (): void => {
    running.get('slurmd')?.kill('SIGKILL');
    // processes of a step are found by their environment, since the step's daemon is not a child of the
    // node's process
    const lost = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((row) => /slurmstepd|slurm_script/.test(row) || row.includes(folder))
      .map((row) => Number(row.trim().split(/\s+/, 1)[0]))
      .filter(
        (pid) => pid > 1 && pid !== process.pid && ![...running.values()].some((one) => one.pid === pid),
      );
    for (const pid of lost)
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended by itself
      }
  };
  return {
    env: { SLURM_CONF: conf },
    run,
    loseNode,
    startNode,
    stop: async () => {
      try {
        run('scancel', '--partition=short');
      } catch {
        // nothing was left
      }
      for (const [, child] of [...running].reverse()) child.kill('SIGTERM');
      await setTimeout(1500);
      for (const [, child] of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
