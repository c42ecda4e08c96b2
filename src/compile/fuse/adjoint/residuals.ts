/** Residuals of a scan: the nodes of its step whose values at all steps are read later. */

import type { FieldNode, FieldScan } from '../ir/field.js';

/** The nodes of a scan's step that its adjoint reads: residuals, and states as the nodes that compute them. */
const readByAdjoint = ({ body }: FieldScan, reverse: readonly FieldNode[]): ReadonlySet<number> =>
  new Set(
    reverse.flatMap(({ op }) => {
      if (op.op !== 'leaf') return [];
      if (op.source.kind === 'residual') return [op.source.node];
      return op.source.kind === 'state' || op.source.kind === 'earlier' ? [body.next[op.source.field]] : [];
    }),
  );

/** The nodes of a step whose values are recorded at every step: observations, and those that the adjoint reads. */
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
    // a state that another field takes over unchanged: record the node that computes it
    if (op.op === 'leaf' && op.source.kind === 'state') follow(body.next[op.source.field]);
  };
  for (const node of readByAdjoint(scan, reverse)) {
    kept.delete(node);
    follow(node);
  }
  return kept;
};
