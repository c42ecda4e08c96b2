/** Cotangents of a scan: of its leaves, under the names of the fields that hold them, and of its observations step by step. */

import { type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import type { IsActive } from './activity.js';
import { add, by, reshape } from './raw.js';
import type { Wanted } from './rules/weighted.js';

/** Cotangents by the number of the node. */
export type NodeCotangents = ReadonlyMap<number, Tensor>;

/** The cotangent of an observation: an entry after every `every` steps. */
export interface Shown {
  readonly node: number;
  readonly every: number;
  readonly amount: Tensor;
}

/** The active leaves of a scan's body: all states, and the elements and externals whose inputs are active. */
export const activeLeaves = (op: ScanOp, moving: Wanted): IsActive => {
  const { sequences, externals } = scanInputs(op, moving);
  return (leaf) => {
    switch (leaf.op) {
      case 'state':
        return true;
      case 'element':
        return sequences[leaf.sequence];
      case 'external':
        return externals[leaf.index];
      default:
        return false;
    }
  };
};

/** The sum of the cotangents of the nodes whose operation fulfils `is`. */
export const cotangentOf = (
  nodes: readonly Node[],
  cotangents: NodeCotangents,
  is: (op: Node['op']) => boolean,
): Tensor | undefined =>
  nodes.reduce<Tensor | undefined>((sum, { op }, number) => {
    const cotangent = is(op) ? cotangents.get(number) : undefined;
    return cotangent === undefined ? sum : sum === undefined ? cotangent : add(sum, cotangent);
  }, undefined);

export const elementField = (i: number): string => `element-${i}`;
export const externalField = (i: number): string => `external-${i}`;
export const stateField = (field: string): string => `state-${field}`;

/** `state-y` → ['state', 'y']. */
export const splitField = (name: string): readonly [string, string] => {
  const cut = name.indexOf('-');
  return [name.slice(0, cut), name.slice(cut + 1)];
};

/** The entries of an observation's cotangent as one a step: nothing at steps after which it was not recorded. */
export const eachStep = (steps: number, { every, amount, node }: Shown): Shown => {
  if (every === 1) return { every, amount, node };
  const [entries] = shapeOf(amount);
  const indices = Array.from({ length: entries }, (_, i) => (i + 1) * every - 1);
  return { node, every: 1, amount: by({ op: 'scatter', axis: 0, indices, size: steps }, amount) };
};

/** [count size, ...] as [count, size, ...]. */
export const inPieces = (count: number, x: Tensor): Tensor => {
  const [length, ...rest] = shapeOf(x);
  return reshape([count, length / count, ...rest], x);
};

/** [count, size, ...] as [count size, ...]. */
export const inOne = (x: Tensor): Tensor => {
  const [count, size, ...rest] = shapeOf(x);
  return reshape([count * size, ...rest], x);
};
