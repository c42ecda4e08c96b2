/** Peak memory of a whole process that takes one training step. */

import { readFileSync } from 'node:fs';
import type { Case } from './cases.js';
import { openContender } from './contenders/process.js';
import type { Contender } from './contenders/protocol.js';

export interface Held {
  readonly contender: Contender;
  readonly batch: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Available memory in bytes; infinite if the system does not say. */
export const available = (): number => {
  try {
    return 1024 * Number(/^MemAvailable:\s*(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

/** Takes one step in a fresh process; undefined if fewer than `atMost` bytes are available. */
export const peakOf = async (
  one: Case,
  contender: Contender,
  batch: number,
  atMost: number,
): Promise<Held | undefined> => {
  if (available() < atMost) return undefined;
  const running = await openContender(contender, one, batch);
  try {
    const { seconds, peakBytes } = await running.step('train');
    return { contender, batch, seconds, peakBytes };
  } finally {
    running.close();
  }
};
