/** What happens to the tasks of an array on nodes that fail, by a simulated clock. */

import type { Random } from '../../src/base/random.js';

export interface Fate {
  readonly number: number;
  /** Runs of the task that were finished. */
  readonly finished: number;
  /** Whether it ended before its work was done: it was begun too often. */
  readonly left: boolean;
}

export interface Fates {
  readonly tasks: readonly Fate[];
  readonly hours: number;
  readonly deaths: number;
  readonly preemptions: number;
}

interface Cluster {
  readonly nodes: number;
  /** How often a task may begin again. */
  readonly restarts: number;
  readonly random: Random;
}

/** Mean hours between deaths of a node, between preemptions of a task, and of one run. */
const [betweenDeaths, betweenPreemptions, ofRun] = [24, 6, 0.5];
/** Hours that a lost node, or a preempted task, costs before the task begins again. */
const [afterDeath, afterPreemption] = [0.2, 0.05];

/** Each task goes to the node that is free first. A run that is cut goes on where it was, less an epoch. */
export const fatesOf = (
  tasks: readonly { readonly number: number; readonly runs: number }[],
  { nodes, restarts, random }: Cluster,
): Fates => {
  const waiting = (mean: number): number => -mean * Math.log(1 - random.uniform());
  const free = new Array<number>(Math.min(nodes, Math.max(1, tasks.length))).fill(0);
  const found: Fate[] = [];
  let [deaths, preemptions] = [0, 0];
  for (const { number, runs } of tasks) {
    const node = free.indexOf(Math.min(...free));
    let [time, begun, finished, left] = [free[node], 0, 0, ofRun * (0.2 + 1.6 * random.uniform())];
    while (finished < runs && begun <= restarts) {
      const [death, preemption] = [waiting(betweenDeaths), waiting(betweenPreemptions)];
      const cut = Math.min(death, preemption);
      if (left <= cut) {
        time += left;
        finished++;
        left = ofRun * (0.2 + 1.6 * random.uniform());
        continue;
      }
      time += cut + (death < preemption ? afterDeath : afterPreemption);
      left -= Math.max(0, cut - 0.02);
      begun++;
      if (death < preemption) deaths++;
      else preemptions++;
    }
    free[node] = time;
    found.push({ number, finished, left: finished < runs });
  }
  return { tasks: found, hours: Math.max(...free), deaths, preemptions };
};
