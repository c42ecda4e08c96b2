/** The layers whose parameters an expression reads. */

import type { Layer } from './identity.js';
import type { Expr } from './tensor.js';

/** The layers in these expressions and in all that they depend on, including the steps of scans. */
export const layersIn = (exprs: readonly Expr[]): ReadonlySet<Layer> => {
  const layers = new Set<Layer>();
  const seen = new Set<Expr>(exprs);
  const open = [...exprs];
  for (let expr = open.pop(); expr !== undefined; expr = open.pop()) {
    const { op } = expr;
    if (op.op === 'parameter' || op.op === 'noise') layers.add(op.layer);
    const inside = op.op === 'scan' ? [...Object.values(op.next), ...Object.values(op.observe)] : [];
    for (const next of [...expr.inputs, ...inside])
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
  }
  return layers;
};
