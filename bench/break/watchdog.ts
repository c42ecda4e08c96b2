/** Detects a process that hangs, from another thread, since a thread that never yields cannot time itself. */

import { Worker } from 'node:worker_threads';
import { end, patience } from './spent.js';

export interface Watchdog {
  /** Called when the work of this round begins. */
  readonly begins: (round: number) => void;
  /** Called when no work is running. */
  readonly rests: () => void;
  readonly end: () => Promise<void>;
}

// The processors' time is that of the whole process here too, not of the thread.
const code = `
const { workerData: { shared, command, patience, end } } = require('node:worker_threads');
const beats = new Float64Array(shared);
const busyNow = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
let told = -1;
setInterval(() => {
  const [since, round, before] = beats;
  if (since === 0) return;
  const [passed, busy] = [(Date.now() - since) / 1000, busyNow() - before];
  if (busy < patience.busy && passed < patience.passed) return;
  if (told !== round) require('node:fs').writeSync(1, '\\nno answer after ' + busy.toFixed(0) + ' s of the processors, ' + passed.toFixed(0) + ' s of the clock\\n  again: ' + command.replace('ROUND', round) + '\\n');
  told = round;
  if (busy > end.busy || passed > end.passed) process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/** Watches the process; after a long silence it prints the command that repeats the case. */
export const watchdog = (command: string): Watchdog => {
  const shared = new SharedArrayBuffer(24);
  const beats = new Float64Array(shared);
  const worker = new Worker(code, { eval: true, workerData: { shared, command, patience, end } });
  worker.unref();
  return {
    begins: (round) => {
      const { user, system } = process.cpuUsage();
      beats[2] = (user + system) / 1e6;
      beats[1] = round;
      beats[0] = Date.now();
    },
    rests: () => {
      beats[0] = 0;
    },
    end: async () => void (await worker.terminate()),
  };
};
