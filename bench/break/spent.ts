/**
 * What an input may take. The processors' time counts, which other work on the machine does not lengthen; the clock only
 * shows what waits for something that never comes, so its limit is far larger.
 */

/** Seconds of the processors and of the clock. */
export interface Spent {
  readonly busy: number;
  readonly passed: number;
}

/** An input that takes more is a fault. */
export const patience: Spent = { busy: 10, passed: 300 };

/** A process that takes more for one input is ended. */
export const end: Spent = { busy: 120, passed: 900 };

/** Starts to measure; the result tells what was spent since then, by all threads of this process. */
export const spending = (): (() => Spent) => {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { busy: (user + system) / 1e6, passed: (performance.now() - begun) / 1000 };
  };
};

/** The problem with what an input took; null where there is none. */
export const tooLong = ({ busy, passed }: Spent): string | null =>
  busy > patience.busy
    ? `it took ${busy.toFixed(1)} s of the processors`
    : passed > patience.passed
      ? `it took ${passed.toFixed(0)} s, most of it waiting`
      : null;
