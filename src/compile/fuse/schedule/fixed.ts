/** Values that are the same for all samples: lists computed from weights and constants alone. */

import type { FieldNode } from '../ir/field.js';

const isList = ({ extent }: FieldNode): boolean => extent.grid === undefined;

/** Whether a node draws noise, itself or in the steps of its scan; noise differs between samples. */
const draws = ({ op }: FieldNode): boolean =>
  op.op === 'noise' ||
  (op.op === 'scan' && op.body.nodes.some(draws)) ||
  (op.op === 'scanAdjoint' && op.nodes.some(draws));

/** Lists of numbers that are computed from parameters and constants alone, and the scans that compute such lists. */
export const fixedNodes = (nodes: readonly FieldNode[]): ReadonlySet<number> => {
  const same: boolean[] = [];
  const fixed = new Set<number>();
  for (const [number, node] of nodes.entries()) {
    const { op, inputs } = node;
    if (op.op === 'leaf') {
      same.push(isList(node) && (op.source.kind === 'parameter' || op.source.kind === 'constant'));
      continue;
    }
    const is = isList(node) && !draws(node) && op.op !== 'addOnto' && inputs.every((input) => same[input]);
    same.push(is);
    if (is) fixed.add(number);
  }
  return fixed;
};

/** The fixed nodes that other nodes read. */
export const fixedRoots = (
  nodes: readonly FieldNode[],
  live: Iterable<number>,
  fixed: ReadonlySet<number>,
  isRead: (node: number) => boolean,
): readonly number[] => {
  const found = new Set<number>();
  for (const number of live) {
    if (fixed.has(number)) {
      if (isRead(number)) found.add(number);
    } else for (const input of nodes[number].inputs) if (fixed.has(input)) found.add(input);
  }
  return [...found].sort((a, b) => a - b);
};
