/** How large a program is: nodes, those in the steps of its scans included, and scans within scans. */

import { grouped, limits } from '../base/limits.js';

const fieldOf = (u: unknown, key: string): unknown =>
  typeof u === 'object' && u !== null && key in u
    ? Object.entries(u).find(([name]) => name === key)?.[1]
    : undefined;

const tooMany = `it has more than ${grouped(limits.nodes)} nodes, the limit; write what repeats as a scan`;

/** What is said of scans that nest too deep. */
export const tooNested = `more than ${limits.scanNesting} scans stand within one another, the limit; let one scan do several steps`;

/**
 * Why a graph, or JSON that should be one, is too large, or undefined. By hand and not by recursion: it is asked before
 * anything follows the scans down.
 */
export const extentProblem = (graph: unknown): string | undefined => {
  const open: { readonly nodes: unknown; readonly depth: number }[] = [
    { nodes: fieldOf(graph, 'nodes'), depth: 0 },
  ];
  let count = 0;
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { nodes, depth } = top;
    if (!Array.isArray(nodes)) continue;
    if (depth > limits.scanNesting) return tooNested;
    count += nodes.length;
    if (count > limits.nodes) return tooMany;
    for (const node of nodes) {
      const body = fieldOf(fieldOf(node, 'op'), 'body');
      if (body !== undefined) open.push({ nodes: fieldOf(body, 'nodes'), depth: depth + 1 });
    }
  }
  return undefined;
};
