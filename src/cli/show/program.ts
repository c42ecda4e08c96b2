/** Shows a program that has no task. */

import { cost, showCost } from '../../compile/cost/index.js';
import { diagram } from '../../compile/diagram/index.js';
import { fusionPlan } from '../../compile/fuse/coverage/fusion-plan.js';
import { showPlan } from '../../compile/fuse/coverage/show.js';
import { showSummary, summary } from '../../compile/summary/index.js';
import { hashProgram, type Program } from '../../dsl/index.js';
import { fitted } from '../terminal/fitted.js';
import { json, type ShowFlags } from './sized.js';

/** A program as text: summary, cost, diagram; or its plan. */
export const showProgram = (program: Program, flags: ShowFlags): string => {
  if (flags.diagram === true) return diagram(program);
  const plan = fusionPlan(program);
  if (flags.plan === true) return flags.json === true ? json(plan) : fitted(showPlan(plan));
  const listing = summary(program);
  const words = [
    `program ${hashProgram(program).slice(0, 16)}`,
    '',
    showSummary(flags.nodes === true ? listing : { ...listing, nodes: [] }),
    '',
    showCost(cost(program, { batch: 1 })),
  ].join('\n');
  return `${fitted(words)}\n\n${diagram(program)}`;
};
