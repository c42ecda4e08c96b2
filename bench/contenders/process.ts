/** Starts contenders and talks with them. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeWith } from '../../src/base/codec.js';
import { type Case, type Phase, value } from '../cases.js';
import { type Answer, answerCodec, type Contender, type Request } from './protocol.js';

export interface Running {
  readonly contender: Contender;
  readonly batch: number;
  /** Takes one step; returns its seconds and the peak memory so far. Rejects if it fails. */
  readonly step: (phase: Phase) => Promise<Extract<Answer, { readonly kind: 'done' }>>;
  readonly close: () => void;
}

const python = process.env.PYTHON ?? '/usr/bin/python3';
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Debian's OpenBLAS with OpenMP, if it is installed: it shares its threads with PyTorch. */
const openBlas = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/openblas-openmp/libopenblas.so.0`;

/**
 * The fastest settings of PyTorch on two cores: one pool of threads, and memory that is kept and not freed.
 */
const tuned = (): NodeJS.ProcessEnv => ({
  ...(existsSync(openBlas) ? { LD_PRELOAD: openBlas } : {}),
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '34359738368',
  MALLOC_TOP_PAD_: '268435456',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  OMP_NUM_THREADS: '2',
});

/** Whether a contender is another library, in Python. */
export const isPeer = (contender: Contender): boolean => contender === 'jax' || contender.startsWith('torch');

const start = (contender: Contender) =>
  isPeer(contender)
    ? spawn(python, [place(contender === 'jax' ? '../peers/jax_worker.py' : '../peers/worker.py')], {
        env: { ...process.env, ...tuned(), PYTHONDONTWRITEBYTECODE: '1' },
        stdio: ['pipe', 'pipe', 'ignore'],
      })
    : spawn(process.execPath, ['--import', 'tsx', place('./drumhead.ts')], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });

const alone: readonly Contender[] = ['native-1', 'fused-1', 'stock'];

/** The threads of a contender. */
export const threadsOf = (contender: Contender): 1 | 2 => (alone.includes(contender) ? 1 : 2);

const importing = (library: 'torch' | 'jax'): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = spawn(python, ['-c', `import ${library}`], { stdio: 'ignore' });
    probe.on('error', () => resolve(false));
    probe.on('exit', (code) => resolve(code === 0));
  });

/** Whether PyTorch can be imported. */
export const hasTorch = (): Promise<boolean> => importing('torch');

/** Whether JAX can be imported. */
export const hasJax = (): Promise<boolean> => importing('jax');

/** A process that holds the case's model. Rejects with the reason if there is none. */
export const openContender = async (
  contender: Contender,
  { model, sizes }: Pick<Case, 'model' | 'sizes'>,
  batch: number,
): Promise<Running> => {
  const child = start(contender);
  const waiting: ((answer: Answer) => void)[] = [];
  const failed = (message: string): void => {
    for (const resolve of waiting.splice(0)) resolve({ kind: 'failed', message });
  };
  child.on('error', (cause) => failed(cause.message));
  child.on('exit', (code, signal) => failed(`the process ended (${signal ?? code})`));
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) waiting.shift()?.(value(decodeWith(answerCodec, contender)(JSON.parse(line))));
  });
  const ask = (request: Request): Promise<Extract<Answer, { readonly kind: 'done' }>> =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null) return reject(new Error('the process has ended'));
      waiting.push((answer) =>
        answer.kind === 'done' ? resolve(answer) : reject(new Error(answer.message)),
      );
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  const close = (): void => void child.kill();
  try {
    await ask({ kind: 'open', contender, model, sizes, batch, threads: threadsOf(contender) });
  } catch (cause) {
    close();
    throw cause;
  }
  return { contender, batch, step: (phase) => ask({ kind: 'step', phase }), close };
};
