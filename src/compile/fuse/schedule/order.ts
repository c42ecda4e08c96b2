/** The order in which a graph is computed, and the groups of nodes that are computed together. */

import { type FieldNode, type Grid, isPointwise, sameExtent, sameGrid } from '../ir/field.js';
import { scoresSites } from '../memory/scores.js';

/**
 * The grid on which a node can be computed pixel by pixel, if it can. Blocks of such nodes of one grid run tile by tile,
 * with everything in cache.
 */
export const pixelwiseGrid = (node: FieldNode, nodes: readonly FieldNode[]): Grid | undefined => {
  const grid = gridOfPixelwise(node, nodes);
  // a block of samples is a tile; only the loss has a kernel that needs tiles
  return grid?.samples && node.op.op !== 'crossEntropy' ? undefined : grid;
};

const gridOfPixelwise = (node: FieldNode, nodes: readonly FieldNode[]): Grid | undefined => {
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
      return isPointwise(node) && node.inputs.length > 0 ? node.extent.grid : undefined;
  }
};

/** Consecutive parts of the computation: pixelwise ones are computed by tiles, the others on whole planes. */
export interface Phase {
  /** The grid of the tiles; undefined for whole planes. */
  readonly tiled: Grid | undefined;
  readonly nodes: readonly number[];
}

/**
 * Phases alternate: all nodes that can be computed on whole planes, then all that can be computed tile by tile, and
 * so on; nodes of other grids wait. A pixelwise node that reads a list computed from tiles waits for the next tiled
 * phase. `before`: nodes that are computed already.
 */
export const phasesOf = (
  nodes: readonly FieldNode[],
  live: ReadonlySet<number>,
  tiles: boolean,
  before: ReadonlySet<number> = new Set(),
): readonly Phase[] => {
  const phases: Phase[] = [];
  const done = new Set(before);
  let waiting = [...live].sort((a, b) => a - b);
  const gridOf = (number: number): Grid | undefined =>
    tiles ? pixelwiseGrid(nodes[number], nodes) : undefined;
  const take = (ready: (number: number, now: ReadonlySet<number>) => boolean): number[] => {
    const now = new Set<number>();
    for (let before = -1; before !== now.size; ) {
      before = now.size;
      for (const number of waiting) if (!now.has(number) && ready(number, now)) now.add(number);
    }
    return [...now];
  };
  while (waiting.length > 0) {
    for (const whole of [true, false]) {
      const isReady = (number: number): boolean => nodes[number].inputs.every((input) => done.has(input));
      const first = whole ? undefined : waiting.find(isReady);
      const tiled = first === undefined ? undefined : gridOf(first);
      if (!whole && tiled === undefined) continue;
      const isTaken = (number: number, now: ReadonlySet<number>): boolean =>
        sameGrid(gridOf(number), tiled) &&
        nodes[number].inputs.every(
          (input) => done.has(input) || (now.has(input) && (whole || nodes[input].extent.grid !== undefined)),
        );
      // scores wait for all lists that their readers need, so that these are in the same phase
      const others = tiled && take((number, now) => !scoresSites(nodes[number]) && isTaken(number, now));
      const isMore = others?.some((other) =>
        waiting.some((number) => gridOf(number) === undefined && nodes[number].inputs.includes(other)),
      );
      const taken = others !== undefined && isMore === true ? others : take(isTaken);
      for (const number of taken) done.add(number);
      const computed = taken.filter((number) => nodes[number].op.op !== 'leaf');
      if (computed.length > 0) phases.push({ tiled, nodes: computed });
      waiting = waiting.filter((number) => !done.has(number));
    }
  }
  return phases;
};

/** One node, or several pointwise nodes in one pass over memory. */
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
    const { extent: shared } = nodes[first];
    const unit: number[] = [];
    for (let before = -1; before !== unit.length; ) {
      before = unit.length;
      for (const number of [...waiting]) {
        const { extent } = nodes[number];
        if (!isPointwise(nodes[number]) || !sameExtent(extent, shared)) continue;
        if (!ready(number)) continue;
        unit.push(number);
        waiting.delete(number);
      }
    }
    units.push(unit);
  }
  return units;
};
