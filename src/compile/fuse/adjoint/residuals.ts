/** What is kept of a scan: the nodes of its step whose value at every step is read later. */

import type { FieldNode, FieldScan } from '../ir/field.js';

/** The nodes of a scan's step whose values its reverse reads: those it names, and the states, by what they follow. */
const readByAdjoint = ({ body }: FieldScan, reverse: readonly FieldNode[]): ReadonlySet<number> =>
  new Set(
    reverse.flatMap(({ op }) => {
      if (op.op !== 'leaf') return [];
      if (op.source.kind === 'residual') return [op.source.node];
      return op.source.kind === 'state' || op.source.kind === 'earlier' ? [body.next[op.source.field]] : [];
    }),
  );

/** Nodes of a step whose value at every step is kept: for what is observed, and for the nodes of a reverse step. */
export const residualNodes = (
  scan: FieldScan,
  observed: Iterable<string>,
  reverse: readonly FieldNode[],
): ReadonlySet<number> => {
  const { body } = scan;
  const kept = new Set<number>([...observed].map((name) => body.observe[name]));
  const follow = (node: number): void => {
    if (kept.has(node)) return;
    kept.add(node);
    const { op } = body.nodes[node];
    // a state that is handed on is what another field was before
    if (op.op === 'leaf' && op.source.kind === 'state') follow(body.next[op.source.field]);
  };
  for (const node of readByAdjoint(scan, reverse)) {
    kept.delete(node);
    follow(node);
  }
  return kept;
};
