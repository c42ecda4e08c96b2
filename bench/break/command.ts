/** Runs the command line as a process of its own: plain, traced by strace, or killed after a time. */

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const drumhead = fileURLToPath(new URL('../../bin/drumhead.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
  /** Seconds of all processors. */
  readonly busy: number;
  /** Peak memory in MB, sampled ten times a second. */
  readonly megabytes: number;
}

/** Calls of the system that change a file. Reads, and files that are only opened, are not among them. */
const mutating =
  'write,pwrite64,writev,pwritev,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,ftruncate,truncate,fsync,fdatasync,link,linkat,symlink,symlinkat';

/** How a process is ended early. */
export type End =
  | { readonly kind: 'never' }
  /** Killed at the n-th call that changes a file. */
  | { readonly kind: 'call'; readonly at: number }
  | { readonly kind: 'time'; readonly milliseconds: number };

/** Whether strace is installed and may trace. */
export const mayTrace = (): boolean =>
  spawnSync('strace', ['-f', '-q', '-o', '/dev/null', '-e', 'trace=write', 'true'], { timeout: 20_000 })
    .status === 0;

const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

/** Processor time of a process in ticks of 10 ms. */
const ticksOf = (pid: number): number => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
};

/** Runs a command in a folder, to its own end or to the planned one. */
export const command = (
  words: readonly string[],
  cwd: string,
  end: End = { kind: 'never' },
  patience = 300,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const traced = end.kind === 'call';
    const made = spawn(
      traced ? 'strace' : process.execPath,
      traced
        ? [
            '-f',
            '-q',
            '-o',
            '/dev/null',
            '-e',
            `trace=${mutating}`,
            '-e',
            `inject=${mutating}:signal=KILL:when=${end.at}`,
            process.execPath,
            drumhead,
            ...words,
          ]
        : [drumhead, ...words],
      {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        // One thread does all work on files, so that its calls can be counted.
        env: { ...process.env, UV_THREADPOOL_SIZE: '1', NO_COLOR: '1', CI: '1' },
      },
    );
    let [out, err, megabytes, ticks] = ['', '', 0, 0];
    made.stdout.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(0, 200_000);
    });
    made.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(0, 200_000);
    });
    const pulse = setInterval(() => {
      const { pid = 0 } = made;
      megabytes = Math.max(megabytes, peakOf(pid));
      ticks = Math.max(ticks, ticksOf(pid));
      if (performance.now() - begun > 1000 * patience) made.kill('SIGKILL');
    }, 100);
    const killer = end.kind === 'time' ? setTimeout(() => made.kill('SIGKILL'), end.milliseconds) : null;
    made.on('error', reject);
    made.on('close', (code, signal) => {
      clearInterval(pulse);
      if (killer !== null) clearTimeout(killer);
      resolve({
        code,
        signal,
        out,
        err,
        seconds: (performance.now() - begun) / 1000,
        busy: ticks / 100,
        megabytes,
      });
    });
  });
