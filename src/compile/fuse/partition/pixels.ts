/** Chooses the pixels of a program: a grid, or its samples. */

import { type Graph, inputsOf } from '../../../dsl/graph.js';
import type { Node } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';
import { type FieldNode, isOverSites } from '../ir/field.js';
import { lowerGraph } from '../lower/index.js';
import { noPixels, type PixelAxes } from '../lower/pixel-axes.js';
import type { Pixels } from '../lower/samples.js';
import { isRefusal } from '../lower/value.js';
import { axesOf } from './grid.js';

/** A program computed with a choice of pixels. */
interface Tried {
  /** Whether all its outputs have kernels. */
  readonly whole: boolean;
  /** Whether pixels are also moved like other numbers. */
  readonly moved: boolean;
}

/** Whether a list is only read as weights of layers over sites, which multiply more than is moved. */
const isOfLayers = (nodes: readonly FieldNode[], list: number): boolean =>
  nodes.every(
    (node, number) =>
      !node.inputs.includes(list) ||
      (isOverSites(node) && node.inputs[0] !== list) ||
      (node.op.op === 'rearrange' && isOfLayers(nodes, number)),
  );

const tried = (graph: Graph, pixels: Pixels): Tried => {
  const { values, builder } = lowerGraph(graph, pixels);
  const moves = (nodes: readonly FieldNode[]): boolean =>
    nodes.some(
      ({ op }, number) =>
        (op.op === 'sites' && !isOfLayers(nodes, number)) || (op.op === 'scan' && moves(op.body.nodes)),
    );
  return {
    whole: Object.values(graph.outputs).every((node) => {
      const value = values.get(node);
      return value !== undefined && !isRefusal(value);
    }),
    moved: moves(builder.nodes),
  };
};

/**
 * The largest size of a sample's value, in a step and outside; with larger values a block of samples would not fit
 * the caches.
 */
const mostInStep = 2 ** 16;
const mostOutside = 2 ** 18;

/** Whether the values of a program are small. */
const isSmall = (nodes: readonly Node[], most = mostOutside): boolean =>
  nodes.every(
    ({ op, shape }) => volume(shape) <= most && (op.op !== 'scan' || isSmall(op.body.nodes, mostInStep)),
  );

/**
 * Axes of sites, if the whole program is fused on its grids, pixel by pixel. Else samples, if a program without a
 * grid or with small values is fused as a whole that way. Else its grids, or none, with all values as lists.
 * Undefined if a program has neither a grid nor inputs.
 *
 * @example
 * pixelsFor(program({ x: [3] }, ({ x }) => ({ y: dense(2)(x) })).graph); // => 'samples'
 */
export const pixelsFor = (graph: Graph): PixelAxes | 'samples' | undefined => {
  const grid = axesOf(graph);
  if (Object.keys(inputsOf(graph)).length === 0) return grid;
  const onGrid = grid === undefined ? undefined : tried(graph, grid);
  if (onGrid?.whole === true && !onGrid.moved) return grid;
  const bySamples = (grid === undefined || isSmall(graph.nodes)) && tried(graph, { samples: 8 }).whole;
  return bySamples ? 'samples' : (grid ?? noPixels);
};
