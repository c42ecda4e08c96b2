/** What a plan costs beside what the program costs. */

import { cost } from '../../../../src/compile/cost/index.js';
import { costOfPlan } from '../../../../src/compile/fuse/plan/cost.js';
import type { Plan } from '../../../../src/compile/fuse/plan/plan.js';
import type { Program } from '../../../../src/dsl/index.js';

/** How many times the operations of a sample of the program, forward and backward, a run of the plan does. */
export const costRatio = (p: Program, plan: Plan): number => {
  const { nodes } = cost(p, { batch: 1 });
  const all = nodes.reduce((sum, node) => sum + node.forwardFlops + node.backwardFlops, 0);
  return costOfPlan(plan).total.flops / all;
};
