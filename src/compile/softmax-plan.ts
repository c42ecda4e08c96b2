/** Finds softmax as the language writes it, so that it runs as one operation. */

import type { Node, Op } from '../dsl/op.js';

/** A softmax over the last axis among other nodes. */
export interface Softmax {
  /** Its argument. */
  readonly of: number;
  /** The nodes between, which have no other readers. */
  readonly inside: readonly number[];
}

type Test = (op: Op) => boolean;

const isMap =
  (fn: string): Test =>
  (op) =>
    op.op === 'map' && op.fn === fn;
const isZip =
  (fn: string): Test =>
  (op) =>
    op.op === 'zip' && op.fn === fn;
const isBroadcast: Test = ({ op }) => op === 'broadcast';
const isReshape: Test = ({ op }) => op === 'reshape';

/** For each quotient that ends a softmax over the last axis: its first node, and the nodes between. */
export const findSoftmax = (
  nodes: readonly Node[],
  readers: readonly (readonly number[])[],
  kept: readonly number[],
): ReadonlyMap<number, Softmax> => {
  const found = new Map<number, Softmax>();
  for (const [number, { op }] of nodes.entries()) {
    const softmax = isZip('div')(op) ? endingAt(nodes, number) : undefined;
    if (softmax === undefined) continue;
    const within = [...softmax.inside, number];
    const alone = softmax.inside.every(
      (node) => !kept.includes(node) && readers[node].every((reader) => within.includes(reader)),
    );
    if (alone) found.set(number, softmax);
  }
  return found;
};

const endingAt = (nodes: readonly Node[], quotient: number): Softmax | undefined => {
  const last = nodes[quotient].shape.length - 1;
  if (last < 0) return undefined;
  const sumsOver =
    (fn: string): Test =>
    (op) =>
      op.op === 'reduce' && op.fn === fn && op.axes.length === 1 && op.axes[0] === last;
  /** The nodes from one on, each the only input of the one before, if they pass these tests. */
  const chain = (from: number, tests: readonly Test[]): readonly number[] | undefined => {
    const passed: number[] = [];
    let at: number | undefined = from;
    for (const test of tests) {
      if (at === undefined || !test(nodes[at].op)) return undefined;
      passed.push(at);
      at = nodes[at].inputs[0];
    }
    return passed;
  };
  const [powers, totals] = nodes[quotient].inputs;
  const total = chain(totals, [isBroadcast, isReshape, sumsOver('sum')]);
  const shifted = chain(powers, [isMap('exp'), isZip('sub')]);
  if (total === undefined || shifted === undefined) return undefined;
  const [of, tops] = nodes[shifted[1]].inputs;
  const top = chain(tops, [isMap('stopGradient'), isBroadcast, isReshape, sumsOver('max')]);
  if (top === undefined || nodes[total[2]].inputs[0] !== powers || nodes[top[3]].inputs[0] !== of)
    return undefined;
  // A broadcast along other axes than the last is not a softmax of this shape.
  const same = [of, powers].every((node) => nodes[node].shape.join() === nodes[quotient].shape.join());
  return same ? { of, inside: [...total, ...shifted, ...top] } : undefined;
};
