/** The order in which a graph is computed, and which nodes are computed together. */

import { type FieldNode, isPointwise } from '../ir/field.js';

/** Whether a node can be computed pixel by pixel. Blocks of such nodes run tile by tile, with everything in cache. */
export const isPixelwise = (node: FieldNode, nodes: readonly FieldNode[]): boolean => {
  switch (node.op.op) {
    case 'denseWeight':
    case 'sumPixels':
      return nodes[node.inputs[0]].extent.grid;
    case 'dense':
    case 'reducePlanes':
    case 'firstMax':
    case 'repeatPlanes':
    case 'slicePlanes':
    case 'embedPlanes':
    case 'concatPlanes':
    case 'rearrange':
    case 'crossEntropy':
      return node.extent.grid;
    default:
      return isPointwise(node) && node.extent.grid && node.inputs.length > 0;
  }
};

/** Consecutive parts of the computation: pixelwise ones are computed by tiles, the others on whole planes. */
export interface Phase {
  readonly tiled: boolean;
  readonly nodes: readonly number[];
}

/** For each node, whether it is wanted or depends on a node that is. */
export const dependents = (
  nodes: readonly FieldNode[],
  wanted: (node: number) => boolean,
): readonly boolean[] => {
  const depends: boolean[] = [];
  for (const [number, node] of nodes.entries())
    depends.push(wanted(number) || node.inputs.some((input) => depends[input]));
  return depends;
};

/** Nodes that the roots need. */
export const liveNodes = (nodes: readonly FieldNode[], roots: Iterable<number>): ReadonlySet<number> => {
  const live = new Set<number>();
  const visit = [...roots];
  for (let node = visit.pop(); node !== undefined; node = visit.pop()) {
    if (live.has(node)) continue;
    live.add(node);
    visit.push(...nodes[node].inputs);
  }
  return live;
};

/**
 * Phases alternate: all nodes that can be computed on whole planes, then all that can be computed tile by tile, and so
 * on. A pixelwise node that reads a list computed from tiles waits for the next tiled phase.
 */
export const phasesOf = (
  nodes: readonly FieldNode[],
  live: ReadonlySet<number>,
  tiles: boolean,
): readonly Phase[] => {
  const phases: Phase[] = [];
  const done = new Set<number>();
  let waiting = [...live].sort((a, b) => a - b);
  const take = (ready: (number: number, now: ReadonlySet<number>) => boolean): number[] => {
    const now = new Set<number>();
    for (let before = -1; before !== now.size; ) {
      before = now.size;
      for (const number of waiting) if (!now.has(number) && ready(number, now)) now.add(number);
    }
    return [...now];
  };
  while (waiting.length > 0) {
    for (const tiled of [false, true]) {
      const taken = take((number, now) => {
        const node = nodes[number];
        if ((tiles && isPixelwise(node, nodes)) !== tiled) return false;
        return node.inputs.every(
          (input) => done.has(input) || (now.has(input) && (!tiled || nodes[input].extent.grid)),
        );
      });
      for (const number of taken) done.add(number);
      const computed = taken.filter((number) => nodes[number].op.op !== 'leaf');
      if (computed.length > 0) phases.push({ tiled, nodes: computed });
      waiting = waiting.filter((number) => !done.has(number));
    }
  }
  return phases;
};

/** One node, or pointwise ones that are one pass over memory. */
export type Unit = readonly number[];

/** The units of a phase, each after its inputs, with as many pointwise nodes in one unit as possible. */
export const unitsOf = (nodes: readonly FieldNode[], phase: readonly number[]): readonly Unit[] => {
  const waiting = new Set(phase);
  const ready = (number: number): boolean => nodes[number].inputs.every((input) => !waiting.has(input));
  const units: Unit[] = [];
  while (waiting.size > 0) {
    const first = [...waiting].find((number) => ready(number) && isPointwise(nodes[number]));
    if (first === undefined) {
      const single = [...waiting].find(ready);
      if (single === undefined) throw new Error('a phase that waits for itself');
      units.push([single]);
      waiting.delete(single);
      continue;
    }
    const { planes, grid } = nodes[first].extent;
    const unit: number[] = [];
    for (let before = -1; before !== unit.length; ) {
      before = unit.length;
      for (const number of [...waiting]) {
        const { extent } = nodes[number];
        if (!isPointwise(nodes[number]) || extent.planes !== planes || extent.grid !== grid) continue;
        if (!ready(number)) continue;
        unit.push(number);
        waiting.delete(number);
      }
    }
    units.push(unit);
  }
  return units;
};
