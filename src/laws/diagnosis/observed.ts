/** Observed states: the state after each step, or by mistake the one before it. */

import { longestScan } from '../../dsl/longest-scan.js';
import type { System } from '../system/system.js';

/** Hints on fields that are only observed as they were before each step. */
export const observedHints = ({ program: { graph }, kind }: System): readonly string[] => {
  const scan = kind === 'step' ? longestScan(graph) : null;
  if (scan === null) return [];
  const { nodes, next, observe } = scan.op.body;
  const shown = new Set(Object.values(observe));
  const late = Object.keys(next).find((field) => {
    const before = nodes.findIndex(({ op }) => op.op === 'state' && op.field === field);
    return before >= 0 && next[field] !== before && shown.has(before) && !shown.has(next[field]);
  });
  return late === undefined
    ? []
    : [
        `what it shows of ${late} is one step late: entry t is ${late} before step t, the state after it is meant`,
      ];
};
