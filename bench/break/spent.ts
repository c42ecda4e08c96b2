/**
 * The time that an input may take. Processor time counts, since other work on the machine does not lengthen
 * it. The clock only detects waiting for something that never happens, so its limit is far larger.
 */

/** Seconds of the processors and of the clock. */
export interface Spent {
  readonly busy: number;
  readonly passed: number;
}

/** The limit beyond which an input is a fault. */
export const patience: Spent = { busy: 10, passed: 300 };

/** The limit for one input beyond which the process is ended. */
export const end: Spent = { busy: 120, passed: 900 };

/** Starts to measure; the returned function gives the time since then, of all threads of this process. */
export const spending = (): (() => Spent) => {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { busy: (user + system) / 1e6, passed: (performance.now() - begun) / 1000 };
  };
};

/** The problem with the time of an input; null if there is none. */
export const tooLong = ({ busy, passed }: Spent): string | null =>
  busy > patience.busy
    ? `it took ${busy.toFixed(1)} s of the processors`
    : passed > patience.passed
      ? `it took ${passed.toFixed(0)} s, most of it waiting`
      : null;
