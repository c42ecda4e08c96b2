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

/** Bytes that can still be had; unlimited where the system does not say. */
export const available = (): number => {
  try {
    return 1024 * Number(/^MemAvailable:\s*(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

/** A fresh process, one step; nothing where there is no room for as much as `atMost` bytes. */
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
