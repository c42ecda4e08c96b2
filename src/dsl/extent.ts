/** The size of a program: nodes, including those in the steps of its scans, nesting of scans, and total steps. */

import { grouped, limits } from '../base/limits.js';

const fieldOf = (u: unknown, key: string): unknown =>
  typeof u === 'object' && u !== null && key in u
    ? Object.entries(u).find(([name]) => name === key)?.[1]
    : undefined;

const tooMany = `it has more than ${grouped(limits.nodes)} nodes, the limit; write what repeats as a scan`;

/** The message about scans that are nested too deep. */
export const tooNested = `more than ${limits.scanNesting} scans stand within one another, the limit; let one scan do several steps`;

const tooLong = `its scans take more than ${grouped(limits.scanSteps)} steps in all, those within one another multiplied, the limit; take fewer steps, or fewer scans within scans`;

/**
 * Why a graph, or JSON that should be one, is too large; undefined if it is not. Uses a stack of its own instead of
 * recursion, because it runs before the depth of the scans is known to be limited.
 */
export const extentProblem = (graph: unknown): string | undefined => {
  const open: { readonly nodes: unknown; readonly depth: number; readonly times: number }[] = [
    { nodes: fieldOf(graph, 'nodes'), depth: 0, times: 1 },
  ];
  let count = 0;
  let steps = 0;
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { nodes, depth, times } = top;
    if (!Array.isArray(nodes)) continue;
    if (depth > limits.scanNesting) return tooNested;
    count += nodes.length;
    if (count > limits.nodes) return tooMany;
    for (const node of nodes) {
      const op = fieldOf(node, 'op');
      const body = fieldOf(op, 'body');
      if (body === undefined) continue;
      const own = fieldOf(op, 'steps');
      const taken = times * (typeof own === 'number' ? own : 1);
      steps += taken;
      if (steps > limits.scanSteps) return tooLong;
      open.push({ nodes: fieldOf(body, 'nodes'), depth: depth + 1, times: taken });
    }
  }
  return undefined;
};
