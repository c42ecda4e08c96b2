/** The most memory that a process ever held. */

import { readFileSync } from 'node:fs';

/** Bytes. From /proc where there is one: the maximum that getrusage gives includes the process that started this one. */
export const peakBytes = (): number => {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return 1024 * Number(found[1]);
  } catch {
    // not Linux
  }
  return 1024 * process.resourceUsage().maxRSS;
};
