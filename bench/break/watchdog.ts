/** Notices a process that hangs: a thread that never yields cannot time itself. */

import { Worker } from 'node:worker_threads';

export interface Watchdog {
  /** Work begins, in a round of this number. */
  readonly begins: (round: number) => void;
  /** Nothing is under way. */
  readonly rests: () => void;
  readonly end: () => Promise<void>;
}

/** Seconds after which a reader counts as hanging, and after which the process is ended. */
const [patience, end] = [10, 120];

const code = `
const { workerData: { shared, command, patience, end } } = require('node:worker_threads');
const beats = new Float64Array(shared);
let told = -1;
setInterval(() => {
  const [since, round] = beats;
  const seconds = (Date.now() - since) / 1000;
  if (since === 0 || seconds < patience) return;
  if (told !== round) require('node:fs').writeSync(1, '\\nno answer for ' + patience + ' s\\n  again: ' + command.replace('ROUND', round) + '\\n');
  told = round;
  if (seconds > end) process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/** Watches the process; after a long silence it prints the command that repeats the case. */
export const watchdog = (command: string): Watchdog => {
  const shared = new SharedArrayBuffer(16);
  const beats = new Float64Array(shared);
  const worker = new Worker(code, { eval: true, workerData: { shared, command, patience, end } });
  worker.unref();
  return {
    begins: (round) => {
      beats[1] = round;
      beats[0] = Date.now();
    },
    rests: () => {
      beats[0] = 0;
    },
    end: async () => void (await worker.terminate()),
  };
};
