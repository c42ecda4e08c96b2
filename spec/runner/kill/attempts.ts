/** Runs the tiny experiment in processes that are killed, again and again, until one gets to the end. */

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Random, stream } from '../../../src/base/random.js';
import type { Fault } from './faulty-disk.js';

/** Where a process dies: after so many events that it told, or by a fault of its disk. */
export type Death = { readonly kind: 'after event'; readonly at: number } | Fault;

export interface Attempt {
  readonly death: Death | null;
  readonly workers: number;
  readonly killed: boolean;
  readonly code: number | null;
  readonly said: string;
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const child = fileURLToPath(new URL('./child.ts', import.meta.url));

/** One process: killed at its death, or, if that never comes or there is none, left to its end. */
export const attempt = (runs: string, workers: number, death: Death | null): Promise<Attempt> =>
  new Promise((resolve, reject) => {
    const faults = death === null || death.kind === 'after event' ? [] : [death];
    const made = spawn(
      process.execPath,
      ['--import', tsx, child, runs, String(workers), JSON.stringify(faults)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    let events = 0;
    made.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    createInterface(made.stdout).on('line', () => {
      if (death?.kind === 'after event' && ++events === death.at) made.kill('SIGKILL');
    });
    made.on('error', reject);
    made.on('close', (code, signal) => resolve({ death, workers, killed: signal === 'SIGKILL', code, said }));
  });

/**
 * Draws the moment at which an attempt is killed. A whole run has about 18 events and changes its disk about 70 times.
 *
 * @param reach the last event at which it may be killed; the last write or rename is twice that
 */
const drawDeath = (random: Random, reach: number): Death => {
  switch (random.integer(4)) {
    case 0:
      return { kind: 'kill before rename', at: 1 + random.integer(2 * reach) };
    case 1:
      return { kind: 'kill in write', at: 1 + random.integer(2 * reach) };
    default:
      return { kind: 'after event', at: 1 + random.integer(reach) };
  }
};

export interface Survival {
  readonly kills: number;
  /** Processes that got to the end. */
  readonly finished: number;
  readonly attempts: readonly Attempt[];
}

/**
 * Starts a run again and again, and kills it, until `kills` processes were killed. When a run is finished, `finished` is
 * called, which removes it, so that the next attempt begins a new one.
 *
 * @param threads numbers of workers, used by the attempts in turn
 * @param reach see `drawDeath`
 */
export const killManyTimes = async (
  runs: string,
  seed: number,
  kills: number,
  { threads, reach }: { readonly threads: readonly number[]; readonly reach: number },
  finished: (attempts: readonly Attempt[]) => Promise<void>,
): Promise<Survival> => {
  const random = stream(seed, 'kill');
  const attempts: Attempt[] = [];
  let killed = 0;
  let ended = 0;
  let ofThis: Attempt[] = [];
  while (killed < kills || ofThis.length > 0) {
    const workers = threads[attempts.length % threads.length];
    const made = await attempt(runs, workers, killed < kills ? drawDeath(random, reach) : null);
    attempts.push(made);
    ofThis.push(made);
    if (made.killed) killed++;
    else if (made.code === 0) {
      ended++;
      await finished(ofThis);
      ofThis = [];
    } else throw new Error(`an attempt failed: ${made.said}`);
  }
  return { kills: killed, finished: ended, attempts };
};
