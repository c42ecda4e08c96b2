/** Peak memory of a process. */

import { readFileSync } from 'node:fs';

/**
 * Bytes. Read from /proc if there is one, since the maximum of getrusage includes the process that started
 * this one.
 */
export const peakBytes = (): number => {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return 1024 * Number(found[1]);
  } catch {
    // not Linux
  }
  return 1024 * process.resourceUsage().maxRSS;
};
