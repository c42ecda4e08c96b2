/** Time that this process itself was running: what a step costs, also on a machine that is busy with other work. */

/** Milliseconds of processor time, all threads, since the process began. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The value of some work, and how long it took by the wall and by the processor. */
export const timed = async <A>(work: () => A | Promise<A>): Promise<{ seconds: string; value: A }> => {
  const [start, used] = [performance.now(), processorTime()];
  const value = await work();
  const [wall, processor] = [performance.now() - start, processorTime() - used];
  return { seconds: `${(wall / 1000).toFixed(2)} s (processor ${(processor / 1000).toFixed(2)} s)`, value };
};
