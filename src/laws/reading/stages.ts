/** Methods of several stages, told by how a step adds its forces: 1 : 2 : 2 : 1 is the method of Runge and Kutta. */

import type { Node } from '../../dsl/op.js';
import type { System } from '../system/system.js';
import { degreesOf } from './degree.js';
import { formsOf } from './forms.js';

/** A method's weights of its stages, as whole numbers, and its order. */
interface Method {
  readonly weights: readonly number[];
  readonly order: number;
}

/** Hairer, Norsett & Wanner 1993, ch. II.1; equal weights are left out, since steps one after the other have them too. */
const methods: readonly Method[] = [
  { weights: [1, 2, 2, 1], order: 4 },
  { weights: [1, 3, 3, 1], order: 4 },
  { weights: [1, 4, 1], order: 3 },
];

/** What a method is that adds forces in these shares, all of them or all but one. */
const methodOf = (shares: readonly number[]): Method | undefined =>
  methods.find(({ weights }) => {
    if (weights.length !== shares.length) return false;
    const fits = (scale: number): number =>
      weights.filter((weight, i) => Math.abs(shares[i] - scale * weight) <= 1e-9 * Math.abs(scale * weight))
        .length;
    const most = Math.max(...weights.map((weight, i) => fits(shares[i] / weight)));
    return most === weights.length || (weights.length > 3 && most === weights.length - 1);
  });

/** What an operation is, whatever it is applied to: the same force at several places is the same operation. */
export const kindOf = ({ op, inputs }: Node, fixed: (node: number) => boolean): string =>
  JSON.stringify([op, inputs.filter(fixed)]);

/** The method that a step's sums of forces are those of, in words. */
export const weightedFor = ({
  nodes,
  next,
}: System): { readonly order: number; readonly as: string } | undefined => {
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
  return best === undefined ? undefined : { order: best.order, as: `as ${best.weights.join(' : ')}` };
};
