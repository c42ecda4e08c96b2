/**
 * Velocities need not be recorded. A displacement that is kept at every step tells the velocity that moved it: where a
 * step says y' = a y + c z', the reverse has z' = (y' - a y) / c.
 */

import type { FieldBody, FieldNode } from '../ir/field.js';

/** How a field z follows from a kept field y: y' = keep y + gain z', z' after the step or before it. */
export interface Recomputation {
  readonly from: string;
  readonly keep: number;
  readonly gain: number;
  /** Whether y was moved by the new z (kick, then drift) or by the old one (drift, then kick). */
  readonly moved: 'after' | 'before';
}

/**
 * The smallest gain over what is kept of y. The difference of two float32 displacements is off by their rounding, which
 * is divided by the gain: by at most 2^-18 |y| at this one. So a displacement far from zero tells a slow velocity badly:
 * where |y| is 1000 times |z|, in its third digit. Steps longer than 1/32 are usual; with shorter ones the velocity is
 * recorded as before.
 */
const leastGain = 1 / 32;

/** How `field` follows from `from`, if the step says so. */
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
    if (gain === undefined || a.planes !== b.planes || a.grid !== b.grid) continue;
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

/** A node as a sum of multiples of some nodes, if it is one. */
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
