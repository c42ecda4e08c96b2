/** Time that this process itself was running: what a step costs, also on a machine that is busy with other work. */

/** Milliseconds of processor time, all threads, since the process began. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
