/**
 * Velocities need not be recorded if the displacements are: where a step computes y' = a y + c z', its adjoint
 * recomputes z' = (y' - a y) / c.
 */

import { type FieldBody, type FieldNode, sameExtent } from '../ir/field.js';

/** How a field z follows from a recorded field y: y' = keep y + gain z, with z after the step or before it. */
export interface Recomputation {
  readonly from: string;
  readonly keep: number;
  readonly gain: number;
  /** Whether y was moved by the new z (kick, then drift) or by the old one (drift, then kick). */
  readonly moved: 'after' | 'before';
}

/**
 * The smallest gain with which a velocity is recomputed. The difference of two float32 displacements has their rounding
 * error, which is then divided by the gain: at this gain the error is at most 2^-18 |y|. Cancellation: if |y| >> |z|, the
 * recovered velocity loses digits (with |y| = 1000 |z|, it is wrong in the third digit). Time steps are usually longer
 * than 1/32; with shorter ones the velocity is recorded.
 */
const leastGain = 1 / 32;

/** How `field` can be recomputed from `from`, if it can. */
export const recomputation = (
  { nodes, next }: FieldBody,
  field: string,
  from: string,
): Recomputation | undefined => {
  if (field === from) return undefined;
  const [y, before] = [from, field].map((name) =>
    nodes.findIndex(({ op }) => op.op === 'leaf' && op.source.kind === 'state' && op.source.field === name),
  );
  const after = next[field];
  const sum = sumOf(nodes, next[from], new Set([y, before, after]));
  const keep = sum?.get(y);
  if (sum?.size !== 2 || keep === undefined) return undefined;
  for (const [moved, z] of [
    ['after', after],
    ['before', before],
  ] as const) {
    const gain = sum.get(z);
    const [a, b] = [nodes[y], nodes[z]].map((node) => node?.extent);
    if (gain === undefined || !sameExtent(a, b)) continue;
    if (keep !== 0 && Math.abs(gain) >= leastGain * Math.max(1, Math.abs(keep)))
      return { from, keep, gain, moved };
  }
  return undefined;
};

type Sum = ReadonlyMap<number, number>;

const scaled = (sum: Sum | undefined, scale: number): Sum | undefined =>
  sum && new Map([...sum].map(([atom, times]) => [atom, scale * times]));

const added = (a: Sum | undefined, b: Sum | undefined): Sum | undefined => {
  if (a === undefined || b === undefined) return undefined;
  const sum = new Map(a);
  for (const [atom, times] of b) sum.set(atom, (sum.get(atom) ?? 0) + times);
  return sum;
};

/** A node as a linear combination of the atoms, if it is one. */
const sumOf = (nodes: readonly FieldNode[], number: number, atoms: ReadonlySet<number>): Sum | undefined => {
  const sums: (Sum | undefined)[] = [];
  const sum = (node: number): Sum | undefined => {
    if (atoms.has(node)) return new Map([[node, 1]]);
    const { op, inputs } = nodes[node];
    const [a, b] = inputs.map((input) => sums[input]);
    if (op.op === 'affine' && op.shift === 0) return scaled(a, op.scale);
    if (op.op === 'zip' && op.fn === 'add') return added(a, b);
    if (op.op === 'zip' && op.fn === 'sub') return added(a, scaled(b, -1));
    return undefined;
  };
  for (let node = 0; node <= number; node++) sums.push(sum(node));
  return sums[number];
};
