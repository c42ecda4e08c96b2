/** Methods of several stages, recognised by the weights of their forces: 1 : 2 : 2 : 1 is Runge-Kutta. */

import type { Node } from '../../dsl/op.js';
import type { System } from '../system/system.js';
import { degreesOf } from './degree.js';
import { formsOf } from './forms.js';

/** The weights of a method's stages, as whole numbers, and its order. */
interface Method {
  readonly weights: readonly number[];
  readonly order: number;
}

/** Hairer, Norsett & Wanner 1993, ch. II.1; equal weights are left out, since consecutive steps have them too. */
const methods: readonly Method[] = [
  { weights: [1, 2, 2, 1], order: 4 },
  { weights: [1, 3, 3, 1], order: 4 },
  { weights: [1, 4, 1], order: 3 },
];

/** A method, and the time step whose parts its weights are. */
interface Weighed extends Method {
  readonly step: number;
}

/** The method with these weights, or all but one of them. */
const methodOf = (shares: readonly number[]): Weighed | null => {
  for (const method of methods) {
    const { weights } = method;
    if (weights.length !== shares.length) continue;
    const fits = (scale: number): number =>
      weights.filter((weight, i) => Math.abs(shares[i] - scale * weight) <= 1e-9 * Math.abs(scale * weight))
        .length;
    const scales = weights.map((weight, i) => shares[i] / weight);
    const most = Math.max(...scales.map(fits));
    const scale = scales.find((one) => fits(one) === most);
    if (
      scale !== undefined &&
      (most === weights.length || (weights.length > 3 && most === weights.length - 1))
    )
      return { ...method, step: Math.abs(scale) * weights.reduce((a, b) => a + b) };
  }
  return null;
};

/** The kind of an operation independent of its arguments: a force evaluated at several points has one kind. */
export const kindOf = ({ op, inputs }: Node, fixed: (node: number) => boolean): string =>
  JSON.stringify([op, inputs.filter(fixed)]);

/** The method that a step's sums of forces belong to: its order, its weights in words, and its time step. */
export const weightedFor = ({
  nodes,
  next,
}: System): { readonly order: number; readonly as: string; readonly step: number } | null => {
  const degrees = degreesOf(nodes, ({ op }) => op.op === 'state');
  const forms = formsOf(nodes);
  const found = Object.values(next).flatMap((end) => {
    const groups = new Map<string, number[]>();
    for (const [node, c] of [...forms[end].terms].sort(([a], [b]) => a - b)) {
      if (degrees[node] === 'none' || nodes[node].op.op === 'state') continue;
      const kind = kindOf(nodes[node], (input) => degrees[input] === 'none');
      groups.set(kind, [...(groups.get(kind) ?? []), c]);
    }
    return [...groups.values()].flatMap((shares) => methodOf(shares) ?? []);
  });
  const [best] = [...found].sort((a, b) => b.order - a.order);
  return best === undefined
    ? null
    : { order: best.order, as: `as ${best.weights.join(' : ')}`, step: best.step };
};
